"""Responses of units as a plot in the terminal: one block of lines a panel."""

from collections.abc import Iterator
from math import isfinite

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.arrays import Array
from bptt_viz.render.braille import ACROSS, Canvas
from bptt_viz.render.curves_layout import spread
from bptt_viz.render.response_layout import (
    by_end,
    end_height,
    end_numbers,
    headings,
    height,
    panel_name,
    span,
    value,
)
from bptt_viz.results.response import Response, ResponsePanel, Run

_COLOURS = ("blue", "cyan", "green", "yellow", "red", "magenta")
_ROWS, _WIDEST, _TICKS = 8, 80, 7


class ResponsePlot:
    """The runs from +start over time, each labelled at its end; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Response) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        labels = [_heading(self.result), *(_label(run, self.result) for p in self.result.panels for run in p.runs)]
        width = max(10, min(options.max_width, _WIDEST) - _TICKS - 3 - max(map(len, labels)))
        for panel in self.result.panels:
            yield from _block(panel, self.result, width)
        end = str(self.result.setting.steps)
        yield Text(f"{'':{_TICKS + 1}}0{'time step, t':^{width - 1 - len(end)}}{end}")


def _block(panel: ResponsePanel, result: Response, width: int) -> Iterator[Text]:
    axis, vector = span(panel, result, mirrored=False), result.setting.vector
    rows = max(_ROWS, len(panel.runs))
    canvas = Canvas(width, rows)
    for place, run in enumerate(panel.runs):
        heights = [height(v, axis, vector) for v in _resampled(run.values, ACROSS * width)]
        canvas.line(heights, _colour(place))
    ticks = {0: _tick(axis[1], vector), rows - 1: _tick(axis[0], vector)}
    ends = _end_labels(panel, result, axis, rows)
    name = f"{panel_name(panel, result)}: {'‖h(t)‖' if vector else 'h(t)'}"
    yield Text.assemble((name, "bold"), (f"{_heading(result):>{_TICKS + 3 + width + 14 - len(name)}}", "dim"))
    for row, line in enumerate(canvas.rows()):
        tick = ticks.get(row, "")
        yield Text.assemble((f"{tick:>{_TICKS}}", "dim"), "┤" if tick else "│", line, "  ", ends.get(row, ""))
    yield Text(f"{'':{_TICKS}}└{'─' * width}", "dim")


def _tick(place: float, vector: bool) -> str:
    return f"1e{place:+.0f}" if vector else value(place)[:_TICKS]


def _resampled(values: Array, count: int) -> list[float]:
    """Return a series at `count` places over the steps, interpolated."""
    found = []
    for x in range(count):
        k = x * (len(values) - 1) / (count - 1)
        low = min(int(k), len(values) - 2)
        before, after = float(values[low]), float(values[low + 1])
        found.append(before + (k - low) * (after - before) if isfinite(before) else before)
    return found


def _end_labels(panel: ResponsePanel, result: Response, axis: tuple[float, float], rows: int) -> dict[int, Text]:
    """Return the labels by row, moved apart so that no two share one."""
    order = by_end(panel.runs)
    wanted = [float(round(end_height(panel.runs[k], axis, result.setting.vector) * (rows - 1))) for k in order]
    placed = spread(wanted, [1.0 if place else 0.0 for place in range(len(order))], rows - 1.0)
    return {
        rows - 1 - round(up): Text(_label(panel.runs[k], result), _colour(k))
        for k, up in zip(order, placed, strict=True)
    }


def _heading(result: Response) -> str:
    weight, number = headings(result)
    return f"{weight:>6} {number:>7}"


def _label(run: Run, result: Response) -> str:
    weight, number = end_numbers(run, result)
    return f"{weight:>6} {number:>7}"


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]
