"""The sections about rates: curves of the cell at several spectral radii, and the spectrum of the run itself."""

from math import isfinite, log

from bptt_viz.render.numbers import compact
from bptt_viz.render.report.chart import Places, Range, Series, fitting
from bptt_viz.render.report.charting import chart_figure
from bptt_viz.render.report.parts import Figure, Section, Table
from bptt_viz.results.curves import Curves
from bptt_viz.results.report import Absent, Report, Subject
from bptt_viz.results.spectrum import Spectrum


def curves_section(report: Report) -> Section:
    """Return for each run how the gradient of its cell fades at several spectral radii, on one scale."""
    found = [(k, each, each.curves) for k, each in enumerate(report.subjects) if isinstance(each.curves, Curves)]
    every = [series for _, _, curves in found for series in _series(curves)]
    between = fitting(every, True) if every else None
    absent = [(each.label, each.curves.reason) for each in report.subjects if isinstance(each.curves, Absent)]
    return Section(
        "curves",
        "Vanishing and exploding: the same cell with other weights",
        tuple((subject.label, f"{curves.finding}.") for _, subject, curves in found),
        tuple(_curves(k, subject, curves, between, len(report.subjects) > 1) for k, subject, curves in found),
        tuple(absent),
    )


def _curves(place: int, subject: Subject, curves: Curves, between: Range | None, many: bool) -> Figure:
    setting = curves.setting
    ran = f"{curves.panels[0].name}, H = {setting.hidden}, medians of {setting.seeds} draws of the weights"
    made = chart_figure(
        f"curves-{place}",
        f"Gradient norm against the distance, by spectral radius of W_hh{f': {subject.label}' if many else ''}",
        _series(curves),
        Places("k steps back", tuple(str(int(k)) for k in curves.distance)),
        "share of ‖∂L_T/∂s_T‖",
        True,
        (f"{ran}. The run above has weights of its own.",),
        between=between,
    )
    rows = tuple(
        (each.label, f"×{compact(each.rate)}", compact(each.half_life), each.verdict)
        for panel in curves.panels
        for each in panel.curves
    )
    rates = Table("Rates", ("radius", "a step back", "half-life (above ×1: doubling), steps", "verdict"), rows)
    return Figure(made.id, made.title, made.notes, made.drawing, (*made.tables, rates))


def _series(curves: Curves) -> list[Series]:
    return [
        Series(f"radius {each.label}", tuple(map(float, each.median)))
        for panel in curves.panels
        for each in panel.curves
    ]


def spectrum_section(report: Report) -> Section:
    """Return the Lyapunov exponents of all runs, and the singular values of products of their Jacobians."""
    found = [(each, each.spectrum) for each in report.subjects if isinstance(each.spectrum, Spectrum)]
    absent = [(each.label, each.spectrum.reason) for each in report.subjects if isinstance(each.spectrum, Absent)]
    figures = (_exponents(found), _singular(found)) if found else ()
    findings = tuple((subject.label, spectrum.finding) for subject, spectrum in found)
    return Section("spectrum", "Spectrum: growth in every direction of the state", findings, figures, tuple(absent))


def _exponents(found: list[tuple[Subject, Spectrum]]) -> Figure:
    longest = max(len(spectrum.lyapunov.exponents) for _, spectrum in found)
    series = [
        Series(f"λ of {subject.label}", _filled(spectrum.lyapunov.exponents, longest, 1.0))
        for subject, spectrum in found
    ]
    return chart_figure(
        "exponents",
        "Lyapunov exponents λ_k, from the largest down",
        series,
        Places("k", tuple(str(k + 1) for k in range(longest))),
        "λ_k, log a step",
        False,
        ("Above 0 a direction grows, below it fades; −0.69 halves it at each step.",),
        f"spectrum {found[0][0].arguments}" if len(found) == 1 else "",
    )


def _singular(found: list[tuple[Subject, Spectrum]]) -> Figure:
    longest = max(len(span.logarithms) for _, spectrum in found for span in spectrum.spans)
    series = [
        Series(
            f"{f'{subject.label}, ' if len(found) > 1 else ''}{span.steps} step{'s' * (span.steps > 1)}",
            _filled(span.logarithms, longest, 1 / log(10)),
        )
        for subject, spectrum in found
        for span in spectrum.spans
    ]
    return chart_figure(
        "singular",
        "Singular values of the product of the last Jacobians",
        series,
        Places("k", tuple(str(k + 1) for k in range(longest))),
        "log10 σ_k",
        False,
        ("How much of a gradient each direction keeps over so many steps, as a power of ten.",),
    )


def _filled(values: tuple[float, ...], count: int, times: float) -> tuple[float | None, ...]:
    """Return finite values times a factor, and None for the others and for what is missing at the end."""
    shown = [value * times if isfinite(value) else None for value in values]
    return (*shown, *[None] * (count - len(shown)))
