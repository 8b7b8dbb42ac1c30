"""Is backpropagation through time cut off after some steps, and right up to there."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.differences import Method, slopes
from bptt_viz.checking.gate import signed
from bptt_viz.checking.problem import Inconclusive, Outputs, Place
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import Posed

LONG = 12
_EXACT = 1e-6
_DIRECTIONS = 2
# Behind which step the gradient of step `end` stops: so many steps before it, or at cuts counted from either end.
_STARTS = (
    lambda end, steps: max(0, end - steps),
    lambda end, steps: (end - 1) // steps * steps,
    lambda end, steps: max(0, LONG - -(-(LONG - end + 1) // steps) * steps),
)


class Truncated(NamedTuple):
    """Where backpropagation stops: after `steps` time steps, which reach as far back as lag `steps` − 1."""

    steps: int


def truncated(posing: Posing, size: int, seed: int) -> Truncated | None:
    """Return after how many steps it stops, if it is right up to there.

    What a truncated pass returns for the output of step t is the derivative of that output with the state of n steps
    before held fixed, so it is compared with just that: the same function on the last n steps alone, from that state.

    Args:
        posing: of a target with time steps, states before the first step, and outputs at every step that are states.
        size: rows of the batch.
        seed: of the random point.
    """
    if not (posing.may_vary_time and posing.states and posing.roles.upstreams):
        return None
    posed = posing.at(Shape(LONG, size, False), np.random.default_rng((seed, LONG)))
    try:
        candidates = ((steps, start) for steps in range(2, LONG) for start in _STARTS)
        return next((Truncated(n) for n, start in candidates if _stops_at(posing, posed, n, start, seed)), None)
    except Inconclusive:
        return None


def _stops_at(posing: Posing, posed: Posed, steps: int, start: Callable[[int, int], int], seed: int) -> bool:
    """Compare the gradients from the outputs of some steps with those of the steps behind the cut alone."""
    return all(_is_right(posing, posed, end, start(end, steps), seed) for end in (LONG, LONG - 1, LONG - 2))


def _is_right(posing: Posing, posed: Posed, end: int, start: int, seed: int) -> bool:
    part = posing.part(posed, start, end)
    if part is None:
        return False
    rng = np.random.default_rng(seed)
    outputs = posed.outputs(posed.inputs)
    at_end = {place: signed(rng, value.shape) for place, value in outputs.items() if place.t == end}
    analytic = posed.pullback({p: at_end.get(p, np.zeros_like(value)) for p, value in outputs.items()})
    moved = {Place(place.path, end - start, place.layer): value for place, value in at_end.items()}
    return _agrees(posing, part, moved, analytic, start, rng)


def _agrees(
    posing: Posing, part: Posed, cotangents: Outputs, analytic: object, start: int, rng: np.random.Generator
) -> bool:
    assert isinstance(analytic, dict)
    zeros = {place: np.zeros_like(value) for place, value in part.outputs(part.inputs).items()}
    wanted = {**zeros, **cotangents}
    for name, value in analytic.items():
        if name in (posing.states or {}):
            if norm(value) > 0:  # the start is further back than the cut
                return False
            continue
        axis = posing.kind(name).time_axis
        cut = value if axis is None else np.take(value, range(start, start + part.steps), axis)
        if axis is not None and norm(np.take(value, range(start), axis)) > 0:
            return False
        directions = rng.standard_normal((_DIRECTIONS, *part.inputs[name].shape))
        method = _method(part, wanted, {name: directions})
        numeric = slopes(part, wanted, {name: directions}, method, None).value
        along: Array = np.array([float(np.sum(cut * direction)) for direction in directions])
        if norm(along - numeric) > _EXACT * (norm(along) + norm(numeric)) + 1e-12:
            return False
    return True


def _method(part: Posed, cotangents: Outputs, directions: dict[str, Array]) -> Method:
    return choose_method(part, part.outputs(part.inputs), cotangents, directions, None).method
