"""What `bptt-viz check` was asked to check: cells of ours, and files with backward passes written by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bptt_viz.errors import UsageError
from bptt_viz.results.check import Check, Checks, Verdict
from bptt_viz.results.targets import DEFAULT_FAIL_ON, Outcome, TargetCheck, judged, verdict_of
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question

if TYPE_CHECKING:
    from bptt_viz.checking.run import CheckRequest
    from bptt_viz.console.progress import Tick
    from bptt_viz.targets.declaration import Refusal, Target
    from bptt_viz.targets.recognise.file import Recognised

_CODE = re.compile(r"(?P<file>.+\.(py|ipynb))(::(?P<name>[^:]+))?")


@dataclass(frozen=True)
class Order:
    """What to check and how.

    Attributes:
        names: of the targets, in order.
        request: how cells are checked.
        question: how users' code is checked.
        limits: of time and memory for users' code.
        fail_on: outcomes that fail the run.
    """

    names: tuple[str, ...]
    request: "CheckRequest"
    question: Question
    limits: Limits = field(default_factory=Limits)
    fail_on: frozenset[Outcome] = DEFAULT_FAIL_ON


def is_code(name: str) -> bool:
    """Tell whether a target is a file of users' code, or one of its functions: `x.py`, `x.ipynb`, `x.py::name`."""
    return _CODE.fullmatch(name) is not None


def check_everything(order: Order, tick: "Tick") -> Checks:
    """Check all targets in order; `tick` is told the finished share.

    Raises:
        UsageError: a target does not exist or cannot be read, or a file has nothing to check.
    """
    found: list[Check] = []
    for place, name in enumerate(order.names):
        for check, share in _checked(name, order):
            found.append(judged(check, order.fail_on))
            tick((place + share) / len(order.names))
    return Checks(_worst(found), tuple(found))


def _worst(checks: list[Check]) -> Verdict:
    verdicts = [check.verdict for check in checks]
    unwritten = all(isinstance(check, TargetCheck) and check.outcome is Outcome.TODO for check in checks)
    for verdict in (Verdict.MISMATCH, Verdict.INCONCLUSIVE):
        if verdict in verdicts:
            return verdict
    return Verdict.INCONCLUSIVE if unwritten else Verdict.PASS


def _checked(name: str, order: Order) -> Iterator[tuple[Check, float]]:
    """Yield the checks that one target stands for, each with the share of them that is finished."""
    code = _CODE.fullmatch(name)
    if code is None:
        from bptt_viz.adapters.named import check_target
        from bptt_viz.checking.source import located

        made = check_target(replace(order.request, target=name))
        yield located(Checks(made.verdict, (made,))).targets[0], 1.0
        return
    yield from _of_code(code["file"], code["name"], order)


def _of_code(file: str, name: str | None, order: Order) -> Iterator[tuple[Check, float]]:
    from bptt_viz.targets.recognise.file import recognise
    from bptt_viz.targets.run.files import File, check_file

    found = recognise(file)
    if found.source.python2:
        yield _python2(found), 1.0
        return
    targets = [target for target in found.targets if name in {None, *_names(target)}]
    refusals = [refusal for refusal in found.refusals if name in {None, refusal.name}]
    if not targets and not refusals:
        raise UsageError(_nothing(found, name))
    count = len(targets) + len(refusals)
    done = 0
    text = found.source.text if found.source.cells is not None else None
    for check in check_file(File(file, targets, text), order.question, order.limits):
        done += 1
        yield replace(check, target=f"{file}::{check.target}"), done / count
    for refusal in refusals:
        done += 1
        yield _refused(refusal), done / count


def _names(target: "Target") -> set[str]:
    """Return the names that a target goes by: its own, and those of its functions."""
    return {target.name, target.forward.name, *((target.backward.name,) if target.backward else ())}


def _nothing(found: "Recognised", name: str | None) -> str:
    file = found.source.file
    known = [*(each.name for each in found.targets), *(each.name for each in found.refusals)]
    if name is not None:
        listed = f"; there are {', '.join(known)}" if known else ""
        return f"{file}: no pair called {name!r}{listed}"
    return (
        f"{file}: no forward pass with a backward pass found; name a class as {file}:ClassName, or declare a target"
        " (docs/check-your-code.md)"
    )


def _refused(refusal: "Refusal") -> TargetCheck:
    missing = f"; to be declared: {', '.join(refusal.missing)}" if refusal.missing else ""
    return _without_cases(
        refusal.name, refusal.file, refusal.line, Outcome.NOT_RECOGNISED, f"{refusal.reason}{missing}"
    )


def _python2(found: "Recognised") -> TargetCheck:
    file = found.source.file
    changes = [f"{each.found} → {each.instead} ({found.source.place(each.line)})" for each in found.source.python2]
    more = f" and {len(changes) - 4} more" if len(changes) > 4 else ""
    first = found.source.python2[0].line
    said = f"change {'; '.join(changes[:4])}{more}; or run 2to3 -w {file}"
    return _without_cases("(the whole file)", file, first, Outcome.PYTHON2, said)


def _without_cases(name: str, file: str, line: int | None, outcome: Outcome, sentence: str) -> TargetCheck:
    from bptt_viz.results.check import Judgement

    target = f"{file}::{name}"
    return TargetCheck(target, verdict_of(outcome), sentence, Judgement(), (), file, line, outcome)


def parse_fail_on(text: str | None) -> frozenset[Outcome]:
    """Read a list of outcomes such as `wrong,crashed`; `none` for an empty one.

    Raises:
        UsageError: there is no such outcome.
    """
    if text is None:
        return DEFAULT_FAIL_ON
    names = [part.strip() for part in text.split(",") if part.strip() not in {"", "none"}]
    for name in names:
        if name not in set(Outcome) - {Outcome.OK}:
            raise UsageError(
                f"--fail-on: no outcome {name!r}; choose from {', '.join(o for o in Outcome if o != 'ok')}"
            )
    return frozenset(map(Outcome, names))
