"""Checks of users' own code as text: one line a target with its outcome, and below it what helps to mend it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.results.check import Verdict
from bptt_viz.results.targets import Outcome, SourceLine, TargetCheck

# Outcomes stand below each other up to this width of the names; a longer name keeps its line to itself.
_NAME_WIDTH = 24
_INDENT = 2


def target_lines(checks: Sequence[TargetCheck], boxed: bool, passed: Sequence[str]) -> Iterator[RenderableType]:
    """Yield the targets of one file below its name.

    Args:
        checks: of one file.
        boxed: for a terminal.
        passed: what a pass of each rests on.
    """
    file, _, _ = checks[0].target.rpartition("::")
    yield Text(shown(file), "bold" if boxed else "")
    names = [shown(check.target.rpartition("::")[2]) for check in checks]
    widest = max(map(cell_len, names))
    widest = min(widest, _NAME_WIDTH) if boxed else widest
    word = max(len(check.outcome.words) for check in checks)
    for check, name, rests_on in zip(checks, names, passed, strict=True):
        yield _Line(check, name, widest, word, rests_on)
        yield from (Padding(Text(shown(line)), (0, 0, 0, 2 * _INDENT)) for line in below(check))


class _Line:
    """A target with its outcome and a sentence: on one line if there is room, else the sentence below it."""

    def __init__(self, check: TargetCheck, name: str, width: int, word: int, rests_on: str) -> None:
        self._head = Text(" " * _INDENT + set_cell_size(name, max(width, cell_len(name))) + "  ")
        self._head.append(check.outcome.words, style_of(check))
        self._pad = " " * (word - len(check.outcome.words) + 2)
        said = [*([check.diagnosis] if check.diagnosis else []), *([rests_on] if check.outcome is Outcome.OK else [])]
        self._sentence = Text(shown("; ".join(said)))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield one line, or the outcome's line and the sentence indented below it."""
        line = Text(self._pad).join([self._head, self._sentence]) if self._sentence else self._head
        if line.cell_len <= options.max_width:
            yield line
        else:
            yield self._head
            yield Padding(self._sentence, (0, 0, 0, 2 * _INDENT))


def style_of(check: TargetCheck) -> str:
    """Return the style of an outcome: red for what fails the run, green for what is right, yellow for the rest."""
    if check.verdict is Verdict.MISMATCH:
        return "bold red"
    return "bold green" if check.outcome is Outcome.OK else "bold yellow"


def below(check: TargetCheck) -> Iterator[str]:
    """Yield what helps to mend a target, a line each: where it raised, what the fault looks like, and notes."""
    if check.raised is not None:
        yield f"at {line_in_words(check.raised)}"
    if check.hint:
        yield f"looks like: {check.hint}"
    for note in check.notes:
        yield f"note: {note}"


def line_in_words(line: SourceLine) -> str:
    """Return a line of a user's file as `file:line in function: text`."""
    place = f"{line.file}:{line.line}" if line.cell is None else f"{line.file}, cell {line.cell}, line {line.line}"
    where = f" in {line.function}" if line.function and line.function != "<module>" else ""
    return f"{place}{where}{f': {line.text}' if line.text else ''}"


def tally(checks: Sequence[TargetCheck]) -> str:
    """Return how many targets have which outcome."""
    counts = Counter(check.outcome for check in checks)
    told = [f"{counts[outcome]} {outcome.words}" for outcome in Outcome if counts[outcome]]
    return f"{len(checks)} targets: {', '.join(told)}"
