"""A gradient check as text for the terminal."""

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.tables import table
from bptt_viz.results.check import Case, Check, Checks, Comparison, Verdict

_STYLES = {Verdict.PASS: "bold green", Verdict.MISMATCH: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}


def check_report(checks: Checks, boxed: bool, verbose: bool = False) -> RenderableType:
    """Return one line a target, then what is known about each that did not pass.

    Args:
        checks: what was found.
        boxed: draw rules, as for a terminal.
        verbose: show every case's table, also of passes.
    """
    width = max(len(check.target) for check in checks.targets)
    parts: list[RenderableType] = [_line(check, width) for check in checks.targets]
    for check in checks.targets:
        if verbose or check.verdict is not Verdict.PASS:
            parts += ["", *_details(check, boxed, verbose)]
    return Group(*parts)


def _line(check: Check, width: int) -> Text:
    line = Text(f"{check.target:<{width}}  ")
    line.append(check.verdict.upper(), _STYLES[check.verdict])
    errors = [made.error for case in check.cases for made in case.comparisons]
    methods = sorted({case.method for case in check.cases})
    if check.verdict is Verdict.PASS:
        entries = sum(made.size for made in check.cases[-1].comparisons)
        line.append(
            f"  {len(check.cases)} cases, {entries:,} entries, worst error {max(errors):.1e} ({', '.join(methods)})"
        )
    else:
        line.append(f"  {check.diagnosis}")
    return line


def _details(check: Check, boxed: bool, verbose: bool) -> list[RenderableType]:
    shown = [case for case in check.cases if verbose or case.verdict is not Verdict.PASS]
    every = [case for case in shown if case.tier == "full"]
    parts: list[RenderableType] = []
    for case in every or shown[: None if verbose else 1]:
        heading = Text(f"{check.target}, {case.label}, {case.tier} tier, {case.method}")
        if case.reason:
            heading.append(f": {case.reason}")
        parts.append(heading)
        if case.comparisons:
            parts.append(_table(case, boxed))
    return parts


def _table(case: Case, boxed: bool) -> RenderableType:
    rows = [_row(made) for made in (*case.comparisons, *(gate for gate in case.gates if not gate.passed))]
    return table(("input", "entries", "‖analytic‖", "‖numeric‖", "ratio", "error", ""), rows, boxed)


def _row(made: Comparison) -> tuple[str | Text, ...]:
    mark = Text("ok", "green") if made.passed else Text("WRONG", "bold red")
    return (
        made.name,
        str(made.entries),
        f"{made.analytic:.3e}",
        f"{made.numeric:.3e}",
        f"{made.ratio:.6g}",
        f"{made.error:.1e}",
        mark,
    )
