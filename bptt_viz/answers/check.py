"""Gradient checks by name: of models of ours, functions of other frameworks, and users' files."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bptt_viz.adapters.named import check_target
from bptt_viz.cells import discover_cells
from bptt_viz.checking.differences import parse_method
from bptt_viz.checking.run import CheckRequest, demand_sense
from bptt_viz.checking.shapes import DEFAULT_SHAPES, parse_shapes
from bptt_viz.checking.source import located
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, Ways
from bptt_viz.errors import UsageError
from bptt_viz.models import discover_models
from bptt_viz.render.check import check_cases, check_report, check_table
from bptt_viz.render.fragment import fragment
from bptt_viz.render.junit import junit
from bptt_viz.results.check import Check, Checks, Judgement, Verdict
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.targets import DEFAULT_FAIL_ON, Outcome, TargetCheck, judged
from bptt_viz.targets.files import check_code, is_code
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    request: CheckRequest
    question: Question
    limits: Limits = field(default_factory=Limits)
    fail_on: frozenset[Outcome] = DEFAULT_FAIL_ON


def order(
    names: Sequence[str] | None = None,
    every_entry: bool = False,
    method: str | None = None,
    rtol: float | None = None,
    atol: float = 1e-3,
    eps: float | None = None,
    shapes: str | None = None,
    hidden: int | None = None,
    layers: int | None = None,
    activation: str | None = None,
    topology: str | None = None,
    truncate: int | None = None,
    init: str = "xavier",
    weights: str | None = None,
    settings: "Mapping[str, str] | None" = None,
    seed: int = 0,
    limits: Limits | None = None,
    fail_on: frozenset[Outcome] = DEFAULT_FAIL_ON,
) -> Order:
    """Return what the options of `check` ask for; without names everything that is built in.

    Raises:
        UsageError: one of them makes no sense.
    """
    if weights is not None and not names:
        raise UsageError("--weights wants a MODEL that takes them: see bptt-viz weights inspect FILE")
    request = CheckRequest(
        target="",
        hidden=hidden,
        layers=layers,
        activation=activation,
        settings=settings or {},
        topology=topology,
        truncate=truncate,
        init=init,
        seed=seed,
        shapes=DEFAULT_SHAPES if shapes is None else parse_shapes(shapes),
        every_entry=every_entry,
        method=parse_method(method),
        judgement=Judgement(rtol, atol, eps),
        weights=weights,
    )
    question = Question(seed, every_entry, method, request.judgement, shapes)
    asked = tuple(names or (*discover_cells(), *discover_models()))
    return Order(asked, request, question, limits or Limits(), fail_on)


def check(order: Order, tick: "Tick" = lambda _: None, verbose: bool = False) -> Shown[Checks]:
    """Check all targets in order.

    Args:
        order: what to check and how.
        tick: takes the finished share, between 0 and 1.
        verbose: the report shows every case, also of passes.

    Raises:
        UsageError: a target does not exist or cannot be read, or a file has nothing to check.
        MissingError: a target's framework is not installed.
    """
    demand_sense(order.request)
    found: list[Check] = []
    for place, name in enumerate(order.names):
        for made, share in _checked(name, order):
            found.append(judged(made, order.fail_on))
            tick((place + share) / len(order.names))
    weights = order.request.weights
    named = {"target": list(order.names), "fail_on": sorted(order.fail_on), "weights": weights and Path(weights).name}
    return shown(found, provenance("check", {**asdict(order.request), **named}), verbose)


def _checked(name: str, order: Order) -> Iterator[tuple[Check, float]]:
    """Yield the checks that one target stands for, each with the share of them that is finished."""
    if is_code(name):
        yield from check_code(name, order.question, order.limits)
        return
    made = check_target(replace(order.request, target=name))
    yield located(Checks(made.verdict, (made,))).targets[0], 1.0


def shown(found: Sequence[Check], ran: Provenance, verbose: bool = False) -> Shown[Checks]:
    """Return checks with the ways to show them."""
    made = Checks(_worst(found), tuple(found))
    ways = Ways(
        f"{made.verdict} ({', '.join(each.target for each in found)})",
        lambda boxed, _: check_report(made, boxed, verbose),
        {"xml": lambda: junit(made, ran).encode("utf-8", "backslashreplace")},
        lambda: fragment(check_table(made), check_cases(made, False, verbose)),
    )
    return Shown("check", made, ran, ways)


def _worst(checks: Sequence[Check]) -> Verdict:
    verdicts = [check.verdict for check in checks]
    unwritten = all(isinstance(check, TargetCheck) and check.outcome is Outcome.TODO for check in checks)
    for verdict in (Verdict.MISMATCH, Verdict.INCONCLUSIVE):
        if verdict in verdicts:
            return verdict
    return Verdict.INCONCLUSIVE if unwritten else Verdict.PASS
