"""The spectrum in the terminal: the exponents, how they settle over time, and singular values over spans."""

from collections.abc import Iterator, Sequence
from math import inf, isfinite

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.chart import Line, across, chart, colour, foot
from bptt_viz.render.spectrum_layout import chosen
from bptt_viz.results.spectrum import Spectrum

Series = tuple[Sequence[float], str]


class SpectrumPlot:
    """Three plots, each with a line at 0; for rich to print.

    Attributes:
        found: what to draw.
    """

    def __init__(self, found: Spectrum) -> None:
        self.found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        measured = self.found.lyapunov
        known = len(measured.exponents)
        if known > 1:
            yield from _plot("λ_k", [(measured.exponents, "λ")], ("1", "k", str(known)), options.max_width)
        if len(measured.checkpoints) > 1:
            running = [(tuple(row[k] for row in measured.running), f"λ_{k + 1}") for k in chosen(self.found)]
            ends = (str(measured.checkpoints[0]), "steps averaged over", str(measured.checkpoints[-1]))
            yield from _plot("λ_k, as estimated so far", running, ends, options.max_width)
        if self.found.spans and self.found.size > 1:
            rates = [(_rates(span.logarithms, span.steps), _steps(span.steps)) for span in self.found.spans]
            ends = ("1", "k", str(self.found.size))
            yield from _plot("log σ_k / steps, of products over", rates, ends, options.max_width)


def _rates(logarithms: Sequence[float], steps: int) -> tuple[float, ...]:
    return tuple(logarithm / steps for logarithm in logarithms)


def _steps(count: int) -> str:
    return f"{count} step{'s' * (count > 1)}"


def _plot(name: str, series: Sequence[Series], ends: tuple[str, str, str], width: int) -> Iterator[Text]:
    labels = [label for _, label in series]
    area = across(width, labels)
    seen = [value for values, _ in series for value in values if isfinite(value)]
    low, high = min([*seen, 0.0]), max([*seen, 0.0])
    if high == low:
        high = low + 1
    lines = [
        Line([(value - low) / (high - low) if value > -inf else None for value in values], label, colour(place))
        for place, (values, label) in enumerate(series)
    ]
    zero = Line([-low / (high - low)] * 2, "", "dim")
    yield Text(name, "bold")
    yield from chart([zero, *lines], area, {0.0: f"{low:.3g}", -low / (high - low): "0", 1.0: f"{high:.3g}"})
    yield foot(*ends, area)
