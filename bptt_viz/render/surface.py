"""An error surface in the terminal (table and shaded map) and as comma-separated values."""

import csv
import io
import math
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bptt_viz.render.tables import table
from bptt_viz.results.surface import Place, Surface

_SHADES = " ░▒▓█"
_ROWS, _WIDEST, _TICKS = 18, 72, 7
# The share of the largest error that gets the lightest shade.
_FLOOR = 1 / 150


def surface_report(result: Surface, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, the two steps as a table, and a map if wanted.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the map too.
    """
    headings = ("", "length", "w", "b", "E", "‖gradient‖")
    theta = f"clipped to θ = {result.setting.threshold:g}" if result.clips else "clipped (unchanged)"
    rows = (
        ("start", "", *_numbers(result.start)),
        ("unclipped step", f"{result.plain.length:.4g}", *_numbers(result.plain.end)),
        (theta, f"{result.clipped.length:.4g}", *_numbers(result.clipped.end)),
    )
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(described(result)), Text()]
    if plot:
        parts += [SurfaceMap(result), Text()]
    return Group(*parts, table(headings, rows, boxed))


def _numbers(place: Place) -> tuple[str, str, str, str]:
    norm = "0" if place.norm < 1e-300 else f"{place.norm:.3g}"
    return f"{place.w:.5g}", f"{place.b:.5g}", f"{place.error:.4f}", norm


def described(result: Surface) -> str:
    """Say in one sentence what was run."""
    ran = result.setting
    return (
        f"x_t = w σ(x_(t−1)) + b from x_0 = {ran.start:g}, E = (σ(x_{ran.steps}) − {ran.target:g})²; learning rate"
        f" {ran.rate:g}."
    )


class SurfaceMap:
    """E over w and b in shades by its logarithm, dark where it is small; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Surface) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        result = self.result
        width = max(10, min(options.max_width - _TICKS - 1, _WIDEST))
        yield Text("error E by its logarithm, the fuller the larger; S: start, C: clipped step")
        yield from _rows(result, width)
        low, high = f"{result.w[0]:g}", f"{result.w[-1]:g}"
        yield Text(f"{'':{_TICKS}}└{'─' * width}", "dim")
        yield Text(f"{'':{_TICKS + 1}}{low}{'w':^{width - len(low) - len(high)}}{high}")


def _rows(result: Surface, width: int) -> Iterator[Text]:
    marks = {_cell(result, result.clipped.end, width): "C", _cell(result, result.start, width): "S"}
    highest = max(float(v) for row in result.error for v in row) or 1.0
    logs = [[math.log10(max(float(v) / highest, _FLOOR)) for v in row] for row in result.error]
    names = {0: f"b {result.b[-1]:g}", _ROWS - 1: f"{result.b[0]:g}"}
    for row in range(_ROWS):
        source = logs[round((1 - row / (_ROWS - 1)) * (len(logs) - 1))]
        picked = (source[round(x / (width - 1) * (len(source) - 1))] for x in range(width))
        line = [_SHADES[min(4, int(5 * (1 - v / math.log10(_FLOOR))))] for v in picked]
        for (y, x), mark in marks.items():
            if y == row and 0 <= x < width:
                line[x] = mark
        yield Text.assemble((f"{names.get(row, ''):>{_TICKS}}", "dim"), "│", "".join(line))


def _cell(result: Surface, place: Place, width: int) -> tuple[int, int]:
    across = (place.w - result.w[0]) / (result.w[-1] - result.w[0])
    up = (place.b - result.b[0]) / (result.b[-1] - result.b[0])
    return round((1 - up) * (_ROWS - 1)), round(across * (width - 1))


def surface_csv(result: Surface) -> str:
    """Return every grid point: w, b, E, ∂E/∂w, ∂E/∂b; numbers read back as they are."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("w", "b", "error", "slope_w", "slope_b"))
    for row, b in enumerate(result.b):
        for column, w in enumerate(result.w):
            values = (result.error, result.slope_w, result.slope_b)
            writer.writerow((float(w), float(b), *(float(each[row, column]) for each in values)))
    return stream.getvalue()
