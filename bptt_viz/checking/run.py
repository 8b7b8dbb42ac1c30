"""One target's check from end to end: the gate at every shape, and where it fails every entry and the fault's place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bptt_viz.cells import Cell
from bptt_viz.checking.blocks import affordable
from bptt_viz.checking.differences import Method
from bptt_viz.checking.full import full
from bptt_viz.checking.gate import gate
from bptt_viz.checking.localise import MakeProblem, localise
from bptt_viz.checking.model_problem import random_problem
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.shapes import DEFAULT_SHAPES, Shape, pattern_of
from bptt_viz.checking.wording import sentence
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Architecture, Request, Sizes, blamed_on, planned, target_class
from bptt_viz.results.check import Case, Check, Checks, Diagnosis, HeatMap, Judgement, Verdict
from bptt_viz.weights import fitted

# A kink met by chance is left by drawing again; one that stays is in the data.
_DRAWS = 3
_HIDDEN = 5


@dataclass(frozen=True)
class CheckRequest:
    """What to check and how.

    Attributes:
        target: a built-in cell's or model's name, or `file.py:ClassName`.
        input_size: D; unlike H and V, so that a mixed-up axis cannot fit by chance.
        hidden: H; None is 5, or that of the weight file.
        output_size: V.
        layers: cells stacked in depth; None leaves it to the model, 1 for a cell.
        activation: φ of a cell that has one.
        settings: further options of the cell.
        topology: a cell's input-output pattern; None is many-to-many.
        truncate: check truncated backpropagation that stops every so many steps; None for full backpropagation.
        init: how weights are drawn.
        seed: of every random draw.
        shapes: the points of the sweep.
        every_entry: run the full tier too, whatever the gate says.
        method: how the numeric side is found; None chooses.
        judgement: the tolerances.
        weights: a weight file in place of drawn weights; it settles D, H, V and the layers too.
    """

    target: str
    input_size: int = 4
    hidden: int | None = None
    output_size: int = 6
    layers: int | None = None
    activation: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    topology: str | None = None
    truncate: int | None = None
    init: str = "xavier"
    seed: int = 0
    shapes: tuple[Shape, ...] = DEFAULT_SHAPES
    every_entry: bool = False
    method: Method | None = None
    judgement: Judgement = field(default_factory=Judgement)
    weights: str | None = None


def check_all(
    requests: Sequence[CheckRequest], tick: Callable[[float], None], one: Callable[[CheckRequest], Check] | None = None
) -> Checks:
    """Check several targets; the worst verdict is that of all.

    Args:
        requests: the targets.
        tick: is told the finished share.
        one: checks one target; by default `check_model`.
    """
    done: list[Check] = []
    for request in requests:
        done.append((one or check_model)(request))
        tick(len(done) / len(requests))
    return Checks(worst([check.verdict for check in done]), tuple(done))


def check_model(request: CheckRequest, make: type[Cell] | type[Architecture] | None = None) -> Check:
    """Check a model, or a cell within a sequence model: all its parameters, inputs and initial states.

    Args:
        request: what to check and how.
        make: the target's class; None looks it up by the target's name.

    Raises:
        UsageError: the request names something unknown or has a value out of range.
    """
    demand_sense(request)
    asked = Request(
        cell=request.target,
        hidden=request.hidden,
        layers=request.layers,
        activation=request.activation,
        topology=request.topology,
        settings=request.settings,
        weights=request.weights,
    )
    found = None if request.weights is None else fitted(asked)
    plan = planned(found.request if found else asked, target_class(request.target) if make is None else make)
    D, V = (found.network.inputs, found.classes) if found else (request.input_size, request.output_size)
    H = found.network.hidden if found else _HIDDEN if request.hidden is None else request.hidden
    initialisation = Initialisation.parse(request.init)

    def problem(shape: Shape, rng: np.random.Generator) -> Problem:
        with blamed_on(request.target):
            model = plan.model(Sizes(D, H, V, plan.layers, shape.steps))
            values = model.draw(rng, initialisation)
            values = found.onto(model, values)[0] if found else values
        cuts = range(1 + request.truncate, model.pattern.steps + 1, request.truncate) if request.truncate else ()
        return random_problem(model, values, shape.size, shape.zero_state, rng, cuts)

    return check(request.target, problem, request)


def demand_sense(request: CheckRequest) -> None:
    """Refuse sizes and tolerances that no check can be asked with, whatever its target.

    Raises:
        UsageError: one of them is out of its range; a tolerance of NaN would pass everything or nothing.
    """
    for name in ("input_size", "hidden", "output_size", "layers"):
        value = getattr(request, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_size', '')} must be at least 1, got {value}")
    if request.truncate is not None and request.truncate < 1:
        raise UsageError(f"--truncate must be at least 1, got {request.truncate}")
    if request.topology == "delayed" and any(shape.steps < 2 for shape in request.shapes):
        raise UsageError("topology 'delayed' needs two time steps; choose --shapes such as 2x3,5x3")
    for name in ("rtol", "atol", "eps"):
        value = getattr(request.judgement, name)
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UsageError(f"--{name} must be positive and finite, got {value}")


def check(target: str, problem: MakeProblem, request: CheckRequest, behaviour: bool = True) -> Check:
    """Run the tiers on anything that can be posed as a problem at a shape.

    Args:
        target: its name.
        problem: poses it.
        request: how.
        behaviour: whether a backward pass that does what no gradient can is a mismatch, whatever it returns.
    """
    gates: list[Case] = []
    fulls: list[Case] = []
    for place, shape in enumerate(request.shapes):
        at_gate, at_full = _at_shape(problem, shape, place, request, len(fulls) == 0, behaviour)
        gates.append(at_gate)
        fulls += at_full
    verdict = worst([case.verdict for case in (*gates, *fulls)])
    located = _located(problem, request, gates)
    if located is not None:
        _show(located.heat, fulls if any(case.verdict is Verdict.MISMATCH for case in fulls) else gates)
    words = _in_words(verdict, request.shapes, (*gates, *fulls), located)
    return Check(target, verdict, words, request.judgement, (*gates, *fulls))


def _show(heat: HeatMap, cases: list[Case]) -> None:
    """Put a heat map to the first case that failed."""
    place = next(k for k, case in enumerate(cases) if case.verdict is Verdict.MISMATCH)
    cases[place] = replace(cases[place], heat=heat)


def _at_shape(
    problem: MakeProblem, shape: Shape, place: int, request: CheckRequest, first_failure: bool, behaviour: bool
) -> tuple[Case, list[Case]]:
    """Run the gate at one shape; every entry too if it is wanted there, or if this is the first gate to fail."""
    for draw in range(_DRAWS):
        rng = np.random.default_rng((request.seed, place, draw))
        posed = problem(shape, rng)
        case, asked = gate(posed, rng, request.judgement, request.method, behaviour)
        if case.verdict is not Verdict.INCONCLUSIVE:
            break
    if asked is None:
        return case, []
    last = place == len(request.shapes) - 1
    looked_into = case.verdict is Verdict.MISMATCH and first_failure and affordable(posed)
    wanted = (request.every_entry and last) or looked_into
    return case, [full(posed, asked, request.judgement)] if wanted else []


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return mismatch before inconclusive before pass."""
    for verdict in (Verdict.MISMATCH, Verdict.INCONCLUSIVE):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS


def misbehaves(case: Case) -> bool:
    """Tell whether the backward pass was stopped for what it does rather than for what it returns."""
    return case.verdict is Verdict.MISMATCH and not case.comparisons


def _located(problem: MakeProblem, request: CheckRequest, gates: Sequence[Case]) -> Diagnosis | None:
    """Look for the fault, unless backward misbehaves: what it returns then means nothing."""
    if any(map(misbehaves, gates)):
        return None
    failed = [s for s, case in zip(request.shapes, gates, strict=True) if case.verdict is Verdict.MISMATCH]
    return localise(problem, failed, request.seed, request.judgement, request.method)


def _in_words(verdict: Verdict, shapes: Sequence[Shape], cases: Sequence[Case], located: Diagnosis | None) -> str:
    """Return one sentence that says what to look at; empty for a pass."""
    if verdict is Verdict.PASS:
        return ""
    if located is not None:
        when = pattern_of(shapes, cases[: len(shapes)], located.lag)
        return "; ".join(part for part in (sentence(located), when) if part)
    case = next((case for case in cases if misbehaves(case)), None) or next(c for c in cases if c.verdict is verdict)
    return f"{case.reason} ({case.label})"
