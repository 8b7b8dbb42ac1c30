"""Temporal order: in which order did the few symbols that matter come? (Hochreiter & Schmidhuber 1997, task 6)."""
# ruff: noqa: D102, the methods are documented in Task

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.training.tasks.interface import Episodes, Generator, Task, one_hot

_DISTRACTORS = 4


@dataclass(frozen=True)
class TemporalOrder(Task):
    """Two symbols, each A or B, at random places among distractors; asked at the end for their order, one of four.

    Places as in Pascanu, Mikolov & Bengio (2013), as shares of L.
    """

    name: ClassVar[str] = "order"
    difficulty: ClassVar[str] = (
        "Pascanu, Mikolov & Bengio (2013), figure 7: SGD on a tanh RNN of 50 units fails from L = 50 on, with clipping"
        " from about 75 to 150, with clipping and their regulariser it still succeeds at 250"
    )
    places: ClassVar[tuple[tuple[float, float], ...]] = ((0.1, 0.2), (0.5, 0.6))
    least: ClassVar[int] = 10

    @property
    def sizes(self) -> tuple[int, int]:
        return 2 + _DISTRACTORS, 2 ** len(self.places)

    @property
    def chance(self) -> float:
        return len(self.places) * float(np.log(2))

    def draw(self, rng: Generator, size: int) -> Episodes:
        codes = rng.integers(2, 2 + _DISTRACTORS, (self.length, size))
        answer = np.zeros(size, np.int64)
        for k, (start, stop) in enumerate(self.places):
            low = int(start * self.length)
            at = rng.integers(low, max(low + 1, int(stop * self.length)), size)
            symbol = rng.integers(0, 2, size)
            codes[at, np.arange(size)] = symbol
            answer += symbol << k
        x = one_hot(codes, 2 + _DISTRACTORS)
        return Episodes(x, answer[None], (self.length,), np.ones((1, size)))


@dataclass(frozen=True)
class TemporalOrder3(TemporalOrder):
    """Three symbols and eight orders."""

    name: ClassVar[str] = "order3"
    difficulty: ClassVar[str] = (
        "Hochreiter & Schmidhuber (1997), task 6b: harder than two symbols, and solved by an LSTM at 100 to 110 steps"
    )
    places: ClassVar[tuple[tuple[float, float], ...]] = ((0.1, 0.2), (0.3, 0.4), (0.6, 0.7))
