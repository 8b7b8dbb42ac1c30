"""A gradient check as text for the terminal."""

import math
from collections.abc import Iterator
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.render.heat import HeatBlocks
from bptt_viz.render.tables import table
from bptt_viz.render.targets import below, style_of, tally, target_lines
from bptt_viz.results.check import Case, Check, Checks, Comparison, Verdict
from bptt_viz.results.targets import Outcome, TargetCheck

_STYLES = {Verdict.PASS: "bold green", Verdict.MISMATCH: "bold red", Verdict.INCONCLUSIVE: "bold yellow"}
# Verdicts stand below each other up to this width of the names on a terminal; a longer name keeps its line to itself.
_NAME_WIDTH = 18


def check_report(checks: Checks, boxed: bool, verbose: bool = False) -> RenderableType:
    """Return one line a target, which says what to fix if it failed, then what is known about each failure.

    Args:
        checks: what was found.
        boxed: draw rules, as for a terminal.
        verbose: show every case's table, also of passes.
    """
    return Group(*_overview(checks, boxed), check_cases(checks, boxed, verbose))


def check_cases(checks: Checks, boxed: bool, verbose: bool = False) -> RenderableType:
    """Return what is known about each failure; arguments as for the report."""
    told = [check for check in checks.targets if verbose or check.verdict is not Verdict.PASS]
    return Group(*(part for check in told for part in _details(check, boxed, verbose)))


def check_table(checks: Checks) -> RenderableType:
    """Return the verdicts as a table: target, verdict, and what it rests on or what to fix."""
    of_code = _of_code(checks)
    words = [(c.outcome.words, style_of(c)) if c in of_code else _word(c) for c in checks.targets]
    said = ["\n".join(_said(check)) for check in checks.targets]
    rows = [(shown(c.target), Text(*word), told) for c, word, told in zip(checks.targets, words, said, strict=True)]
    made = table(("target", "verdict", "what it rests on, or what to fix"), rows, False)
    for column in made.columns:
        column.justify = "left"
    made.columns[-1].no_wrap = False
    return Group(made, Text(tally(of_code))) if len(of_code) > 1 else made


def _said(check: Check) -> Iterator[str]:
    """Yield what is said of a check, a line each."""
    yield shown(check.diagnosis or passed(check))
    if isinstance(check, TargetCheck):
        yield from map(shown, below(check))


def _overview(checks: Checks, boxed: bool) -> Iterator[RenderableType]:
    plain = [check for check in checks.targets if _file_of_code(check) is None]
    widest = max((cell_len(shown(check.target)) for check in plain), default=0)
    for file, group in groupby(checks.targets, _file_of_code):
        if file is None:
            yield from (Verdicted(check, min(widest, _NAME_WIDTH) if boxed else widest) for check in group)
        else:
            own = [check for check in group if isinstance(check, TargetCheck)]
            yield from target_lines(own, boxed, [passed(check) for check in own])
    of_code = _of_code(checks)
    if len(of_code) > 1:
        yield from (Text(), Text(tally(of_code)))


def _of_code(checks: Checks) -> list[TargetCheck]:
    return [check for check in checks.targets if isinstance(check, TargetCheck) and "::" in check.target]


def _file_of_code(check: Check) -> str | None:
    """Return the file whose parts are listed below its name; None for a target that stands for itself."""
    return check.file if isinstance(check, TargetCheck) and "::" in check.target else None


class Verdicted:
    """A target with its verdict, and what it rests on or what to fix: on one line if there is room, else below it."""

    def __init__(self, check: Check, width: int) -> None:
        self._head = Text(set_cell_size(shown(check.target), max(width, cell_len(shown(check.target)))) + "  ")
        self._head.append(*_word(check))
        self._sentence = Text(shown(check.diagnosis or passed(check)))
        self._notes = [*below(check)] if isinstance(check, TargetCheck) else []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one line, or the verdict's line and the sentence indented below it."""
        line = Text("  ").join([self._head, self._sentence])
        if line.cell_len <= options.max_width:
            yield line
        else:
            yield self._head
            yield Padding(self._sentence, (0, 0, 0, 4))
        yield from (Padding(Text(shown(note)), (0, 0, 0, 4)) for note in self._notes)


def _word(check: Check) -> tuple[str, str]:
    """Return what a target's line says first, and its style: the verdict, or the outcome where that says more."""
    if isinstance(check, TargetCheck) and check.outcome not in {Outcome.OK, Outcome.WRONG, Outcome.INCONCLUSIVE}:
        return check.outcome.words, style_of(check)
    return check.verdict.upper(), _STYLES[check.verdict]


def passed(check: Check) -> str:
    """Return what a pass rests on: how much was compared, by which methods, and the worst error."""
    entries = max((sum(made.size for made in case.comparisons) for case in check.cases), default=0)
    methods = {case.method for case in check.cases}
    said = sorted(name for name in methods if not any(other.startswith(f"{name} (") for other in methods))
    by = f" by {' and '.join(said)}" if said else ""
    of = " of one time step" if isinstance(check, TargetCheck) and check.longest == 1 else ""
    return f"{counted(len(check.cases))}{of}, {entries:,} entries, worst error {worst_error(check):.1e}{by}"


def counted(cases: int) -> str:
    """Return a number of cases in words."""
    return f"{cases} case{'' if cases == 1 else 's'}"


def worst_error(check: Check) -> float:
    """Return the largest error of all comparisons; 0 if nothing was compared."""
    return max((made.error for case in check.cases for made in case.comparisons), default=0.0)


def _details(check: Check, boxed: bool, verbose: bool) -> Iterator[RenderableType]:
    for case in check.cases if verbose else telling(check):
        if verbose or case.comparisons or case.heat or case.reason not in check.diagnosis:
            yield Text()
            yield case_report(check.target, case, boxed)


def telling(check: Check) -> tuple[Case, ...]:
    """Return the cases that tell most about a failure: those with every entry, else the first that failed."""
    failed = tuple(case for case in check.cases if case.verdict is not Verdict.PASS)
    return tuple(case for case in failed if case.tier == "full") or failed[:1]


def case_report(target: str, case: Case, boxed: bool) -> RenderableType:
    """Return one case: where and how it was checked, a line for each input, and the heat map if it has one."""
    heading = f"{target}, {case.label}, {case.tier} tier, {case.method}"
    parts: list[RenderableType] = [Text(shown(f"{heading}: {case.reason}" if case.reason else heading))]
    if case.comparisons:
        parts += [Text(), _table(case, boxed)]
    if case.heat is not None:
        parts += [Text(), HeatBlocks(case.heat)]
    return Group(*parts)


def _table(case: Case, boxed: bool) -> Table:
    made = (*case.comparisons, *(gate for gate in case.gates if not gate.passed))
    places = any(comparison.worst and not comparison.passed for comparison in made)
    compared = "entries" if case.tier == "full" else "directions"
    headings = ("input", compared, "‖analytic‖", "‖numeric‖", "ratio", "error", *(["worst at"] if places else []), "")
    lines = table(headings, [_row(comparison, places) for comparison in made], boxed)
    lines.columns[0].no_wrap = False
    lines.columns[0].overflow = "fold"
    return lines


def _row(made: Comparison, places: bool) -> tuple[str | Text, ...]:
    mark = Text("ok", "green") if made.passed else Text("WRONG", "bold red")
    worst = ("" if made.worst is None or made.passed else str(list(made.worst[0])),)
    return (
        shown(made.name),
        str(made.entries),
        f"{made.analytic:.2e}",
        f"{made.numeric:.2e}",
        "–" if math.isnan(made.ratio) else f"{made.ratio:.4g}",  # nothing numeric to be a multiple of
        f"{made.error:.1e}",
        *(worst if places else ()),
        mark,
    )
