"""The checker's own examination as text."""

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.tables import table
from bptt_viz.results.selftest import BugResult, SelfTest


def selftest_report(found: SelfTest, boxed: bool) -> RenderableType:
    """Return the summary, a row a planted bug, and whatever went wrong."""
    bugs = found.bugs
    pairs, detected = sum(bug.pairs for bug in bugs), sum(bug.detected for bug in bugs)
    located = sum(bug.located for bug in bugs)
    lines = [
        f"detected   {_share(detected, pairs)} of wrong gradients, {len(bugs)} kinds of bug",
        f"named      {_share(sum(bug.named for bug in bugs), located)} with the right input and gate",
        f"placed     {_share(sum(bug.placed for bug in bugs), located)} with the right lag or path",
        f"alarms     {_share(len(found.alarms), found.correct)} of correct gradients",
        f"kinks      {_share(found.kinks - len(found.unseen), found.kinks)} answered inconclusive",
    ]
    wrong = [f"{bug.family}, {bug.name}: {line}" for bug in bugs for line in bug.missed]
    notes = [Text(line) for line in (*wrong, *found.alarms, *found.unseen)]
    verdict = Text("PASS", "bold green") if found.passed else Text("FAIL", "bold red")
    return Group(verdict, *(Text(line) for line in lines), Text(), _table(bugs, boxed), *notes)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" ({100 * part / whole:.1f} %)" if whole else "")


def _table(bugs: tuple[BugResult, ...], boxed: bool) -> RenderableType:
    rows = [
        (bug.name, bug.family, f"{bug.detected}/{bug.pairs}", _of(bug.named, bug), _of(bug.placed, bug)) for bug in bugs
    ]
    return table(("planted bug", "family", "detected", "named", "placed"), rows, boxed)


def _of(part: int, bug: BugResult) -> str:
    return f"{part}/{bug.located}" if bug.located else "says why"
