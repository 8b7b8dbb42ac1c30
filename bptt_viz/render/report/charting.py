"""A chart and its numbers as one figure."""

from collections.abc import Sequence

from bptt_viz.render.numbers import scientific
from bptt_viz.render.report.chart import Places, Range, Series, chart, fitting
from bptt_viz.render.report.parts import Figure, Table


def chart_figure(
    name: str,
    title: str,
    series: Sequence[Series],
    places: Places,
    up: str,
    log: bool,
    notes: Sequence[str] = (),
    command: str = "",
    between: Range | None = None,
) -> Figure:
    """Return a figure of lines whose table has a row for each place and a column for each line.

    Args:
        name: its id.
        title: what it shows.
        series: the lines.
        places: what stands along the horizontal axis.
        up: the name of the vertical axis.
        log: its scale is logarithmic.
        notes: how to read it.
        command: what to type for it alone.
        between: the values at the ends of the vertical axis; as fits if None.
    """
    drawn = chart(title, series, places, up, between or fitting(series, log))
    zeros = log and any(value == 0 for each in series for value in each.values)
    said = (*notes, "Exact zeros have no place on a logarithmic axis; the table has them.") if zeros else tuple(notes)
    return Figure(name, title, said, drawn, (_table(title, series, places),), command)


def _table(title: str, series: Sequence[Series], places: Places) -> Table:
    marked = bool(places.marks)
    head = (places.name, *(("x",) if marked else ()), *(each.name for each in series))
    rows = tuple(
        (label, *((places.marks[k],) if marked else ()), *(_number(each.values[k]) for each in series))
        for k, label in enumerate(places.labels)
    )
    return Table(title, head, rows)


def _number(value: float | None) -> str:
    return "–" if value is None else scientific(value)
