"""Which time steps get a column of their own and which are folded into one."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bptt_viz.results.graph import Fold


@dataclass(frozen=True, slots=True)
class Column:
    """One time step, or several that are folded.

    Attributes:
        first: its first step.
        last: its last step.
    """

    first: int
    last: int

    @property
    def is_fold(self) -> bool:
        """Whether it stands for several steps."""
        return self.last > self.first

    @property
    def steps(self) -> range:
        """All its steps."""
        return range(self.first, self.last + 1)

    @property
    def id(self) -> str:
        """What ids of its parts begin with."""
        return f"t{self.first}-{self.last}" if self.is_fold else f"t{self.first}"

    def named(self, letter: str, mark: str = "") -> str:
        """Return what a value of each step is called: `x_3`, or `x_4 … x_49` for all of a fold."""
        return " … ".join(self._ends(letter, mark))

    def told(self, letter: str, mark: str = "") -> str:
        """Return the same in words: `x_3`, or `x_4 to x_49`."""
        return " to ".join(self._ends(letter, mark))

    def _ends(self, letter: str, mark: str) -> list[str]:
        steps = dict.fromkeys((self.first, self.last))
        return [f"{letter}_{t}{mark}" for t in steps]

    @property
    def fold(self) -> Fold | None:
        """What nodes of a fold carry."""
        return Fold(self.first, self.last) if self.is_fold else None


def every_step(steps: int) -> list[Column]:
    """Return a column for each step from 1 to T."""
    return [Column(t, t) for t in range(1, steps + 1)]


def folded(
    steps: int,
    ends: int,
    named: Iterable[int] = (),
    broken: Sequence[Collection[int]] = (),
    starts: Collection[int] = (),
) -> list[Column]:
    """Fold what lies between the first and the last steps and is not named.

    Args:
        steps: T.
        ends: how many steps at the beginning and at the end keep a column, at least 1.
        named: further steps that do.
        broken: steps with NaN or an infinity, by kind; of each run of them the first and last `ends` do.
        starts: steps at which a layer with weights of its own begins; no fold goes on from the step before.
    """
    kept = {*range(1, ends + 1), *range(steps - ends + 1, steps + 1), *named}
    kept = kept.union(*(_rims(found, ends) for found in broken))
    begun = sorted(starts)
    groups = groupby(range(1, steps + 1), key=lambda t: (t if t in kept else 0, bisect_right(begun, t)))
    spans = [list(group) for _, group in groups]
    return [Column(span[0], span[-1]) for span in spans]


def _rims(found: Collection[int], ends: int) -> set[int]:
    return {t for t in found if {t - ends, t + ends} - set(found)}


def hidden(columns: Sequence[Column]) -> int:
    """Return how many steps lie in folds."""
    return sum(len(column.steps) for column in columns if column.is_fold)
