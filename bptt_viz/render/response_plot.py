"""Responses of units as a plot in the terminal: one block of lines a panel."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.chart import Line, across, chart, colour, foot, heading
from bptt_viz.render.response_layout import end_height, end_numbers, headings, heights, panel_name, span, value
from bptt_viz.results.response import Response, ResponsePanel, Run


class ResponsePlot:
    """The runs from +start over time, each labelled at its end; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Response) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        over = _columns(*headings(self.result))
        labels = [over, *(_label(run, self.result) for panel in self.result.panels for run in panel.runs)]
        width = across(options.max_width, labels)
        for panel in self.result.panels:
            name = f"{panel_name(panel, self.result)}: {'‖h(t)‖' if self.result.setting.vector else 'h(t)'}"
            yield heading(name, over, width, labels)
            yield from _block(panel, self.result, width)
        yield foot("0", "time step, t", str(self.result.setting.steps), width)


def _block(panel: ResponsePanel, result: Response, width: int) -> Iterator[Text]:
    axis, vector = span(panel, result, mirrored=False), result.setting.vector
    lines = [
        Line(heights(run, axis, vector), _label(run, result), colour(place), end_height(run, axis, vector))
        for place, run in enumerate(panel.runs)
    ]
    return chart(lines, width, {1.0: _tick(axis[1], vector), 0.0: _tick(axis[0], vector)}, rows=8)


def _tick(place: float, vector: bool) -> str:
    return f"1e{place:+.0f}" if vector else value(place)


def _label(run: Run, result: Response) -> str:
    return _columns(*end_numbers(run, result))


def _columns(weight: str, number: str) -> str:
    return f"{weight:>6} {number:>7}"
