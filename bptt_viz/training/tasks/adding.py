"""Adding: the sum of the two numbers that were marked (Hochreiter & Schmidhuber 1997, task 4)."""
# ruff: noqa: D102, the methods are documented in Task

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.training.tasks.interface import Episodes, Generator, Task


@dataclass(frozen=True)
class Adding(Task):
    """Numbers uniform in [0, 1), one of them marked in each half; at the end: the sum of the marked ones."""

    name: ClassVar[str] = "adding"
    difficulty: ClassVar[str] = (
        "always answering 1 has a squared error of 1/6; Hochreiter & Schmidhuber (NIPS 1996): an LSTM needs about"
        " 74,000 sequences of 100 to 110 steps until 2,000 in a row are right to .04"
    )
    is_regression: ClassVar[bool] = True
    least: ClassVar[int] = 2

    @property
    def sizes(self) -> tuple[int, int]:
        return 2, 1

    @property
    def chance(self) -> float:
        return 1 / 6

    def draw(self, rng: Generator, size: int) -> Episodes:
        numbers = rng.random((self.length, size))
        marks = np.zeros((self.length, size))
        half = self.length // 2
        rows = np.arange(size)
        for low, high in ((0, half), (half, self.length)):
            marks[rng.integers(low, high, size), rows] = 1.0
        total = (numbers * marks).sum(axis=0)
        return Episodes(np.stack([numbers, marks], axis=-1), total[None], (self.length,), np.ones((1, size)))

    def wrong(self, outputs: Array, episodes: Episodes) -> Array:
        """Count answers that are off by .04 or more (Hochreiter & Schmidhuber 1997)."""
        return np.asarray(np.abs(outputs[-1, :, 0] - episodes.targets[-1]) >= 0.04)
