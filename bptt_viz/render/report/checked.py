"""The section about correctness: the numeric check of the gradients, as tables."""

from math import isnan

from bptt_viz.render.check import passed, worst_error
from bptt_viz.render.report.parts import Figure, Section, Table
from bptt_viz.results.check import Case, Check, Comparison, Verdict
from bptt_viz.results.report import Absent, Report, Subject


def check_section(report: Report) -> Section:
    """Return for each run every input's worst error, and every case."""
    found = [(k, each, each.check) for k, each in enumerate(report.subjects) if isinstance(each.check, Check)]
    absent = [(each.label, each.check.reason) for each in report.subjects if isinstance(each.check, Absent)]
    return Section(
        "check",
        "Are the gradients right? The numeric check",
        tuple((subject.label, check_words(check)) for _, subject, check in found),
        tuple(_figure(k, subject, check, len(report.subjects) > 1) for k, subject, check in found),
        tuple(absent),
    )


def check_words(check: Check) -> str:
    """Return the verdict with what it rests on, or with what is wrong."""
    return f"{check.verdict.upper()}: {check.diagnosis or passed(check)}"


def _figure(place: int, subject: Subject, check: Check, many: bool) -> Figure:
    title = f"Analytic against numeric gradients{f': {subject.label}' if many else ''}"
    note = "The same cell and options at small sizes, all different, so that no mixed-up axis fits by chance."
    if "--weights" in subject.arguments:
        note = "The trained weights at random inputs, over short sequences."
    heat = [_heat(case) for case in check.cases if case.heat is not None]
    tables = (_inputs(check), _cases(check), *heat)
    return Figure(f"check-{place}", title, (note,), None, tables, f"check {_checkable(subject)}", open=True)


def _checkable(subject: Subject) -> str:
    """Return the words that `check` takes too; it has sizes of its own."""
    return subject.norms.run.cell if " " not in subject.label else subject.label


def _inputs(check: Check) -> Table:
    worst: dict[str, tuple[Comparison, Case]] = {}
    for case in check.cases:
        for made in case.comparisons:
            if made.name not in worst or not made.error <= worst[made.name][0].error:
                worst[made.name] = (made, case)
    rows = tuple(
        (
            name,
            f"{made.error:.1e}",
            f"{made.analytic:.2e}",
            f"{made.numeric:.2e}",
            "–" if isnan(made.ratio) else f"{made.ratio:.6g}",
            case.label,
            "ok" if made.passed else "WRONG",
        )
        for name, (made, case) in worst.items()
    )
    head = ("gradient by", "worst error", "‖analytic‖", "‖numeric‖", "ratio", "where it was worst", "")
    return Table(f"Each input's worst case; {passed(check)}", head, rows)


def _cases(check: Check) -> Table:
    rows = tuple(
        (
            case.label,
            case.tier,
            case.method,
            str(len(case.comparisons)),
            f"{max((made.error for made in case.comparisons), default=0.0):.1e}",
            case.verdict if case.verdict is Verdict.PASS else f"{case.verdict}: {case.reason}",
        )
        for case in check.cases
    )
    head = ("case", "tier", "method", "inputs", "worst error", "verdict")
    return Table(f"Every case; worst error {worst_error(check):.1e}", head, rows)


def _heat(case: Case) -> Table:
    heat = case.heat
    assert heat is not None
    rows = tuple((row, *(f"{e:.0e}" for e in errors)) for row, errors in zip(heat.rows, heat.errors, strict=True))
    return Table(f"Where the error sits: {heat.label or case.label}", ("", *heat.columns), rows)
