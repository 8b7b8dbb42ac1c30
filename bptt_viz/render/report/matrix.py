"""A matrix in colours: runs of one colour are one stroke, so that ten thousand places stay a small file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bptt_viz.render.report.palette import LEVELS

_MOST_WIDE, _LEAST, _LARGEST = 540.0, 9.0, 28.0
_LEFT, _TOP, _BAR = 54.0, 34.0, 46.0
_LETTER = 13.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The key of the colours.

    Attributes:
        ramp: `q` for colours from little to much, `d` for those from minus to plus.
        ticks: shares of its length, with texts.
        apart: classes and names of what is off the scale, where there is any.
    """

    ramp: str
    ticks: tuple[tuple[float, str], ...]
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix as it is drawn.

    Attributes:
        title: for readers who do not see it.
        strokes: classes with the path of all their places, in units of one place.
        columns: middles and numbers of columns, above them.
        marks: middles and characters, likewise.
        rows: middles and names of rows, on their left.
        across: what columns are.
        down: what rows are.
        bar: the key.
        place: width and height of a place.
        count: numbers of rows and columns.
    """

    title: str
    strokes: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    across: str
    down: str
    bar: Bar
    place: tuple[float, float]
    count: tuple[int, int]
    left: float = _LEFT
    top: float = _TOP

    @property
    def width(self) -> float:
        """Of the whole picture."""
        return max(_LEFT + self.count[1] * self.place[0] + 8, 360.0)

    @property
    def bottom(self) -> float:
        """Where the places end."""
        return _TOP + self.count[0] * self.place[1]

    @property
    def height(self) -> float:
        """Of the whole picture."""
        return self.bottom + _BAR

    @property
    def swatches(self) -> tuple[tuple[str, float], ...]:
        """Classes and left ends of the key's colours."""
        return tuple((f"{self.bar.ramp}{k}", _LEFT + k * self.swatch) for k in range(LEVELS))

    @property
    def swatch(self) -> float:
        """Width of one of the key's colours."""
        return 150.0 / LEVELS


def matrix(
    title: str,
    values: Sequence[Sequence[float | None]],
    look: Callable[[float], str],
    names: tuple[Sequence[str], Sequence[str]],
    axes: tuple[str, str],
    bar: Bar,
    marks: Sequence[str] = (),
    least: float = _LEAST,
) -> Matrix:
    """Return a matrix of values as it is drawn.

    Args:
        title: what it shows.
        values: by row and column; None where nothing is drawn.
        look: from a value to the class that says its colour.
        names: of the rows and of the columns.
        axes: what rows and columns are.
        bar: the key of the colours.
        marks: a character for each column; empty for none.
        least: how wide a place is at the least; under a letter's width there are no characters.
    """
    count = len(values), len(names[1])
    wide = min(max(_MOST_WIDE / max(count[1], 1), least), _LARGEST)
    high = wide if count[0] <= 1.5 * count[1] else least
    xs = [_LEFT + (k + 0.5) * wide for k in range(count[1])]
    ys = [_TOP + (k + 0.5) * high for k in range(count[0])]
    return Matrix(
        title,
        tuple(_strokes(values, look)),
        tuple(_spaced(names[1], xs, 7.0)),
        tuple((f"{x:.1f}", mark) for x, mark in zip(xs, marks, strict=True))
        if wide >= _LEAST and _legible(marks)
        else (),
        tuple(_spaced(names[0], ys, 0.0)),
        axes[1],
        axes[0],
        bar,
        (round(wide, 3), round(high, 3)),
        count,
    )


def _legible(marks: Sequence[str]) -> bool:
    return bool(marks) and all(len(mark) <= 2 for mark in marks)


def _strokes(values: Sequence[Sequence[float | None]], look: Callable[[float], str]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for y, row in enumerate(values):
        x = 0
        for kind, run in groupby("" if value is None else look(value) for value in row):
            length = len(list(run))
            if kind:
                found.setdefault(kind, []).append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return [(kind, "".join(found[kind])) for kind in sorted(found)]


def _spaced(names: Sequence[str], middles: Sequence[float], letter: float) -> list[tuple[str, str]]:
    """Return the names that find room beside each other: all, or every second, fifth or tenth, and so on."""
    if not names:
        return []
    room = abs(middles[1] - middles[0]) if len(middles) > 1 else _LETTER
    wanted = max(letter * max(map(len, names)) + 6, _LETTER)
    each = next(k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if k * room >= wanted)
    return [(f"{middles[k]:.1f}", names[k]) for k in range(0, len(names), each)]
