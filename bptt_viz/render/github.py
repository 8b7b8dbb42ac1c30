"""A gradient check for GitHub Actions: annotations in the diff, and a table for the job's summary."""

import os
import posixpath
import re

from bptt_viz.render.characters import shown
from bptt_viz.render.check import worst_error
from bptt_viz.render.targets import below
from bptt_viz.results.check import Check, Checks, Verdict
from bptt_viz.results.targets import Outcome, TargetCheck

_LEVELS = {Verdict.MISMATCH: "error", Verdict.INCONCLUSIVE: "warning"}
_MARKS = {Verdict.PASS: "✅", Verdict.MISMATCH: "❌", Verdict.INCONCLUSIVE: "⚠️"}


def annotations(checks: Checks, folder: str = "") -> str:
    """Return one workflow command for each target that did not pass; empty if all passed.

    Args:
        checks: what was found.
        folder: the way from the repository's root to the working directory, in front of relative file names.
    """
    return "".join(_command(check, folder) for check in checks.targets if _level(check))


def _level(check: Check) -> str:
    """Return `error`, `warning`, `notice` for what is still to be written, or nothing for what is right."""
    if check.verdict in _LEVELS or not isinstance(check, TargetCheck) or check.outcome is Outcome.OK:
        return _LEVELS.get(check.verdict, "")
    return "notice" if check.outcome is Outcome.TODO else "warning"


def _command(check: Check, folder: str) -> str:
    raised = check.raised if isinstance(check, TargetCheck) else None
    line = raised.line if raised is not None and raised.file == check.file else check.line
    if isinstance(check, TargetCheck) and check.cell is not None:
        line = None  # lines of a notebook's cell are none of the file's
    properties = {
        "file": _path(check.file, folder),
        "line": "" if line is None else str(line),
        "title": f"gradient {_outcome(check)}: {check.target}",
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    told = "\n".join([check.diagnosis, *below(check)]) if isinstance(check, TargetCheck) else check.diagnosis
    return f"::{_level(check)} {listed}::{_message(told)}\n"


def _outcome(check: Check) -> str:
    return str(check.outcome) if isinstance(check, TargetCheck) else str(check.verdict)


def _path(file: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, file.replace(os.sep, "/"))) if file else ""


def _message(text: str) -> str:
    """Escape what would end a workflow command's message; other control characters are made visible."""
    visible = shown(text, keep="\r\n")
    return visible.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def summary(checks: Checks) -> str:
    """Return a Markdown table of all targets for the job's summary page."""
    rows = [
        (
            f"{_mark(check)} {_outcome(check)}",
            check.target,
            str(len(check.cases)),
            f"{worst_error(check):.1e}",
            _advice(check),
        )
        for check in checks.targets
    ]
    heading = ("verdict", "target", "cases", "worst error", "what to fix")
    lines = [heading, ("---", "---", "---:", "---:", "---"), *(tuple(map(_cell, row)) for row in rows)]
    return f"### Gradient check: {checks.verdict}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _mark(check: Check) -> str:
    return "⚠️" if _level(check) in {"warning", "notice"} else _MARKS[check.verdict]


def _advice(check: Check) -> str:
    looks = check.hint if isinstance(check, TargetCheck) else ""
    return f"{check.diagnosis} ({looks})" if looks else check.diagnosis


def _cell(text: str) -> str:
    """Escape every character that Markdown could take for a mark, a tag or the end of the cell."""
    return re.sub(r"([\\`*_\[\]<>|~#&$])", r"\\\1", shown(text))
