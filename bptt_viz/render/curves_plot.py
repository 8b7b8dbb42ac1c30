"""The curves as a plot in the terminal: one block of lines a panel."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.chart import Line, across, chart, colour, foot, heading
from bptt_viz.render.curves_layout import decades, end_height, factor, heights, panel_name, symbol
from bptt_viz.results.curves import Curve, Curves, Panel


class CurvesPlot:
    """Medians on a logarithmic axis that all panels share, each labelled at its end; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Curves) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        curves = [curve for panel in self.result.panels for curve in panel.curves]
        longest = max(6, *(len(curve.label) for curve in curves))
        over, labels = f"{self.result.heading} a step", [_label(curve, longest) for curve in curves]
        width = across(options.max_width, [over, *labels])
        yield Text(f"median gradient norm {symbol(self.result)}")
        for panel in self.result.panels:
            yield heading(panel_name(panel), over, width, [over, *labels])
            yield from _block(panel, self.result, width, longest)
        yield foot("0", "steps back in time, k", str(int(self.result.distance[-1])), width)


def _block(panel: Panel, result: Curves, width: int, longest: int) -> Iterator[Text]:
    low, high = axis = decades(result)
    lines = [
        Line(heights(curve, axis, len(result.distance)), _label(curve, longest), colour(place), end_height(curve, axis))
        for place, curve in enumerate(panel.curves)
    ]
    return chart(lines, width, {1.0: f"1e{high:+d}", 0.0: f"1e{low:+d}", -low / (high - low): "1"})


def _label(curve: Curve, longest: int) -> str:
    return f"{curve.label:>{longest}} {factor(curve.rate)}"
