"""Line plots in the terminal: braille lines between axes, each with its label where it ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from bptt_viz.render.braille import ACROSS, Canvas

COLOURS = ("blue", "cyan", "green", "yellow", "red", "magenta")
ROWS = 9
_WIDEST, _TICKS, _GAP = 80, 7, 2
# What lies farther outside is left out, not drawn as a run along the border.
_OUTSIDE = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot.

    Attributes:
        heights: 0 at the bottom to 1 at the top, at equal distances from the left to the right edge; None leaves a gap.
        label: stands to the right of where it ends; empty for none.
        style: of line and label.
        end: at which height the label stands, 0 to 1; None takes the last height that there is.
    """

    heights: Sequence[float | None]
    label: str
    style: str = ""
    end: float | None = None

    @property
    def last(self) -> float:
        """Where the label stands."""
        known = [height for height in self.heights if height is not None]
        found = self.end if self.end is not None else known[-1] if known else 0.0
        return min(1.0, max(0.0, found))


def colour(place: int) -> str:
    """Return the colour of the line at that place."""
    return COLOURS[place % len(COLOURS)]


def across(width: int, labels: Sequence[str]) -> int:
    """Return how many characters a plot's area takes in a terminal, no more than a page in all."""
    return max(10, min(width, _WIDEST) - _TICKS - 1 - _GAP - max(map(len, labels), default=0))


def chart(lines: Sequence[Line], width: int, ticks: Mapping[float, str], rows: int = ROWS) -> Iterator[Text]:
    """Yield the rows of a plot with the axis below it.

    Args:
        lines: what to draw; later ones lie above earlier ones.
        width: of the area in characters.
        ticks: what stands beside the vertical axis, by height.
        rows: at least so many; more where there are more labels.
    """
    rows = max(rows, sum(bool(line.label) for line in lines))
    canvas = Canvas(width, rows)
    for line in lines:
        canvas.line(resampled(line.heights, ACROSS * width), line.style)
    marks = {_row(height, rows): text for height, text in ticks.items()}
    ends = _end_labels(lines, rows)
    for row, drawn in enumerate(canvas.rows()):
        tick = marks.get(row, "")[:_TICKS]
        yield Text.assemble((f"{tick:>{_TICKS}}", "dim"), "┤" if tick else "│", drawn, " " * _GAP, ends.get(row, ""))
    yield Text(f"{'':{_TICKS}}└{'─' * width}", "dim")


def heading(name: str, over_labels: str, width: int, labels: Sequence[str]) -> Text:
    """Return the line above a plot: its name, and what the labels hold."""
    room = _TICKS + 1 + width + _GAP + max(map(len, labels), default=0) - len(name)
    return Text.assemble((name, "bold"), (f"{over_labels:>{room}}", "dim"))


def foot(left: str, name: str, right: str, width: int) -> Text:
    """Return the line below a plot: both ends of the horizontal axis and its name between them."""
    return Text(f"{'':{_TICKS + 1}}{left}{name:^{width - len(left) - len(right)}}{right}")


def resampled(heights: Sequence[float | None], count: int) -> list[float | None]:
    """Return heights at `count` places from the first to the last, interpolated."""
    if len(heights) < 2:
        return list(heights) * min(1, count)
    made: list[float | None] = []
    for x in range(count):
        place = x * (len(heights) - 1) / (count - 1)
        near = min(int(place), len(heights) - 2)
        low, high = heights[near], heights[near + 1]
        if low is None or high is None:
            made.append(low if place == near else None)
            continue
        between = low + (place - near) * (high - low)
        made.append(between if -_OUTSIDE < between < 1 + _OUTSIDE else None)
    return made


def spread(wanted: Sequence[float], gaps: Sequence[float], top: float) -> list[float]:
    """Move labels apart, as little as a pass up and a pass down allow.

    Args:
        wanted: where each label would stand, ascending.
        gaps: how far each must stay above the one before; the first is its distance from 0.
        top: where the last may stand at most.
    """
    placed: list[float] = []
    for place, gap in zip(wanted, gaps, strict=True):
        placed.append(max(place, (placed[-1] if placed else 0.0) + gap))
    limit = top
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], limit)
        limit = placed[k] - gaps[k]
    return placed


def _end_labels(lines: Sequence[Line], rows: int) -> dict[int, Text]:
    """Return the labels by row, moved apart so that no two share one."""
    order = sorted((k for k, line in enumerate(lines) if line.label), key=lambda k: lines[k].last)
    wanted = [rows - 1.0 - _row(lines[k].last, rows) for k in order]
    placed = spread(wanted, [1.0 if place else 0.0 for place in range(len(order))], rows - 1.0)
    return {rows - 1 - round(up): Text(lines[k].label, lines[k].style) for k, up in zip(order, placed, strict=True)}


def _row(height: float, rows: int) -> int:
    return min(rows - 1, max(0, round((1 - height) * (rows - 1))))
