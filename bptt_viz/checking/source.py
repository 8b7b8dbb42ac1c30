"""Where in a user's file a target stands, found without running the file."""

import ast
import re
from dataclasses import replace
from pathlib import Path

from bptt_viz.results.check import Check, Checks

_IN_A_FILE = re.compile(r"(?P<file>.+\.py)(:{1,2}(?P<member>[^:]+))?")


def located(checks: Checks) -> Checks:
    """Return the checks with the file and the line of each target that is in a file."""
    return replace(checks, targets=tuple(_located(check) for check in checks.targets))


def _located(check: Check) -> Check:
    found = _IN_A_FILE.fullmatch(check.target)
    if found is None:
        return check
    return replace(check, file=found["file"], line=_line(Path(found["file"]), found["member"]))


def _line(path: Path, member: str | None) -> int | None:
    """Return the line at which a file defines or assigns a name at its top level; None if it cannot be told."""
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    lines = [statement.lineno for statement in body if member in _names(statement)]
    return lines[-1] if lines else None


def _names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return {statement.name}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}
