"""The per-step gradient report as text for the terminal."""

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.render.norms_baseline import baseline_words
from bptt_viz.render.norms_columns import Column
from bptt_viz.render.norms_entries import entries_tables
from bptt_viz.render.norms_parameters import LEGEND, parameters_table
from bptt_viz.render.norms_plot import norms_plot
from bptt_viz.render.norms_reasons import why_words
from bptt_viz.render.norms_table import layer_table
from bptt_viz.render.norms_why import why_tables
from bptt_viz.render.norms_words import (
    decay_words,
    draws_words,
    fit_words,
    memory_words,
    origin_words,
    run_words,
    verdict_words,
)
from bptt_viz.results.norms import LayerNorms, NormReport, Trend

_STYLES = {
    Trend.VANISHING: "bold red",
    Trend.EXPLODING: "bold magenta",
    Trend.HEALTHY: "bold green",
    Trend.NON_FINITE: "bold white on red",
    Trend.UNDETERMINED: "bold yellow",
}


@dataclass(frozen=True, slots=True)
class Extras:
    """What the report shows besides.

    Attributes:
        parameters: ‖dW_t‖ of every parameter and gate.
        why: each step's factors, Jacobians, and their products over spans.
        entries: the sizes of the entries of each gradient.
        plot: the last loss's gradient against the distance.
    """

    parameters: bool = False
    why: bool = False
    entries: bool = False
    plot: bool = False


def norms_report(report: NormReport, terminal: bool, width: int, extras: Extras = Extras()) -> RenderableType:
    """Return the verdict, its reasons, what was run, and one table a layer.

    Args:
        report: what was measured.
        terminal: draw rules and bars, and choose columns by `width`; otherwise plain columns.
        width: of the terminal, in cells.
        extras: what to show besides.
    """
    return Group(norms_head(report), Text(), norms_numbers(report, terminal, width, extras))


def norms_head(report: NormReport) -> RenderableType:
    """Return the verdict, its reasons, and what was run."""
    return Group(_verdict(report), _reasons(report))


def norms_numbers(
    report: NormReport, terminal: bool, width: int, extras: Extras = Extras(), coloured: bool | None = None
) -> RenderableType:
    """Return what the columns mean and one table a layer, and what is shown besides.

    Args:
        report: what was measured.
        terminal: draw rules and bars, and choose columns by `width`.
        width: of the terminal, in cells.
        extras: what to show besides.
        coloured: explain the colours; None if it is for a terminal.
    """
    several = len(report.layers) > 1
    tables = [layer_table(report, layer, terminal, width) for layer in report.layers]
    columns = max((shown for _, shown in tables), key=len)
    parts: list[RenderableType] = [_legend(columns, terminal if coloured is None else coloured)]
    for layer, (made, _) in zip(report.layers, tables, strict=True):
        parts += [Text(), *([_heading(layer, report)] if several else []), made]
    if extras.plot and (drawn := norms_plot(report, width)):
        parts += [Text(), *drawn]
    if extras.why:
        parts += [Text(), *why_tables(report, terminal)]
    if extras.entries:
        parts += [Text(), *entries_tables(report, terminal)]
    if extras.parameters:
        parts += [Text(), Text(LEGEND, "dim"), parameters_table(report, terminal, width)]
    return Group(*parts)


def _verdict(report: NormReport) -> Text:
    return Text.assemble((report.verdict.upper(), _STYLES[report.verdict]), "  ", verdict_words(report))


def _reasons(report: NormReport) -> Table:
    made = _grid()
    was = baseline_words(report.baseline) if report.baseline else []
    for label, words in (
        ("all", draws_words(report)),
        ("mem", memory_words(report)),
        ("why", why_words(report)),
        ("fit", fit_words(report)),
        ("was", was),
    ):
        for place, said in enumerate(words):
            made.add_row(Text(label if place == 0 else "", "bold"), Text(said))
    made.add_row(Text("try", "bold"), _advice(report))
    for place, said in enumerate(origin_words(report.run.origin)):
        made.add_row(Text("net" if place == 0 else "", "bold"), Text(said))
    made.add_row(Text("run", "bold"), Text(run_words(report), "dim"))
    return made


def _advice(report: NormReport) -> Text:
    arguments = " ".join(report.advice.arguments)
    return Text.assemble((arguments, "bold cyan"), "  " if arguments else "", report.advice.sentence)


def _legend(shown: list[Column], coloured: bool) -> Table:
    made = _grid()
    for column in shown:
        if column.meaning:
            made.add_row(Text(column.heading, "bold"), Text(column.meaning, "dim"))
    if coloured:
        made.add_row(Text("colours", "bold"), _colours())
    return made


def _colours() -> Text:
    return Text.assemble(
        *(("green", "green"), " 0.1 to 10 × its start, ", ("yellow", "yellow"), " to 0.001, "),
        *(("red", "red"), " below, ", ("magenta", "magenta"), " above"),
    )


def _grid() -> Table:
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column()
    return made


def _heading(layer: LayerNorms, report: NormReport) -> Text:
    alike = [one for one in report.layers if one.label.startswith("layer")]
    place = {alike[0].label: " (input side)", alike[-1].label: " (read out)"}.get(layer.label, "") if alike else ""
    return Text.assemble((f"{layer.label}{place}", "bold"), f"  {decay_words(layer.chain)}")
