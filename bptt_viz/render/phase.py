"""The map of decay rates in the terminal, as a table of its borders, and as comma-separated values."""

import csv
import io
from collections.abc import Iterator
from math import inf, isnan

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.render.chart import foot
from bptt_viz.render.tables import table
from bptt_viz.results.phase import Phase

_WIDEST, _TICKS = 72, 7
# Rates up to the limit are drawn by the mark; the last mark has no limit.
_MARKS = (
    (0.8, "▼", "blue"),
    (0.95, "v", "cyan"),
    (1.05, "·", "green"),
    (1.25, "^", "magenta"),
    (inf, "▲", "red"),
)


def phase_report(result: Phase, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, the borders row by row, and the map if wanted.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the map too.
    """
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(f"{ran_words(result)}."), Text()]
    if plot:
        parts += [PhaseMap(result), Text()]
    theory = any(gain is not None for border in result.borders for gain in border.foretold)
    heads = [name for border in result.borders for name in (f"gain at {border.name}", *(["theory"] if theory else []))]
    rows = [
        [
            f"{height:.3g}",
            *(
                _gain(series[row])
                for border in result.borders
                for series in (border.measured, *([border.foretold] if theory else []))
            ),
        ]
        for row, height in reversed(list(enumerate(result.heights)))
    ]
    key = "Gain: spectral radius of each gate's recurrent matrix"
    key += "; theory: mean-field (Poole et al. 2016)." if theory else "."
    return Group(*parts, table((shown(result.axis), *heads), rows, boxed), Text(), Text(key, "dim"))


def _gain(gain: float | None) -> str:
    return "–" if gain is None else f"{gain:.2f}"


def ran_words(result: Phase) -> str:
    """Say what was run."""
    ran, options = result.setting, "".join(f" {name}={value}" for name, value in result.setting.settings.items())
    driven = f"over {shown(ran.text)!r}" if ran.input_scale else "without input"
    steps = f"T = {ran.steps}" if ran.against == "bias" else f"T up to {ran.steps}"
    seeds = f"medians of {ran.seeds} seeds" if ran.seeds > 1 else "one seed"
    return f"{shown(result.network.name)}{options}, H = {ran.hidden}, {steps}, {driven}; {ran.matrix} W_hh; {seeds}"


class PhaseMap:
    """Marks by the rate at each place; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Phase) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        gains, heights = self.result.gains, self.result.heights
        width = max(len(gains), min(options.max_width, _WIDEST + _TICKS) - _TICKS - 1) // len(gains) * len(gains)
        yield Text.assemble("factor a step: ", *_legend())
        yield Text(self.result.axis)
        for row in range(len(heights) - 1, -1, -1):
            yield Text.assemble((f"{heights[row]:>{_TICKS}.3g}", "dim"), "│", *self._marks(row, width // len(gains)))
        yield Text(f"{'':{_TICKS}}└{'─' * width}", "dim")
        yield foot(f"{gains[0]:g}", "gain", f"{gains[-1]:g}", width)

    def _marks(self, row: int, wide: int) -> Iterator[tuple[str, str]]:
        for rate in self.result.rates[row]:
            mark, style = _mark(float(rate))
            yield mark * wide, style


def _legend() -> Iterator[tuple[str, str] | str]:
    low = 0.0
    for limit, mark, style in _MARKS:
        yield (mark, style)
        yield f" < {limit:g}" if low == 0 else f" > {low:g}" if limit == inf else f" {low:g}–{limit:g}"
        yield "" if limit == inf else ", "
        low = limit


def _mark(rate: float) -> tuple[str, str]:
    if isnan(rate):
        return " ", ""
    return next((mark, style) for limit, mark, style in _MARKS if rate <= limit)


def phase_csv(result: Phase) -> str:
    """Return every place: bias or length, gain, rate; numbers read back as they are."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((result.setting.against, "gain", "rate"))
    for row, height in enumerate(result.heights):
        places = zip(result.gains, result.rates[row], strict=True)
        writer.writerows((height.item(), float(gain), float(rate)) for gain, rate in places)
    return stream.getvalue()
