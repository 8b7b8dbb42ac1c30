"""The curves as a plot in the terminal: one block of lines an activation."""

import math
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.braille import ACROSS, Canvas
from bptt_viz.render.curves_layout import by_end, decades, end_height, factor, shown, spread
from bptt_viz.results.curves import Curve, Curves, Panel

_COLOURS = ("blue", "cyan", "green", "yellow", "red", "magenta")
_ROWS, _WIDEST, _TICKS = 9, 80, 7
_HEADING = "radius a step"


class CurvesPlot:
    """Medians on a logarithmic axis that all activations share, each labelled at its end; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Curves) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        labels = [_HEADING, *(_label(curve) for panel in self.result.panels for curve in panel.curves)]
        width = max(10, min(options.max_width, _WIDEST) - _TICKS - 3 - max(map(len, labels)))
        yield Text("median gradient norm ‖∂L_T/∂h_(T−k)‖ / ‖∂L_T/∂h_T‖")
        for panel in self.result.panels:
            yield from _block(panel, self.result, width)
        end = str(int(self.result.distance[-1]))
        yield Text(f"{'':{_TICKS + 1}}0{'steps back in time, k':^{width - 1 - len(end)}}{end}")


def _block(panel: Panel, result: Curves, width: int) -> Iterator[Text]:
    axis = decades(result)
    height = max(_ROWS, len(panel.curves))
    canvas = Canvas(width, height)
    for place, curve in enumerate(panel.curves):
        canvas.line(_heights(curve, axis, int(result.distance[-1]), ACROSS * width), _colour(place))
    ticks = {_row(0.0, height): axis[0], _row(1.0, height): axis[1], _row(-axis[0] / (axis[1] - axis[0]), height): 0}
    ends = _end_labels(panel, axis, height)
    name = f"{panel.name}, γ = {panel.gamma:g}"
    yield Text.assemble((name, "bold"), (f"{_HEADING:>{_TICKS + 3 + width + len(_HEADING) - len(name)}}", "dim"))
    for row, line in enumerate(canvas.rows()):
        tick = f"1e{ticks[row]:+d}" if ticks.get(row) else "1" if row in ticks else ""
        yield Text.assemble((f"{tick:>{_TICKS}}", "dim"), "┤" if tick else "│", line, "  ", ends.get(row, ""))
    yield Text(f"{'':{_TICKS}}└{'─' * width}", "dim")


def _heights(curve: Curve, axis: tuple[int, int], steps: int, count: int) -> list[float | None]:
    """Return the median's height on the axis at `count` places over the steps, interpolated."""
    logs = [math.log10(value) for value in shown(curve) if value > 0]
    made: list[float | None] = []
    for x in range(count):
        k = x * steps / (count - 1)
        low = min(int(k), len(logs) - 2)
        if len(logs) < 2 or k > len(logs) - 1:
            made.append(None)
            continue
        value = logs[low] + (k - low) * (logs[low + 1] - logs[low])
        height = (value - axis[0]) / (axis[1] - axis[0])
        made.append(height if -0.5 < height < 1.5 else None)
    return made


def _end_labels(panel: Panel, axis: tuple[int, int], height: int) -> dict[int, Text]:
    """Return the labels by row, moved apart so that no two share one."""
    order = by_end(panel.curves)
    wanted = [height - 1.0 - _row(end_height(panel.curves[k], axis), height) for k in order]
    placed = spread(wanted, [1.0 if place else 0.0 for place in range(len(order))], height - 1.0)
    return {
        height - 1 - round(up): Text(_label(panel.curves[k]), _colour(k)) for k, up in zip(order, placed, strict=True)
    }


def _label(curve: Curve) -> str:
    return f"{curve.radius:>6g} {factor(curve.rate)}"


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]


def _row(height: float, rows: int) -> int:
    return min(rows - 1, int((1 - height) * rows))
