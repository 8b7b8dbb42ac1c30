"""From a subject to its check: the gate at every point, and the fault's place if there is one."""

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bptt_viz.adapters.function import Subject
from bptt_viz.adapters.outcomes import with_outcome
from bptt_viz.adapters.points import Points
from bptt_viz.checking.problem import Inconclusive, Misbehaviour
from bptt_viz.checking.run import CheckRequest, check
from bptt_viz.checking.shapes import DEFAULT_SHAPES
from bptt_viz.results.check import Case, Check, Verdict
from bptt_viz.results.targets import Outcome, TargetCheck


def checked(pose: Callable[[], Subject], name: str, request: CheckRequest) -> TargetCheck:
    """Check a subject at its example and around it.

    Args:
        pose: makes the subject, or raises `Inconclusive` or `Misbehaviour` where there is nothing to compare.
        name: of the target.
        request: how.

    Raises:
        UsageError: shapes were asked for that are larger than the example; and whatever `pose` raises.
    """
    try:
        subject = pose()
    except Inconclusive as why:
        return _undecided(name, Verdict.INCONCLUSIVE, str(why), request)
    except Misbehaviour as what:
        return _undecided(name, Verdict.MISMATCH, str(what), request)
    points = Points(subject)
    shapes = points.shapes() if request.shapes == DEFAULT_SHAPES else points.chosen(request.shapes)
    asked = replace(request, target=name, shapes=shapes)
    return _noted(with_outcome(check(name, points, asked), points, asked), subject)


def _undecided(name: str, verdict: Verdict, why: str, request: CheckRequest) -> TargetCheck:
    case = Case("as given", "gate", "behaviour", verdict, why, ())
    return with_outcome(Check(name, verdict, why, request.judgement, (case,)), None, request)


def _noted(made: TargetCheck, subject: Subject) -> TargetCheck:
    """Add what is known of the subject: that it computes in single precision is said of a gradient that is right."""
    if subject.single and made.outcome is Outcome.OK:
        sentence = f"computes in single precision ({subject.single}); right in double precision"
        return replace(made, outcome=Outcome.FLOAT32, diagnosis=sentence)
    said = (f"computes in single precision ({subject.single}); checked in double precision",) if subject.single else ()
    return replace(made, notes=said)


def name_of(target: Any) -> str:
    """Return what a target is called."""
    if isinstance(target, tuple | list) and target:
        return name_of(target[0])
    return str(getattr(target, "__name__", type(target).__name__))


def place_of(target: Any) -> tuple[str, int | None]:
    """Return the file in which a target is defined, as seen from here, and the line; nothing for a library's own."""
    made = target if inspect.isclass(target) or inspect.isfunction(target) else type(target)
    try:
        file, (_, line) = inspect.getsourcefile(made), inspect.getsourcelines(made)
    except (TypeError, OSError):
        return "", None
    if file is None or "site-packages" in Path(file).parts:
        return "", None
    return os.path.relpath(file), line
