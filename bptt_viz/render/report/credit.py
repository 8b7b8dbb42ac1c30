"""The section about credit: how far back each loss reaches."""

from collections.abc import Sequence

from bptt_viz.arrays import Array
from bptt_viz.render.credit_blocks import placed
from bptt_viz.render.credit_colours import Scale, fitting
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.render.report.chart import Places, Series
from bptt_viz.render.report.charting import chart_figure
from bptt_viz.render.report.matrix import Bar, matrix
from bptt_viz.render.report.palette import sequential
from bptt_viz.render.report.parts import Figure, Section, Table
from bptt_viz.results.credit import Credit
from bptt_viz.results.report import Absent, Report, Subject

_MOST = 120
"""More losses or steps than this are drawn in blocks."""
_LEAST = 4.5
"""How wide a place is at the least, so that the whole triangle is in sight."""


def credit_section(report: Report) -> Section:
    """Return the credit matrix of each run, all in the same colours."""
    found = [(k, each, each.credit) for k, each in enumerate(report.subjects) if isinstance(each.credit, Credit)]
    scale = fitting(float(value) for _, _, credit in found for value in credit.norms.ravel())
    many = len(report.subjects) > 1
    absent = [(each.label, each.credit.reason) for each in report.subjects if isinstance(each.credit, Absent)]
    return Section(
        "credit",
        "Credit: how far back each loss reaches",
        tuple((subject.label, credit.finding) for _, subject, credit in found),
        (
            *(_figure(k, subject, credit, scale, many) for k, subject, credit in found),
            *([_profile(found)] if found else []),
        ),
        tuple(absent),
    )


def _figure(place: int, subject: Subject, credit: Credit, scale: Scale, many: bool) -> Figure:
    grid = placed(credit, _MOST)
    values = [[None if value == -1 else float(value) for value in row] for row in grid.values]
    losses = _blocks([str(k) for k in credit.losses], grid.each)
    steps = _blocks([str(t) for t in range(1, credit.steps + 1)], grid.each)
    marks = tuple(map(visible, credit.inputs)) if grid.each == 1 and any(credit.inputs) else ()
    title = f"{credit.symbol}: loss k by row, step t by column{f': {subject.label}' if many else ''}"
    ticks = ((0.0, scientific(scale.low)), (1.0, scientific(scale.high)))
    axes, bar = ("loss k", "step t"), Bar("q", ticks, _apart(values))
    drawn = matrix(title, values, sequential(scale), (losses, steps), axes, bar, marks, _LEAST)
    pooled = (f"Each place is the largest of {grid.each} losses × {grid.each} steps.",) if grid.each > 1 else ()
    return Figure(
        f"credit-{place}",
        title,
        ("A row is one loss's gradient on its way back, from the diagonal to the left.", *pooled),
        drawn,
        (_table(title, values, losses, steps),),
        f"credit {subject.arguments}",
    )


def _blocks(names: Sequence[str], each: int) -> list[str]:
    if each == 1:
        return list(names)
    return [f"{names[k]}–{names[min(k + each, len(names)) - 1]}" for k in range(0, len(names), each)]


def _apart(values: Sequence[Sequence[float | None]]) -> tuple[tuple[str, str], ...]:
    seen = [value for row in values for value in row if value is not None]
    zeros, broken = any(value == 0 for value in seen), any(not value < float("inf") for value in seen)
    return (*((("zero", "exactly 0"),) if zeros else ()), *((("broken", "not finite"),) if broken else ()))


def _table(title: str, values: Sequence[Sequence[float | None]], rows: list[str], columns: list[str]) -> Table:
    cells = tuple(
        (name, *("" if value is None else scientific(value) for value in row))
        for name, row in zip(rows, values, strict=True)
    )
    return Table(title, ("k ↓ t →", *columns), cells)


def _profile(found: Sequence[tuple[int, Subject, Credit]]) -> Figure:
    """Return what is left by distance, over all losses: the median, and of a single run the middle 80 % as well."""
    longest = max(credit.profile.shape[1] for _, _, credit in found)
    series = []
    for _, subject, credit in found:
        lower, median, upper = (_filled(row, longest) for row in credit.profile)
        if len(found) > 1:
            series.append(Series(subject.label, median))
        else:
            series += [Series("median", median), Series("10 %", lower, True), Series("90 %", upper, True)]
    return chart_figure(
        "credit-profile",
        "What is left of a loss's gradient so many steps back",
        series,
        Places("k − t", tuple(map(str, range(longest)))),
        "share of ‖∂L_k/∂h_k‖",
        True,
        (f"Over all losses: the median{'' if len(found) > 1 else ', and the range from 10 % to 90 % of them'}.",),
    )


def _filled(values: Array, count: int) -> tuple[float | None, ...]:
    return (*map(float, values), *[None] * (count - len(values)))
