"""The last loss's gradient against the distance back in time, drawn in the terminal: one block a layer."""

from collections.abc import Sequence
from math import ceil, floor, inf, log10

from rich.text import Text

from bptt_viz.render.chart import Line, across, chart, colour, foot
from bptt_viz.render.numbers import compact
from bptt_viz.results.norms import LayerNorms, NormReport, StateNorms

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
    area = across(width, [_label(state) for layer in report.layers for state in layer.states])
    made = [Text("‖∂L_T/∂s_(T−k)‖ of each state s, each with its factor a step")]
    for layer in report.layers:
        made += [Text(layer.label, "bold")] if len(report.layers) > 1 else []
        made += chart(_lines(layer, axis), area, {1.0: f"1e{axis[1]:+d}", 0.0: f"1e{axis[0]:+d}"})
    return [*made, foot("0", "steps back in time, k", str(last), area)]


def _decades(report: NormReport) -> Axis | None:
    """Return the axis that all layers share, of a decade or more; None if there is nothing to draw."""
    series = [state.last for layer in report.layers for state in layer.states]
    seen = [log10(norm) for norms in series for norm in norms if 0 < norm < inf]
    if not seen:
        return None
    low, high = floor(min(seen)), ceil(max(seen))
    return (low, max(high, low + 1))


def _lines(layer: LayerNorms, axis: Axis) -> list[Line]:
    return [
        Line(_heights(state.last[::-1], axis), _label(state), colour(2 * k + 1)) for k, state in enumerate(layer.states)
    ]


def _heights(back: Sequence[float], axis: Axis) -> list[float | None]:
    return [(log10(norm) - axis[0]) / (axis[1] - axis[0]) if 0 < norm < inf else None for norm in back]


def _label(state: StateNorms) -> str:
    return f"{state.name} ×{compact(state.decay.rate)}" if state.decay else f"{state.name} –"
