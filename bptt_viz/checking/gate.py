"""The gate tier: random projections and the behaviour of the backward pass, in milliseconds."""

from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.comparison import compare, tolerance
from bptt_viz.checking.differences import (
    COMPLEX_STEP,
    DEFAULT_STEP,
    Directions,
    Method,
    Objective,
    normalised,
    objective,
    ridders,
    slopes,
)
from bptt_viz.checking.problem import Inconclusive, Inputs, Misbehaviour, Outputs, Problem
from bptt_viz.results.check import Case, Comparison, Judgement, Verdict

Generator = np.random.Generator

# Random directions an input; with two, the odds that a wrong gradient looks right twice are nil.
_DIRECTIONS = 2
# Homogeneity is tested with a power of two, which scales floating-point numbers without rounding.
_SCALE = 2.0**10
_KINK = "the point is a kink: the slopes on its two sides differ"


@dataclass(frozen=True, slots=True)
class Probe:
    """One random question to a backward pass, and its answer.

    Attributes:
        cotangents: random signed numbers on every output.
        gradients: what the pullback returned for them.
        method: how the numeric side is found at this point.
        note: why not the complex step, if so.
    """

    cotangents: Outputs
    gradients: Inputs
    method: Method
    note: str


def signed(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Draw short signed decimals, none of them 0, so that failures read well and no entry is skipped."""
    drawn = np.round(rng.standard_normal(shape), 1)
    return np.where(drawn == 0, 0.1, drawn)


def probe(problem: Problem, rng: Generator, wanted: Method | None, eps: float | None = None) -> Probe:
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
    _demand_linear(problem, cotangents, gradients)
    together = {name: signed(rng, (1, *value.shape)) for name, value in problem.inputs.items()}
    method, note = choose_method(problem, cotangents, together, wanted, eps)
    return Probe(cotangents, gradients, method, note)


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
    again = problem.pullback(cotangents)
    zeros = problem.pullback({place: 0 * value for place, value in cotangents.items()})
    scaled = problem.pullback({place: _SCALE * value for place, value in cotangents.items()})
    for name, gradient in gradients.items():
        if not np.array_equal(gradient, again[name]):
            raise Misbehaviour(
                f"the gradient of {name} differs when backward runs again: a buffer is kept from call to call"
            )
        if np.any(zeros[name]):
            raise Misbehaviour(f"a zero upstream gradient gives a non-zero gradient of {name}")
        if norm(scaled[name] - _SCALE * gradient) > 1e-6 * norm(_SCALE * gradient):
            raise Misbehaviour(
                f"the gradient of {name} does not grow with the upstream gradient: is it clipped inside backward?"
            )


def choose_method(
    problem: Problem, cotangents: Outputs, direction: Directions, wanted: Method | None, eps: float | None = None
) -> tuple[Method, str]:
    """Return the method to use: the wanted one, else the complex step where it agrees with a real difference.

    A function that takes a modulus, a conjugate or a real buffer on its way is differentiable and yet not
    complex-safe: its complex step is silently wrong. One real direction tells.

    Raises:
        Inconclusive: the point is a kink.
    """
    along = objective(problem, cotangents, normalised(direction)[0])
    size = sum(norm(value) * norm(cotangents[place]) for place, value in problem.outputs(problem.inputs).items())
    if wanted not in {None, Method.COMPLEX}:
        _demand_smooth(along, size)
        return wanted, ""
    try:
        with np.errstate(all="raise", under="ignore"):
            _demand_smooth_complex(along)
            imaginary = along(1j * COMPLEX_STEP).imag / COMPLEX_STEP
    except (TypeError, ValueError, FloatingPointError, np.exceptions.ComplexWarning) as error:
        _demand_smooth(along, size)
        return Method.RIDDERS, f"not complex-safe: {type(error).__name__}"
    real = ridders(along, eps or DEFAULT_STEP[Method.RIDDERS], rounds=3)
    gap = np.abs(real.value - imaginary)
    if wanted is not None or np.all(gap <= 10 * real.uncertainty + 1e-6 * np.abs(real.value)):
        return Method.COMPLEX, ""
    _demand_smooth(along, size)
    return Method.RIDDERS, "not complex-safe"


def _demand_smooth(along: Objective, size: float) -> None:
    """Refuse a point at which the slopes on the two sides of a direction differ.

    f(x + h) + f(x − h) − 2 f(x), divided by h, tends to 0 with h where f is smooth and to the jump of the slope at a
    kink; two steps tell the one from the other. `size` is the scale of f, whose rounding sets what can be seen.
    """
    h, here = 1e-4, along(0.0)
    bend = [np.abs(along(step) + along(-step) - 2 * here) / step for step in (h, h / 2)]
    slope = np.abs(along(h) - along(-h)) / h
    noise = 1e3 * np.finfo(float).eps * size / h
    if np.any(2 * bend[1] - bend[0] > 1e-6 * slope + noise):
        raise Inconclusive(_KINK)


def _demand_smooth_complex(along: Objective) -> None:
    ahead, behind = along(1j * COMPLEX_STEP).imag, -along(-1j * COMPLEX_STEP).imag
    if np.any(np.abs(ahead - behind) > 1e-9 * (np.abs(ahead) + np.abs(behind))):
        raise Inconclusive(_KINK)


def projections(
    problem: Problem, asked: Probe, rng: Generator, judgement: Judgement
) -> tuple[tuple[Comparison, ...], bool]:
    """Compare each input's gradient along random directions of its own; also tell whether the numbers suffice.

    Returns:
        One comparison an input, and False if a failure is no larger than the method's own uncertainty.
    """
    rows, directions = _own_directions(problem.inputs, rng)
    numeric = slopes(problem, asked.cotangents, directions, asked.method, judgement.eps)
    analytic = {
        name: np.array([float(np.sum(asked.gradients[name] * directions[name][k])) for k in rows[name]])
        for name in rows
    }
    scale = {name: np.maximum(norm(asked.gradients[name]), np.abs(numeric.value[rows[name]])) for name in rows}
    floor = judgement.atol * max(float(np.max(value)) for value in scale.values())
    limits = tolerance(judgement, asked.method)
    found = []
    certain = True
    for name, place in rows.items():
        beside = max(float(np.max(scale[name])), floor)
        made = compare(name, analytic[name], numeric.value[place], beside, limits, problem.inputs[name].size)
        found.append(made)
        if not made.passed:
            certain &= bool(np.any(np.abs(analytic[name] - numeric.value[place]) > 10 * numeric.uncertainty[place]))
    return tuple(found), certain


def _own_directions(inputs: Inputs, rng: Generator) -> tuple[dict[str, list[int]], dict[str, Array]]:
    """Lay out `_DIRECTIONS` copies an input, each of which moves that input alone."""
    count = _DIRECTIONS * len(inputs)
    rows: dict[str, list[int]] = {}
    directions: dict[str, Array] = {}
    for place, (name, value) in enumerate(inputs.items()):
        rows[name] = [_DIRECTIONS * place + k for k in range(_DIRECTIONS)]
        directions[name] = np.zeros((count, *value.shape))
        directions[name][rows[name]] = signed(rng, (_DIRECTIONS, *value.shape))
    return rows, directions


def gate(
    problem: Problem, rng: Generator, judgement: Judgement, wanted: Method | None = None
) -> tuple[Case, Probe | None]:
    """Run the gate tier at one point; the probe is returned for the tiers that follow it."""
    try:
        asked = probe(problem, rng, wanted, judgement.eps)
    except Inconclusive as why:
        return Case(problem.label, "gate", "none", Verdict.INCONCLUSIVE, str(why), ()), None
    except Misbehaviour as what:
        return Case(problem.label, "gate", "behaviour", Verdict.MISMATCH, str(what), ()), None
    comparisons, certain = projections(problem, asked, rng, judgement)
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


__all__ = ["Probe", "choose_method", "gate", "probe", "projections", "settle", "signed"]
