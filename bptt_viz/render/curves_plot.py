"""The curves as a plot in the terminal: one block of lines a panel."""

from collections.abc import Iterator
from math import log10

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.chart import Line, across, chart, colour, foot, heading
from bptt_viz.render.curves_layout import decades, end_height, factor, shown
from bptt_viz.results.curves import Curve, Curves, Panel

_HEADING = "radius a step"


class CurvesPlot:
    """Medians on a logarithmic axis that all panels share, each labelled at its end; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Curves) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        labels = [_HEADING, *(_label(curve) for panel in self.result.panels for curve in panel.curves)]
        width = across(options.max_width, labels)
        yield Text("median gradient norm ‖∂L_T/∂h_(T−k)‖ / ‖∂L_T/∂h_T‖")
        for panel in self.result.panels:
            yield heading(f"{panel.name}, γ = {panel.gamma:g}", _HEADING, width, labels)
            yield from _block(panel, self.result, width)
        yield foot("0", "steps back in time, k", str(int(self.result.distance[-1])), width)


def _block(panel: Panel, result: Curves, width: int) -> Iterator[Text]:
    low, high = axis = decades(result)
    lines = [
        Line(_heights(curve, axis, len(result.distance)), _label(curve), colour(place), end_height(curve, axis))
        for place, curve in enumerate(panel.curves)
    ]
    return chart(lines, width, {1.0: f"1e{high:+d}", 0.0: f"1e{low:+d}", -low / (high - low): "1"})


def _heights(curve: Curve, axis: tuple[int, int], count: int) -> list[float | None]:
    """Return the median's height on the axis at every step back, None where it cannot be drawn."""
    low, high = axis
    drawn = [(log10(value) - low) / (high - low) if value > 0 else None for value in shown(curve)]
    return [*drawn, *([None] * (count - len(drawn)))]


def _label(curve: Curve) -> str:
    return f"{curve.radius:>6g} {factor(curve.rate)}"
