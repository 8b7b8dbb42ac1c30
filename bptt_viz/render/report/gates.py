"""The section about gates and candidates: what each unit does over the text."""

from math import isfinite

from bptt_viz.render.norms_columns import visible
from bptt_viz.render.report.matrix import Bar, matrix
from bptt_viz.render.report.palette import between
from bptt_viz.render.report.parts import Figure, Section, Table
from bptt_viz.results.activations import Activation, Activations
from bptt_viz.results.report import Report, Subject

# The ends of each activation's values, and whether nothing lies in their middle. A ReLU's upper end is its largest.
_ENDS = {"tanh": (-1.0, 1.0, "d"), "sigmoid": (0.0, 1.0, "q"), "relu": (0.0, 0.0, "q")}
_NAMES = {
    "f": "forget gate f",
    "i": "input gate i",
    "o": "output gate o",
    "g": "candidate g",
    "r": "reset gate r",
    "z": "update gate z",
    "n": "candidate n",
}


def gates_section(report: Report) -> Section:
    """Return a matrix for each activation of each layer: units by steps."""
    many = len(report.subjects) > 1
    figures = [
        _figure(f"gate-{k}-{place}", subject, subject.activations, found, many)
        for k, subject in enumerate(report.subjects)
        for place, found in enumerate(subject.activations.found)
    ]
    absent = [
        (each.label, "the cell has no tanh, sigmoid or ReLU.") for each in report.subjects if not each.activations.found
    ]
    return Section("gates", "Gates and activations over the text", (), tuple(figures), tuple(absent))


def _figure(name: str, subject: Subject, every: Activations, found: Activation, many: bool) -> Figure:
    low, high, ramp = _ENDS[found.kind]
    rows = [[float(value) for value in row] for row in found.values]
    top = high or max((value for row in rows for value in row if isfinite(value)), default=1.0) or 1.0
    units, steps = [str(k) for k in found.units], [str(t) for t in found.steps]
    marks = [visible(every.inputs[t - 1]) for t in found.steps]
    several = len({each.layer for each in every.found}) > 1
    where = "".join(f", {part}" for part in ([found.layer] if several else []) + ([subject.label] if many else []))
    title = f"{_NAMES.get(found.name, found.name)}{where}"
    ticks = ((0.0, f"{low:g}"), (0.5, f"{(low + top) / 2:.3g}"), (1.0, f"{top:.3g}"))
    drawn = matrix(
        title,
        rows,
        between(low, top, ramp),
        (units, steps),
        ("unit", "step t"),
        Bar(ramp, ticks, _apart(rows)),
        marks if any(every.inputs) else (),
    )
    head = ("unit ↓ t →", *(f"{t} {mark}" for t, mark in zip(steps, marks, strict=True)))
    cells = tuple((unit, *(f"{value:.2f}" for value in row)) for unit, row in zip(units, rows, strict=True))
    return Figure(name, title, tuple(_notes(found)), drawn, (Table(title, head, cells),))


def _notes(found: Activation) -> list[str]:
    fewer = len(found.units) < found.count
    return [
        *([f"The {len(found.units)} of {found.count} units that change most."] if fewer else []),
        *([f"The last {len(found.steps)} of {found.length} steps."] if len(found.steps) < found.length else []),
    ]


def _apart(rows: list[list[float]]) -> tuple[tuple[str, str], ...]:
    return () if all(isfinite(value) for row in rows for value in row) else (("broken", "not finite"),)
