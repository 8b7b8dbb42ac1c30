"""Copy memory: repeat what stood at the beginning when told to (Arjovsky, Shah & Bengio 2016)."""
# ruff: noqa: D102, the methods are documented in Task

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.training.tasks.interface import Episodes, Generator, Task, one_hot

_SYMBOLS = 8
_BLANK, _GO = _SYMBOLS, _SYMBOLS + 1


@dataclass(frozen=True)
class CopyMemory(Task):
    """Ten symbols of eight kinds, L − 1 blanks, a go sign and ten blanks; out come blanks, and at last the ten symbols.

    The sequence has L + 20 steps, and every step counts.
    """

    count: int = 10

    name: ClassVar[str] = "copy"
    difficulty: ClassVar[str] = (
        "Arjovsky, Shah & Bengio (2016): without memory the mean loss a step is 10 ln 8 / (L + 20); they try L = 100 to"
        " 500"
    )

    @property
    def sizes(self) -> tuple[int, int]:
        return _SYMBOLS + 2, _SYMBOLS + 1

    @property
    def chance(self) -> float:
        return self.count * float(np.log(_SYMBOLS)) / (self.length + 2 * self.count)

    def draw(self, rng: Generator, size: int) -> Episodes:
        steps = self.length + 2 * self.count
        symbols = rng.integers(0, _SYMBOLS, (self.count, size))
        codes = np.full((steps, size), _BLANK)
        codes[: self.count] = symbols
        codes[steps - self.count - 1] = _GO
        targets = np.full((steps, size), _BLANK)
        targets[-self.count :] = symbols
        return Episodes(one_hot(codes, _SYMBOLS + 2), targets, tuple(range(1, steps + 1)), np.ones(targets.shape))
