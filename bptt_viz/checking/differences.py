"""Derivatives from values alone: complex step, central differences, Ridders extrapolation."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Outputs, Problem, project
from bptt_viz.errors import UsageError

Directions = Mapping[str, Array]
"""By input name: directions (P, *shape), one a copy; inputs that are left out stay where they are."""

COMPLEX_STEP = 2.0**-664
"""So small that its square is 0: no truncation error is left (Squire & Trapp 1998), and at a kink no term of second
order decides, on both sides alike, which branch is taken. A power of two, so that dividing by it rounds nothing."""


class Method(StrEnum):
    """How the numeric side is found."""

    COMPLEX = "complex"
    CENTRAL = "central"
    CENTRAL6 = "central6"
    RIDDERS = "ridders"


class Slopes(NamedTuple):
    """Directional derivatives (…, P), and how far each may be off by the method's own account."""

    value: Array
    uncertainty: Array


Objective = Callable[[complex], Array]
"""step → Σ ⟨cotangent, outputs(x + step · direction)⟩ for all P directions: (P,), or (K, P) for K sets of them."""

Line = Callable[[Sequence[float]], Array]
"""S steps along one direction → Σ ⟨cotangent, outputs⟩ at each of them: (S,)."""

CotangentSets = Outputs | Sequence[Outputs]

# Central differences: (multiple of the step, weight); orders 2 and 6.
_STENCILS = {
    Method.CENTRAL: ((1, 1 / 2),),
    Method.CENTRAL6: ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60)),
}
# The steps that were most accurate on LSTM gradients of order 1 in float64.
DEFAULT_STEP = {Method.CENTRAL: 1e-5, Method.CENTRAL6: 5e-3, Method.RIDDERS: 2e-2}
# Below a relative uncertainty of this a slope is not in doubt; below the step, rounding is worse than any kink.
_DOUBTFUL, _SHORTEST = 1e-9, 1e-4


def slopes(
    problem: Problem, cotangents: CotangentSets, directions: Directions, method: Method, eps: float | None
) -> Slopes:
    """Return the derivatives of ⟨cotangents, outputs⟩ along P directions at the problem's point.

    Args:
        problem: what is checked.
        cotangents: one for each output that counts; or K such sets, which the same evaluations serve.
        directions: P of them, (P, *shape) by input.
        method: how.
        eps: step of a real difference; None for the method's own.
    """
    if method is Method.COMPLEX:
        derivative = objective(problem, cotangents, directions)(1j * COMPLEX_STEP).imag / COMPLEX_STEP
        return Slopes(derivative, np.abs(derivative) * np.finfo(float).eps)
    step = DEFAULT_STEP[method] if eps is None else eps
    # A real step's error grows with the way it goes: all directions go one step far, however many entries they have.
    units, lengths = normalised(directions)
    along = objective(problem, cotangents, units)
    found = _settled(along, step) if method is Method.RIDDERS else Slopes(*_central(along, method, step))
    return Slopes(found.value * lengths, found.uncertainty * lengths)


def normalised(directions: Directions) -> tuple[Directions, Array]:
    """Return the directions scaled to length 1, each over all inputs together, and their lengths (P,)."""
    squares = sum(np.sum(d * d, axis=tuple(range(1, d.ndim))) for d in directions.values())
    lengths: Array = np.sqrt(squares)
    lengths = np.where(lengths > 0, lengths, 1.0)
    return {name: d / lengths.reshape(-1, *(1,) * (d.ndim - 1)) for name, d in directions.items()}, lengths


def objective(problem: Problem, cotangents: CotangentSets, directions: Directions) -> Objective:
    """Return the projected outputs as a function of the step along all P directions at once."""
    count = len(next(iter(directions.values())))

    def together(step: complex) -> Array:
        moved = {name: problem.inputs[name] + step * direction for name, direction in directions.items()}
        return _projected(problem.outputs({**problem.inputs, **moved}), cotangents, (count,))

    def alone(step: complex) -> Array:
        # One direction needs no leading axis, without which everything is cheaper.
        moved = {name: problem.inputs[name] + step * direction[0] for name, direction in directions.items()}
        return _projected(problem.outputs({**problem.inputs, **moved}), cotangents, ())[..., None]

    def one_by_one(step: complex) -> Array:
        values = []
        for k in range(count):
            moved = {name: problem.inputs[name] + step * direction[k] for name, direction in directions.items()}
            values.append(_projected(problem.outputs({**problem.inputs, **moved}), cotangents, ()))
        return np.stack(values, axis=-1)

    if count == 1:
        return alone
    return together if problem.batched else one_by_one


def values_along(problem: Problem, cotangents: Outputs, direction: Directions) -> Line:
    """Return the projected outputs along one direction (1, *shape); all steps in one evaluation if copies may."""

    def at(steps: Sequence[float]) -> Array:
        moved = {name: np.multiply.outer(np.asarray(steps), only[0]) for name, only in direction.items()}
        return objective(problem, cotangents, moved)(1.0)

    return at


def _projected(outputs: Outputs, cotangents: CotangentSets, shape: tuple[int, ...]) -> Array:
    if isinstance(cotangents, Mapping):
        return np.broadcast_to(project(outputs, cotangents), shape)
    return np.stack([np.broadcast_to(project(outputs, each), shape) for each in cotangents])


def _central(along: Objective, method: Method, step: float) -> tuple[Array, Array]:
    total: Array = np.zeros(())
    size: Array = np.zeros(())
    for multiple, weight in _STENCILS[method]:
        ahead, behind = along(multiple * step), along(-multiple * step)
        total = total + weight * (ahead - behind) / step
        size = np.maximum(size, np.abs(ahead) + np.abs(behind))
    return total, size * np.finfo(float).eps / step


def _settled(along: Objective, step: float) -> Slopes:
    """Extrapolate from smaller and smaller steps until no direction is in doubt, or the steps are too small.

    A long step may cross a kink that lies beside the point, which no extrapolation survives; a short one does not.
    """
    found = ridders(along, step)
    while step > _SHORTEST and np.any(found.uncertainty > _DOUBTFUL * np.max(np.abs(found.value))):
        step /= 8
        again = ridders(along, step)
        better = again.uncertainty < found.uncertainty
        found = Slopes(np.where(better, again.value, found.value), np.minimum(again.uncertainty, found.uncertainty))
    return found


def ridders(along: Objective, step: float, rounds: int = 6) -> Slopes:
    """Extrapolate central differences of a step halved over and over to step 0 (Ridders 1982).

    Each direction keeps the entry of its tableau that agrees best with its neighbours; their disagreement is the
    method's own error estimate.
    """
    return extrapolated([(along(h) - along(-h)) / (2 * h) for h in halved(step, rounds)])


def halved(step: float, rounds: int) -> list[float]:
    """Return the steps whose central differences are extrapolated."""
    return [step / 2.0**k for k in range(rounds)]


def extrapolated(differences: Sequence[Array]) -> Slopes:
    """Extrapolate central differences at halved steps by Neville's tableau; at least two are needed."""
    previous: list[Array] = []
    best: Array | None = None
    smallest: Array | None = None
    for difference in differences:
        row = [difference]
        factor = 1.0
        for k, above in enumerate(previous):
            factor *= 4.0
            refined = (row[k] * factor - above) / (factor - 1)
            error = np.maximum(np.abs(refined - row[k]), np.abs(refined - above))
            better = np.ones(error.shape, bool) if smallest is None else error < smallest
            best = refined if best is None else np.where(better, refined, best)
            smallest = error if smallest is None else np.where(better, error, smallest)
            row.append(refined)
        previous = row
    assert best is not None, "two differences give an estimate"
    assert smallest is not None, "two differences give an estimate"
    return Slopes(best, smallest)


def parse_method(name: str | None) -> Method | None:
    """Return a method by name; None stays None.

    Raises:
        UsageError: there is no such method.
    """
    if name is not None and name not in set(Method):
        raise UsageError(f"unknown method {name!r}; choose from {', '.join(Method)}")
    return None if name is None else Method(name)
