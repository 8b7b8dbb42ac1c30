"""Pairs of strings: a source, and what a network is to write when it has read it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models.batch import Batch

SYMBOLS = "abcdefgh"
START, END = "START", "END"
DEFAULT_STEPS = 5


@dataclass(frozen=True)
class Pairs(Batch):
    """Sources (T, N), and targets (T + 1, N) that close with END."""

    @property
    def answers(self) -> Sequence[str]:
        """The symbols and END."""
        return (*self.vocabulary, END)

    def read(self, t: int, given: Array) -> str:
        """Return a symbol of the source, or what the decoder is fed: START, a symbol, or END once it has written it."""
        if t <= self.steps:
            return super().read(t, given)
        return (*self.answers, START)[int(given[0].argmax())]

    def target(self, t: int) -> int:
        """Return the class of what is to be written at step `t` of the clock."""
        return int(self.targets[t - 1 - self.steps, 0])


def pairs(task: str, steps: int | None, size: int, seed: int) -> Pairs:
    """Draw strings of symbols, with themselves, copied or reversed, as what is to be written.

    Args:
        task: `copy` or `reverse`.
        steps: T, the length of a string; 5 if None.
        size: N.
        seed: of the draw.

    Raises:
        UsageError: the length or the number of strings is not positive.
    """
    length = DEFAULT_STEPS if steps is None else steps
    if length < 1 or size < 1:
        raise UsageError("--steps and --batch must be at least 1")
    source = np.random.default_rng((seed, 2)).integers(0, len(SYMBOLS), (length, size))
    written = source if task == "copy" else source[::-1]
    end = np.full((1, size), len(SYMBOLS))
    return Pairs(SYMBOLS, source, np.concatenate([written, end]), task)
