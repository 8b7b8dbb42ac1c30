"""Which numeric derivative a point allows: the complex step unless the function is not complex-safe, none at a kink."""

from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.differences import (
    COMPLEX_STEP,
    DEFAULT_STEP,
    Directions,
    Line,
    Method,
    Slopes,
    extrapolated,
    halved,
    normalised,
    objective,
    values_along,
)
from bptt_viz.checking.problem import Inconclusive, Outputs, Problem

_KINK = "the point is a kink: the slopes on its two sides differ"
_ROUNDS = 3


class Choice(NamedTuple):
    """How the numeric side is found at a point.

    Attributes:
        method: the method.
        note: why not the complex step, if so.
        numeric: the slopes along all directions if the complex step was chosen: finding them was how it was tried.
    """

    method: Method
    note: str = ""
    numeric: Slopes | None = None


def choose_method(
    problem: Problem,
    outputs: Outputs,
    cotangents: Outputs,
    directions: Directions,
    wanted: Method | None,
    eps: float | None = None,
) -> Choice:
    """Return the method to use: the wanted one, else the complex step where it agrees with a real difference.

    A function that takes a modulus, a conjugate or a real buffer on its way is differentiable and yet not
    complex-safe: its complex step is silently wrong. One real direction tells.

    Args:
        problem: what is checked.
        outputs: its outputs at the point.
        cotangents: one for each output that counts.
        directions: (P, *shape) by input; the first is where the complex step is compared with a real difference.
        wanted: the method asked for; None chooses.
        eps: step of a real difference; None for the method's own.

    Raises:
        Inconclusive: the point is a kink.
    """
    first, _ = normalised({name: direction[:1] for name, direction in directions.items()})
    line = values_along(problem, cotangents, first)
    if wanted not in {None, Method.COMPLEX}:
        _demand_smooth(line, outputs, cotangents)
        return Choice(wanted)
    try:
        with np.errstate(all="raise", under="ignore"):
            imaginary = _complex_slopes(problem, cotangents, directions)
    except (TypeError, ValueError, FloatingPointError, np.exceptions.ComplexWarning) as error:
        _demand_smooth(line, outputs, cotangents)
        return Choice(Method.RIDDERS, f"not complex-safe: {type(error.__cause__ or error).__name__}")
    if wanted is None and not _agree(imaginary[0], directions, line, eps):
        _demand_smooth(line, outputs, cotangents)
        return Choice(Method.RIDDERS, "not complex-safe")
    return Choice(Method.COMPLEX, "", Slopes(imaginary, np.abs(imaginary) * np.finfo(float).eps))


def _complex_slopes(problem: Problem, cotangents: Outputs, directions: Directions) -> Array:
    """Return the slopes along all directions, after going along the first one backward too.

    Raises:
        Inconclusive: there the slope is another one.
    """
    mirrored = {name: np.concatenate([direction, -direction[:1]]) for name, direction in directions.items()}
    *found, behind = objective(problem, cotangents, mirrored)(1j * COMPLEX_STEP).imag / COMPLEX_STEP
    if abs(found[0] + behind) > 1e-9 * (abs(found[0]) + abs(behind)):
        raise Inconclusive(_KINK)
    return np.array(found)


def _agree(imaginary: float, directions: Directions, line: Line, eps: float | None) -> bool:
    """Tell whether a complex step along the first direction is what a real difference makes of it."""
    _, lengths = normalised({name: direction[:1] for name, direction in directions.items()})
    steps = halved(eps or DEFAULT_STEP[Method.RIDDERS], _ROUNDS)
    ahead, behind = np.split(line([*steps, *(-h for h in steps)]), 2)
    real = extrapolated(list((ahead - behind) / (2 * np.array(steps))))
    gap = abs(real.value - imaginary / lengths[0])
    return bool(gap <= 10 * real.uncertainty + 1e-6 * abs(real.value))


def _demand_smooth(line: Line, outputs: Outputs, cotangents: Outputs) -> None:
    """Refuse a point at which the slopes on the two sides of a direction differ.

    f(x + h) + f(x − h) − 2 f(x), divided by h, tends to 0 with h where f is smooth and to the jump of the slope at a
    kink; two steps tell the one from the other. The scale of f, whose rounding sets what can be seen, is that of the
    terms it is summed from.
    """
    h = 1e-4
    size = sum(norm(value) * norm(cotangents[place]) for place, value in outputs.items())
    here, ahead, behind, near_ahead, near_behind = line([0.0, h, -h, h / 2, -h / 2])
    bend, near_bend = abs(ahead + behind - 2 * here) / h, abs(near_ahead + near_behind - 2 * here) / (h / 2)
    noise = 1e3 * np.finfo(float).eps * size / h
    if 2 * near_bend - bend > 1e-6 * abs(ahead - behind) / h + noise:
        raise Inconclusive(_KINK)
