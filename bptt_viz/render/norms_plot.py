"""The last loss's gradient against the distance back in time, drawn in the terminal: one block a layer."""

from collections.abc import Iterator, Sequence
from math import ceil, floor, inf, log10

from rich.text import Text

from bptt_viz.render.braille import ACROSS, Canvas
from bptt_viz.render.curves_layout import spread
from bptt_viz.render.numbers import compact
from bptt_viz.results.norms import LayerNorms, NormReport, StateNorms

_COLOURS = ("cyan", "yellow", "magenta", "green")
_ROWS, _WIDEST, _TICKS, _GAP = 9, 80, 7, 2

Axis = tuple[int, int]
"""Exponents of 10 at the bottom and at the top."""


def norms_plot(report: NormReport, width: int) -> list[Text]:
    """Return the lines of the plot.

    Args:
        report: what was measured.
        width: of the terminal, in cells; no more than a page is used.
    """
    axis, last = _decades(report), report.run.steps - 1
    if axis is None or last < 1:
        return []
    labels = [_label(state) for layer in report.layers for state in layer.states]
    across = max(10, min(width, _WIDEST) - _TICKS - 1 - _GAP - max(map(len, labels)))
    made = [Text("‖∂L_T/∂s_(T−k)‖ of each state s, each with its factor a step")]
    for layer in report.layers:
        made += [Text(layer.label, "bold")] if len(report.layers) > 1 else []
        made += _block(layer, axis, across)
    foot = f"0{'steps back in time, k':^{across - 1 - len(str(last))}}{last}"
    return [*made, Text(f"{'':{_TICKS + 1}}{foot}")]


def _decades(report: NormReport) -> Axis | None:
    """Return the axis that all layers share, of a decade or more; None if there is nothing to draw."""
    series = [state.last for layer in report.layers for state in layer.states]
    seen = [log10(norm) for norms in series for norm in norms if 0 < norm < inf]
    if not seen:
        return None
    low, high = floor(min(seen)), ceil(max(seen))
    return (low, max(high, low + 1))


def _block(layer: LayerNorms, axis: Axis, across: int) -> Iterator[Text]:
    canvas = Canvas(across, _ROWS)
    for state, colour in zip(layer.states, _COLOURS, strict=False):
        canvas.line(_heights(state.last[::-1], axis, ACROSS * across), colour)
    ends = _end_labels(layer, axis)
    ticks = {0: axis[1], _ROWS - 1: axis[0]}
    for row, line in enumerate(canvas.rows()):
        tick = f"1e{ticks[row]:+d}" if row in ticks else ""
        yield Text.assemble((f"{tick:>{_TICKS}}", "dim"), "┤" if tick else "│", line, " " * _GAP, ends.get(row, ""))
    yield Text(f"{'':{_TICKS}}└{'─' * across}", "dim")


def _heights(back: Sequence[float], axis: Axis, count: int) -> list[float | None]:
    """Return heights at `count` places over the distances, interpolated; gaps where a norm has no logarithm."""
    heights = [_height(norm, axis) for norm in back]
    made: list[float | None] = []
    for x in range(count):
        place = x * (len(back) - 1) / (count - 1)
        near = min(int(place), len(back) - 2)
        low, high = heights[near], heights[near + 1]
        made.append(None if low is None or high is None else low + (place - near) * (high - low))
    return made


def _height(norm: float, axis: Axis) -> float | None:
    return (log10(norm) - axis[0]) / (axis[1] - axis[0]) if 0 < norm < inf else None


def _end_labels(layer: LayerNorms, axis: Axis) -> dict[int, Text]:
    """Return each state's name and factor by the row where its line ends, no two in one row."""
    ends = [(_height(state.last[0], axis) or 0.0, k) for k, state in enumerate(layer.states)]
    order = sorted(ends)
    placed = spread([end * (_ROWS - 1) for end, _ in order], [float(k > 0) for k in range(len(order))], _ROWS - 1.0)
    return {
        _ROWS - 1 - round(up): Text(_label(layer.states[k]), _COLOURS[k % len(_COLOURS)])
        for up, (_, k) in zip(placed, order, strict=True)
    }


def _label(state: StateNorms) -> str:
    return f"{state.name} ×{compact(state.decay.rate)}" if state.decay else f"{state.name} –"
