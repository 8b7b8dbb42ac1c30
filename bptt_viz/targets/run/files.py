"""The targets of a file checked in a child process: the outcome of each, whatever its code does."""

import re
from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bptt_viz.results.check import Judgement
from bptt_viz.results.targets import Outcome, SourceLine, TargetCheck, verdict_of
from bptt_viz.targets.declaration import Target
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.process import Death, answers
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.run.wire import read
from bptt_viz.targets.tables import as_document

# Signals that end a process whose memory is at its end, among others.
_OF_MEMORY = (6, 7, 9, 11)
_FRAME = re.compile(r'File "(?P<file>.+)", line (?P<line>\d+) in (?P<function>.+)')


@dataclass(frozen=True)
class File:
    """A file with targets.

    Attributes:
        path: as the user named it.
        targets: declared or recognised.
        text: its code, where that is not what stands in the file, as for a notebook; else None.
        sure: names of targets whose shapes are beyond doubt; where others raise in forward, the shapes may be to blame.
            None if all are.
    """

    path: str
    targets: Sequence[Target]
    text: str | None = None
    sure: Collection[str] | None = None


def check_file(file: File, question: Question, limits: Limits) -> Generator[TargetCheck]:
    """Yield the check of each target in order.

    Args:
        file: with its targets.
        question: how they are checked.
        limits: of time for each, and of memory.
    """
    order = {
        "path": file.path,
        "text": file.text,
        "targets": [as_document(target) for target in file.targets],
        "question": asdict(question),
        "sure": [file.sure is None or target.name in file.sure for target in file.targets],
    }
    with closing(answers(order, range(len(file.targets)), limits)) as found:
        for number, answer in found:
            if isinstance(answer, Death):
                yield _of_death(answer, file, file.targets[number], limits)
            else:
                yield read(TargetCheck, answer)


def _of_death(death: Death, file: File, target: Target, limits: Limits) -> TargetCheck:
    return TargetCheck(
        target.name,
        verdict_of(Outcome.CRASHED),
        _why(death, limits),
        Judgement(),
        (),
        target.file,
        target.line,
        Outcome.CRASHED,
        raised=_last_line(death.trace, file),
    )


def _why(death: Death, limits: Limits) -> str:
    if death.cause == "time":
        return f"did not finish within {limits.seconds:g} seconds; --time-limit allows more"
    said = f"; the last it said was: {death.said.splitlines()[-1][:200]}" if death.said else ""
    if death.cause == "signal":
        memory = f", perhaps out of memory (--memory-limit {limits.megabytes})" if death.code in _OF_MEMORY else ""
        return f"ended by signal {death.code}{memory}{said}"
    return f"ended the whole process with exit code {death.code}{said}"


def _last_line(trace: str, file: File) -> SourceLine | None:
    """Return the innermost line of the file in what `faulthandler` wrote, newest call first."""
    here = str(Path(file.path).resolve())
    found = next((frame for frame in _FRAME.finditer(trace) if frame["file"] == here), None)
    if found is None:
        return None
    lines = file.text.splitlines() if file.text is not None else Path(here).read_text(errors="replace").splitlines()
    number = int(found["line"])
    text = lines[number - 1].strip() if number <= len(lines) else ""
    return SourceLine(file.path, number, found["function"], text)
