"""Brackets: which bracket closes the one that is open, however long ago it was opened."""
# ruff: noqa: D102, the methods are documented in Task

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.training.tasks.interface import Episodes, Generator, Task, one_hot

_KINDS = 4


@dataclass(frozen=True)
class Brackets(Task):
    """L brackets of four kinds, nested up to a depth; before each closing one, say which it is.

    Attributes:
        depth: how many may be open at once, from 1.
    """

    depth: int = 5

    name: ClassVar[str] = "brackets"
    difficulty: ClassVar[str] = (
        "Hewitt et al. (2020): brackets of k kinds, nested at most m deep, need of the order of m log k hidden units,"
        " and there are RNNs for which that is enough"
    )
    least: ClassVar[int] = 2

    @property
    def sizes(self) -> tuple[int, int]:
        return 2 * _KINDS, _KINDS

    @property
    def chance(self) -> float:
        return float(np.log(_KINDS))

    def draw(self, rng: Generator, size: int) -> Episodes:
        length = self.length - self.length % 2
        codes = np.stack([self._nested(rng, length) for _ in range(size)], axis=1)
        following = codes[1:]
        closing = following >= _KINDS
        targets = np.where(closing, following - _KINDS, 0)
        return Episodes(one_hot(codes[:-1], 2 * _KINDS), targets, tuple(range(1, length)), closing.astype(float))

    def _nested(self, rng: Generator, length: int) -> Array:
        """Draw one balanced string: opening and closing are equally likely where both are possible."""
        still_open: list[int] = []
        codes = []
        for left in range(length, 0, -1):
            must_close = len(still_open) == left or len(still_open) == self.depth
            if still_open and (must_close or rng.random() < 0.5):
                codes.append(_KINDS + still_open.pop())
            else:
                still_open.append(int(rng.integers(_KINDS)))
                codes.append(still_open[-1])
        return np.array(codes)
