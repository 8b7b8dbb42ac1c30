"""Text as numbers: a vocabulary and a batch of character windows with the characters that follow them."""

from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of a text, time first.

    Attributes:
        vocabulary: the characters, in the order in which the text first shows them.
        inputs: character indices (T, N).
        targets: the next characters' indices (T, N).
    """

    vocabulary: str
    inputs: Array
    targets: Array

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return int(self.inputs.shape[0])

    def one_hot(self, dtype: str = "float64") -> Array:
        """Return the inputs as one-hot rows (T, N, V)."""
        return np.eye(len(self.vocabulary), dtype=dtype)[self.inputs]


DEFAULT_STEPS = 25


def windows(text: str, steps: int | None = None, size: int = 1) -> Batch:
    """Cut `size` windows of `steps` characters out of a text, evenly spread over it.

    Args:
        text: at least two characters.
        steps: T; by default 25, or as many as the text has pairs of neighbours.
        size: N, the number of windows; they overlap if the text is short.

    Raises:
        UsageError: the text is too short for a window, or a size is not positive.
    """
    if len(text) < 2:
        raise UsageError(f"at least 2 characters are needed, the text has {len(text)}")
    length = min(DEFAULT_STEPS, len(text) - 1) if steps is None else steps
    if length < 1 or size < 1:
        raise UsageError("--steps and --batch must be at least 1")
    last = len(text) - 1 - length
    if last < 0:
        raise UsageError(f"--steps {length} needs at least {length + 1} characters, the text has {len(text)}")
    vocabulary = "".join(dict.fromkeys(text))
    place = {character: k for k, character in enumerate(vocabulary)}
    codes = np.array([place[character] for character in text])
    starts = [round(k * last / max(size - 1, 1)) for k in range(size)]
    picked = np.stack([codes[start : start + length + 1] for start in starts], axis=1)
    return Batch(vocabulary, picked[:-1], picked[1:])
