"""What `bptt-viz check` was asked to check: models of ours, functions of other frameworks, and users' files."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bptt_viz.results.check import Check, Checks, Verdict
from bptt_viz.results.targets import DEFAULT_FAIL_ON, Outcome, TargetCheck, judged
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question

if TYPE_CHECKING:
    from bptt_viz.checking.run import CheckRequest
    from bptt_viz.console.progress import Tick


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


def check_everything(order: Order, tick: "Tick") -> Checks:
    """Check all targets in order; `tick` is told the finished share.

    Raises:
        UsageError: a target does not exist or cannot be read, or a file has nothing to check.
    """
    from bptt_viz.checking.run import demand_sense

    demand_sense(order.request)
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
    from bptt_viz.targets.files import check_code, is_code

    if is_code(name):
        yield from check_code(name, order.question, order.limits)
        return
    from bptt_viz.adapters.named import check_target
    from bptt_viz.checking.source import located

    made = check_target(replace(order.request, target=name))
    yield located(Checks(made.verdict, (made,))).targets[0], 1.0
