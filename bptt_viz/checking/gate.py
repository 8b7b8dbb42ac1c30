"""The gate tier: random projections and the behaviour of the backward pass, in milliseconds."""

from dataclasses import dataclass, field

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.comparison import compare, tolerance
from bptt_viz.checking.differences import Directions, Method, Slopes, slopes
from bptt_viz.checking.problem import Inconclusive, Inputs, Misbehaviour, Outputs, Problem, pulled_back
from bptt_viz.results.check import Case, Comparison, Judgement, Verdict

Generator = np.random.Generator

# Random directions an input; with two, the odds that a wrong gradient looks right twice are nil.
_DIRECTIONS = 2
# Homogeneity is tested with a power of two, which scales floating-point numbers without rounding.
_SCALE = 2.0**10


@dataclass(frozen=True, slots=True)
class Probe:
    """One random question to a backward pass, and its answer.

    Attributes:
        cotangents: random signed numbers on every output.
        gradients: what the pullback returned for them.
        method: how the numeric side is found at this point.
        note: why not the complex step, if so.
        directions: random ones, (P, *shape) by input: first one that moves all inputs, then some that move one alone.
        numeric: the slopes along them.
    """

    cotangents: Outputs
    gradients: Inputs
    method: Method
    note: str
    directions: Directions = field(default_factory=dict)
    numeric: Slopes | None = None


def signed(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Draw short signed decimals, none of them 0, so that failures read well and no entry is skipped."""
    drawn = np.round(rng.standard_normal(shape), 1)
    return np.where(drawn == 0, 0.1, drawn)


def probe(
    problem: Problem, rng: Generator, wanted: Method | None, eps: float | None = None, behaviour: bool = True
) -> Probe:
    """Ask the backward pass one random question, after making sure that it behaves and can be checked here.

    Raises:
        Inconclusive: values are not finite, the forward pass is not deterministic, or the point is a kink.
        Misbehaviour: backward is not deterministic or not linear in its cotangents.
    """
    outputs = problem.outputs(problem.inputs)
    _demand_finite(outputs)
    _demand_same_outputs(outputs, problem.outputs(problem.inputs))
    cotangents = {place: signed(rng, value.shape) for place, value in outputs.items()}
    gradients = problem.pullback(cotangents)
    _demand_gradients(problem, gradients)
    if behaviour:
        _demand_linear(problem, cotangents, gradients)
    directions = _directions(problem.inputs, rng)
    chosen = choose_method(problem, outputs, cotangents, directions, wanted, eps)
    numeric = chosen.numeric or slopes(problem, cotangents, directions, chosen.method, eps)
    return Probe(cotangents, gradients, chosen.method, chosen.note, directions, numeric)


def _demand_finite(outputs: Outputs) -> None:
    for place, value in outputs.items():
        if not np.all(np.isfinite(value)):
            at = "" if place.t is None else f" at t={place.t}"
            raise Inconclusive(f"output {place.path}{at} is not finite at the point of the check")


def _demand_same_outputs(first: Outputs, second: Outputs) -> None:
    for place, value in first.items():
        if not np.array_equal(value, second[place]):
            raise Inconclusive(f"the forward pass is not deterministic: {place.path} differs from run to run")


def _demand_gradients(problem: Problem, gradients: Inputs) -> None:
    for name, value in problem.inputs.items():
        gradient = gradients.get(name)
        if gradient is None:
            raise Misbehaviour(f"backward returns no gradient for {name}")
        if gradient.shape != value.shape:
            raise Misbehaviour(f"the gradient of {name} has shape {gradient.shape}, the input has {value.shape}")
        if not np.all(np.isfinite(gradient)):
            raise Misbehaviour(f"the gradient of {name} is not finite where all outputs are")


def _demand_linear(problem: Problem, cotangents: Outputs, gradients: Inputs) -> None:
    none = {place: 0 * value for place, value in cotangents.items()}
    many = {place: _SCALE * value for place, value in cotangents.items()}
    again, zeros, scaled = pulled_back(problem, [cotangents, none, many])
    for name, gradient in gradients.items():
        if not np.array_equal(gradient, again[name]):
            raise Misbehaviour(
                f"the gradient of {name} differs when backward runs again: a buffer is kept from call to call"
            )
        if np.any(zeros[name]):
            raise Misbehaviour(f"a zero upstream gradient gives a non-zero gradient of {name}")
        expected = _SCALE * gradient
        if not np.array_equal(scaled[name], expected) and norm(scaled[name] - expected) > 1e-6 * norm(expected):
            raise Misbehaviour(
                f"the gradient of {name} does not grow with the upstream gradient: is it clipped inside backward?"
            )


def _directions(inputs: Inputs, rng: Generator) -> Directions:
    """Draw a direction that moves all inputs, and behind it `_DIRECTIONS` for each input that move it alone."""
    count = 1 + _DIRECTIONS * len(inputs)
    directions: dict[str, Array] = {}
    for place, (name, value) in enumerate(inputs.items()):
        moved = [0, *_own(place)]
        directions[name] = np.zeros((count, *value.shape))
        # Not short decimals: two entries that got the same one could stand in for each other unseen.
        directions[name][moved] = rng.standard_normal((len(moved), *value.shape))
    return directions


def _own(place: int) -> range:
    """Return which directions move the input at a place alone."""
    return range(1 + _DIRECTIONS * place, 1 + _DIRECTIONS * (place + 1))


def projected(problem: Problem, asked: Probe) -> dict[str, tuple[Array, Array]]:
    """Return each input's analytic and numeric slopes along the random directions that move it alone."""
    assert asked.numeric is not None, "a probe has found the slopes"
    found = {}
    for place, (name, directions) in enumerate(asked.directions.items()):
        own = list(_own(place))
        analytic = np.array([float(np.sum(asked.gradients[name] * directions[row])) for row in own])
        found[name] = analytic, asked.numeric.value[own]
    return found


def projections(problem: Problem, asked: Probe, judgement: Judgement) -> tuple[tuple[Comparison, ...], bool]:
    """Compare each input's gradient along random directions of its own; also tell whether the numbers suffice.

    Returns:
        One comparison an input, and False if a failure is no larger than the method's own uncertainty.
    """
    assert asked.numeric is not None, "a probe has found the slopes"
    rows = {name: list(_own(place)) for place, name in enumerate(problem.inputs)}
    along = projected(problem, asked)
    analytic = {name: a for name, (a, _) in along.items()}
    numeric = {name: n for name, (_, n) in along.items()}
    scale = {name: max(norm(asked.gradients[name]), float(np.max(np.abs(numeric[name])))) for name in rows}
    floor = judgement.atol * max(scale.values())
    limits = tolerance(judgement, asked.method)
    found = []
    certain = True
    for name, own in rows.items():
        beside = max(scale[name], floor)
        made = compare(name, analytic[name], numeric[name], beside, limits, problem.inputs[name].size)
        found.append(made)
        if not made.passed:
            certain &= bool(np.any(np.abs(analytic[name] - numeric[name]) > 10 * asked.numeric.uncertainty[own]))
    return tuple(found), certain


def gate(
    problem: Problem, rng: Generator, judgement: Judgement, wanted: Method | None = None, behaviour: bool = True
) -> tuple[Case, Probe | None]:
    """Run the gate tier at one point; the probe is returned for the tiers that follow it.

    Args:
        problem: what is checked.
        rng: of cotangents and directions.
        judgement: the tolerances.
        wanted: the numeric method; None chooses.
        behaviour: whether a backward pass that is not linear is a mismatch, whatever it returns.
    """
    try:
        asked = probe(problem, rng, wanted, judgement.eps, behaviour)
    except Inconclusive as why:
        return Case(problem.label, "gate", "none", Verdict.INCONCLUSIVE, str(why), ()), None
    except Misbehaviour as what:
        return Case(problem.label, "gate", "behaviour", Verdict.MISMATCH, str(what), ()), None
    comparisons, certain = projections(problem, asked, judgement)
    return Case(problem.label, "gate", _named(asked), *settle(comparisons, certain), comparisons), asked


def _named(asked: Probe) -> str:
    return f"{asked.method} ({asked.note})" if asked.note else str(asked.method)


def settle(comparisons: tuple[Comparison, ...], certain: bool) -> tuple[Verdict, str]:
    """Turn comparisons into a verdict with its reason."""
    failed = [made for made in comparisons if not made.passed]
    if not failed:
        return Verdict.PASS, ""
    if not certain:
        return Verdict.INCONCLUSIVE, f"the numeric derivative of {failed[0].name} is too uncertain to judge by"
    names = ", ".join(made.name for made in failed)
    return Verdict.MISMATCH, f"wrong gradient of {names}"
