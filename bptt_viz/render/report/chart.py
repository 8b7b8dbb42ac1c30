"""Lines over time steps or the like: where everything stands, in the units of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil, floor, isfinite, log10

from bptt_viz.render.numbers import compact, scientific

WIDTH, HEIGHT = 720.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 14.0, 12.0, 52.0
_TICKS = 6
_FINE = 2.0
"""Up to so many decades a logarithmic axis is divided by 1, 2 and 5 within them."""
_LETTER = 7.5
_PARTS = (0.0, log10(2), log10(5))
_MARKED = 60
"""Up to so many places, each has a dot and what it is called below."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line.

    Attributes:
        name: in the legend.
        values: one a place; None and what is not finite leave a gap.
        fitted: it is a model's line, not measured, and is drawn thin.
    """

    name: str
    values: tuple[float | None, ...]
    fitted: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """What stands along the horizontal axis.

    Attributes:
        name: of the axis.
        labels: of the places, from left to right.
        marks: what else is written below each, such as a character; empty for nothing.
    """

    name: str
    labels: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn.

    Attributes:
        name: in the legend.
        look: the class that says its colour and dashes.
        course: the path.
        dots: where values stand, if they are shown one by one.
    """

    name: str
    look: str
    course: str
    dots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as it is drawn.

    Attributes:
        title: for readers who do not see it.
        lines: the lines.
        rows: heights and texts of the ticks on the left.
        columns: places and texts of the ticks at the bottom.
        marks: places and texts of what else is written there.
        across: the name of the horizontal axis.
        up: the name of the vertical axis.
        first: where the first place stands.
        step: from one place to the next.
        count: how many places there are.
    """

    title: str
    lines: tuple[Line, ...]
    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    across: str
    up: str
    first: float
    step: float
    count: int
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Range:
    """The values at the bottom and at the top of a chart, as they are or as decimal logarithms."""

    low: float
    high: float
    log: bool

    def height(self, value: float | None) -> float | None:
        """Return where a value stands; None if it has no place."""
        if value is None or not isfinite(value) or (self.log and value <= 0):
            return None
        share = ((log10(value) if self.log else value) - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP)


def fitting(series: Sequence[Series], log: bool) -> Range:
    """Return a range for all values: whole decades, or round numbers."""
    seen = [value for each in series for value in each.values if value is not None and isfinite(value)]
    if log:
        return _decades([log10(value) for value in seen if value > 0] or [0.0])
    low, high = min(seen, default=0.0), max(seen, default=1.0)
    step = _round_step(high - low or abs(high) or 1.0)
    return Range(floor(low / step) * step, max(ceil(high / step), floor(low / step) + 1) * step, False)


def _decades(tens: Sequence[float]) -> Range:
    """Return a range of whole decades, or over a few of them one that begins and ends at 1, 2 or 5 times a power."""
    low, high = min(tens), max(tens)
    if high - low > _FINE:
        return Range(floor(low), ceil(high), True)
    ends = [power + part for power in range(floor(low) - 1, ceil(high) + 2) for part in _PARTS]
    return Range(max(e for e in ends if e <= low + 1e-9), min(e for e in ends if e >= high - 1e-9 and e > low), True)


def chart(title: str, series: Sequence[Series], places: Places, up: str, between: Range) -> Chart:
    """Return a chart of some lines.

    Args:
        title: what it shows.
        series: the lines, with one value a place.
        places: what stands along the horizontal axis.
        up: the name of the vertical axis.
        between: the values at its ends.
    """
    count = len(places.labels)
    room = WIDTH - _LEFT - _RIGHT
    step = room / count
    first = _LEFT + step / 2
    xs = [first + k * step for k in range(count)]
    every = _every(places.labels, step)
    shown = len(places.marks) == count <= _MARKED and all(_fits(mark, step) for mark in places.marks)
    return Chart(
        title,
        tuple(_line(each, look, xs, between) for each, look in zip(series, _looks(series), strict=True)),
        tuple(_ticks(between)),
        tuple((f"{xs[k]:.1f}", places.labels[k]) for k in range(0, count, every)),
        tuple((f"{x:.1f}", mark) for x, mark in zip(xs, places.marks, strict=True)) if shown else (),
        places.name,
        up,
        round(first, 2),
        round(step, 4),
        count,
    )


def _fits(mark: str, room: float) -> bool:
    """Tell whether a character, an escape or a word finds room below its place."""
    return len(mark) <= 2 or _LETTER * len(mark) <= room


def _looks(series: Sequence[Series]) -> list[str]:
    """Return the classes of the lines; a fitted one has the colour of the line before it."""
    measured = accumulate(int(not each.fitted) for each in series)
    return [f"s{(max(count, 1) - 1) % 6}" for count in measured]


def _line(series: Series, look: str, xs: Sequence[float], between: Range) -> Line:
    points = [(x, between.height(value)) for x, value in zip(xs, series.values, strict=True)]
    pieces = []
    for there, run in groupby(points, lambda point: point[1] is not None):
        if there:
            pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in run))
    alone = {piece for piece in pieces if "L" not in piece}
    dots = [(f"{x:.1f}", f"{y:.1f}") for x, y in points if y is not None]
    if series.fitted:
        dots = []
    elif len(xs) > _MARKED:
        dots = [dot for dot in dots if f"M{dot[0]} {dot[1]}" in alone]
    return Line(series.name, f"{look} fitted" if series.fitted else look, "".join(pieces), tuple(dots))


def _every(labels: Sequence[str], step: float) -> int:
    """Return that only every so manieth label is written, for none to touch its neighbour."""
    wide = 8.0 * max(map(len, labels), default=1) + 10
    least = max(1, ceil(wide / step))
    return next(each for each in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10**9) if each >= least)


def _ticks(between: Range) -> list[tuple[str, str]]:
    if between.log:
        return [(f"{between.height(10.0**ten):.1f}", _power(ten)) for ten in _tens(between)]
    step = _round_step(between.high - between.low)
    count = round((between.high - between.low) / step)
    values = [between.low + k * step for k in range(count + 1)]
    return [(f"{between.height(value):.1f}", _round(value, step)) for value in values]


def _tens(between: Range) -> list[float]:
    """Return the logarithms of a logarithmic axis's ticks."""
    low, high = between.low, between.high
    if high - low > _FINE:
        whole = range(ceil(low), floor(high) + 1)
        return [float(ten) for ten in whole[:: max(1, ceil((high - low) / _TICKS))]]
    every = [power + part for power in range(floor(low), ceil(high) + 1) for part in _PARTS]
    return [ten for ten in every if low - 1e-9 <= ten <= high + 1e-9]


def _power(ten: float) -> str:
    return compact(float(f"{10.0**ten:.1e}")) if abs(ten) < 2.5 else scientific(10.0**ten)


def _round(value: float, step: float) -> str:
    near = 0.0 if abs(value) < step / 1e6 else value
    return f"{near:.4g}" if step > 1e-3 else scientific(near)


def _round_step(whole: float) -> float:
    """Return 1, 2 or 5 times a power of ten, of which about five make the whole."""
    rough = whole / (_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
