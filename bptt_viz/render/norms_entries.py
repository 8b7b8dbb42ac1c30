"""Sizes of a gradient's entries, one line a time step: ends, middle, a histogram, zeros, NaN and Inf."""

from collections.abc import Iterator, Sequence
from math import isnan

from rich.console import RenderableType
from rich.text import Text

from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.norms import LayerNorms, NormReport
from bptt_viz.results.norms_entries import EntrySizes

_LEVELS = " ▁▂▃▄▅▆▇█"


def entries_tables(report: NormReport, terminal: bool) -> Iterator[RenderableType]:
    """Yield, for each layer and state, a heading and one line a step.

    Args:
        report: what was measured.
        terminal: draw rules.
    """
    several, loss = len(report.layers) > 1, "L_T" if report.loss == "last" else "L"
    for layer in report.layers:
        for state in layer.states:
            where = f"{layer.label}: " if several else ""
            yield Text(f"{where}the {state.entries.entries} entries of ∂{loss}/∂{state.name}_t by size", "bold")
            yield _table(report, layer, state.entries, terminal)
            yield Text()


def _table(report: NormReport, layer: LayerNorms, found: EntrySizes, terminal: bool) -> RenderableType:
    named = {"zeros": found.zeros, "NaN": found.nan, "Inf": found.infinite}
    counted = {name: counts for name, counts in named.items() if any(counts)}
    ends = f"1e{found.exponents[0]:+.0f} … 1e{found.exponents[-1]:+.0f}" if found.exponents else ""
    pairs = [(report.inputs[t - 1], report.targets[t - 1]) for t in layer.steps]
    rows: list[tuple[str | Text, ...]] = [
        (
            str(layer.steps[k]),
            f"{visible(x)}→{visible(y)}",
            *(_size(series[k]) for series in (found.smallest, found.median, found.largest)),
            _histogram(found.bins[k]),
            *(Text(str(counts[k] or ""), "" if name == "zeros" else "bold red") for name, counts in counted.items()),
        )
        for k, (x, y) in enumerate(pairs)
    ]
    made = table(("t", "x→y", "min", "median", "max", ends, *counted), rows, terminal)
    made.columns[0].justify = "right"
    made.columns[5].justify = "left"
    return made


def _size(number: float) -> str:
    return "–" if isnan(number) else scientific(number)


def _histogram(counts: Sequence[int]) -> str:
    most = max(counts, default=0)
    return "".join(_LEVELS[-(-count * (len(_LEVELS) - 1) // most)] if most else " " for count in counts)
