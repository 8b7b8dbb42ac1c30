"""The lecture's word: after h comes e, after e comes l, after the first l another l, after that o."""
# ruff: noqa: D102, the methods are documented in Task

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.training.tasks.interface import Episodes, Generator, Task, one_hot

_WORD = "hello"
_VOCABULARY = "helo"


@dataclass(frozen=True)
class Hello(Task):
    """The four characters h, e, l, l, over and over for L steps; the next character comes out at each step."""

    name: ClassVar[str] = "hello"
    difficulty: ClassVar[str] = (
        "CS231n, lecture 10: three hidden units suffice; whoever forgets cannot tell the first l from the second"
    )

    @property
    def sizes(self) -> tuple[int, int]:
        return len(_VOCABULARY), len(_VOCABULARY)

    @property
    def chance(self) -> float:
        return float(np.log(2)) / 2  # two of four steps are an l, followed by either

    def draw(self, rng: Generator, size: int) -> Episodes:  # noqa: ARG002, there is nothing to draw
        codes = np.array([_VOCABULARY.index(character) for character in _WORD])
        steps = np.arange(self.length) % (len(_WORD) - 1)
        x = np.repeat(one_hot(codes[steps], len(_VOCABULARY))[:, None], size, axis=1)
        targets = np.repeat(codes[steps + 1][:, None], size, axis=1)
        return Episodes(x, targets, tuple(range(1, self.length + 1)), np.ones(targets.shape))
