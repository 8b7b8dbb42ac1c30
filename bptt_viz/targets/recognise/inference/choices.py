"""What is chosen in a run where the code leaves a choice, and what ends a run before its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Exhausted(Exception):  # noqa: N818 - an answer: too much code to follow
    """The code is too long or loops in itself."""


class Listed(Exception):  # noqa: N818 - an answer: it all has to be followed anew
    """Inputs turn out to be lists of what is not alike, or to say how many items such lists have.

    Attributes:
        lists: by name, how many items each has; 0 for an input that is an array after all.
        numbers: by name, the number that an argument is.
        sure: whether nothing else can be, or this is one way to try.
    """

    def __init__(
        self, lists: Mapping[str, int] | None = None, numbers: Mapping[str, int] | None = None, sure: bool = True
    ) -> None:
        super().__init__()
        self.lists, self.numbers, self.sure = lists or {}, numbers or {}, sure


@dataclass(frozen=True, slots=True)
class Form:
    """What an input may look like.

    Attributes:
        axes: for each axis a letter or a sum of letters from a docstring, 1, or None for an unknown of its own.
        cost: how unlikely it is, 0 for the likeliest.
        source: what says so: `docstring`, `hint`, `default` or `usage`.
    """

    axes: tuple[str | int | None, ...]
    cost: float
    source: str = "usage"


class Choices:
    """What was chosen so far, and at what price the other ways could be gone."""

    def __init__(self, path: Sequence[int]) -> None:
        self.path = tuple(path)
        self.taken: list[int] = []
        self.prices: list[Sequence[float]] = []

    def choose(self, prices: Sequence[float]) -> int:
        """Return which of several ways to go: the path's, and the first where the path has ended."""
        at = len(self.taken)
        way = self.path[at] if at < len(self.path) else 0
        self.taken.append(way)
        self.prices.append(prices)
        return way
