"""The section about norms: gradients step by step, as lines and as the tables of the terminal's report."""

from collections.abc import Sequence
from math import exp, isfinite, log

from bptt_viz.render.norms_columns import columns, visible
from bptt_viz.render.norms_words import decay_words
from bptt_viz.render.report.chart import Places, Series
from bptt_viz.render.report.charting import chart_figure
from bptt_viz.render.report.parts import Figure, Section, Table
from bptt_viz.results.norms import LayerNorms, NormReport
from bptt_viz.results.report import Report, Subject


def norms_section(report: Report) -> Section:
    """Return what becomes of the last loss's gradient, of the whole loss's, and every number of the report."""
    many = len(report.subjects) > 1
    findings = tuple((subject.label, _finding(subject.norms)) for subject in report.subjects)
    last = [_last(report)] if any(subject.norms.chain.share >= 0 for subject in report.subjects) else []
    figures = [*last, _all(report), *(_tables(subject, many, k) for k, subject in enumerate(report.subjects))]
    return Section("norms", "Gradient norms, step by step", findings, tuple(figures))


def _finding(norms: NormReport) -> str:
    said = decay_words(norms.chain) if norms.chain.share >= 0 else "No gradient leaves the last loss"
    return f"{said[0].upper()}{said[1:]}."


def _last(report: Report) -> Figure:
    places, series = _places(report), []
    for subject in report.subjects:
        chain = subject.norms.chain
        mark = f"{subject.label}: " if len(report.subjects) > 1 else ""
        series.append(Series(f"{mark}‖∂L_T‖", _padded(chain.norms, places)))
        if fitted := _fitted(subject.norms):
            rate = chain.decay.rate if chain.decay else 1.0
            series.append(Series(f"{mark}fit ×{rate:.3g}", _padded(fitted, places), True))
        series += _by_layer(subject, mark, places)
    return chart_figure(
        "norms-last",
        "Gradient of the last loss alone, by the states of each step",
        series,
        places,
        "‖∂L_T/∂s_t‖",
        True,
        ("It starts at step T and travels back; a straight line is a constant factor a step.", *_both_ways(report)),
        _command(report),
    )


def _by_layer(subject: Subject, mark: str, places: Places) -> list[Series]:
    layers = subject.norms.layers
    if len(layers) == 1:
        return []
    return [Series(f"{mark}{layer.label}", _by_time(layer, layer.chain.norms, places)) for layer in layers]


def _both_ways(report: Report) -> list[str]:
    back = any(layer.backward for subject in report.subjects for layer in subject.norms.layers)
    return ["Of layers that run backward in time it is the gradient of the first loss."] if back else []


def _all(report: Report) -> Figure:
    places, series = _places(report), []
    for subject in report.subjects:
        layer = subject.norms.layers[-1]
        mark = f"{subject.label}: " if len(report.subjects) > 1 else ""
        loss = "L_T" if subject.norms.loss == "last" else "L"
        first, *others = layer.states
        series.append(Series(f"{mark}‖∂{loss}/∂{first.name}‖", _by_time(layer, first.total, places)))
        if not mark:
            series.append(Series("from inside the step", _by_time(layer, first.local, places)))
            series.append(Series("from other steps", _by_time(layer, first.back, places)))
        series += [Series(f"{mark}‖∂{loss}/∂{each.name}‖", _by_time(layer, each.total, places)) for each in others]
    where = {subject.norms.layers[-1].label for subject in report.subjects if len(subject.norms.layers) > 1}
    return chart_figure(
        "norms-all",
        "Gradient of the whole loss, by each step's state" + (f" ({', '.join(sorted(where))})" if where else ""),
        series,
        places,
        "‖∂L/∂s_t‖",
        True,
        ("Every step gets a share of its own loss, and what comes back from the steps after it.",),
        _command(report),
    )


def _places(report: Report) -> Places:
    longest = max((subject.norms for subject in report.subjects), key=lambda norms: norms.run.steps)
    marks = tuple(map(visible, longest.inputs)) if any(longest.inputs) else ()
    return Places("t", tuple(map(str, range(1, longest.run.steps + 1))), marks)


def _padded(values: Sequence[float | None], places: Places) -> tuple[float | None, ...]:
    return (*values, *[None] * (len(places.labels) - len(values)))


def _by_time(layer: LayerNorms, values: Sequence[float], places: Places) -> tuple[float | None, ...]:
    found = dict(zip(layer.steps, values, strict=True))
    return tuple(found.get(t) for t in range(1, len(places.labels) + 1))


def _fitted(norms: NormReport) -> tuple[float | None, ...] | None:
    decay, steps = norms.chain.decay, norms.run.steps
    if decay is None or not (isfinite(decay.rate) and decay.rate > 0):
        return None
    inside = range(decay.nearest, decay.farthest + 1)
    back = [steps - t for t in range(1, steps + 1)]
    return tuple(exp(decay.intercept + log(decay.rate) * d) if d in inside else None for d in back)


def _tables(subject: Subject, many: bool, place: int) -> Figure:
    title = f"Every number of each step{f': {subject.label}' if many else ''}"
    tables = tuple(_table(subject.norms, layer) for layer in subject.norms.layers)
    return Figure(f"norms-steps-{place}", title, (), None, tables, f"norms {subject.arguments}")


def _table(norms: NormReport, layer: LayerNorms) -> Table:
    made = columns(norms, layer)
    rows = tuple(tuple(cell.plain for cell in row) for row in zip(*(column.cells for column in made), strict=True))
    notes = tuple((column.heading, column.meaning) for column in made if column.meaning)
    return Table(f"{layer.label}: {decay_words(layer.chain)}", tuple(column.heading for column in made), rows, notes)


def _command(report: Report) -> str:
    return f"norms {report.subjects[0].arguments} --plot" if len(report.subjects) == 1 else ""
