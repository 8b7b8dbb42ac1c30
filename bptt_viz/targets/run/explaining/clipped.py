"""Is the gradient clipped? Upstream gradients grow and shrink, or, below a loss, the weights do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.blocks import affordable
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.gate import signed
from bptt_viz.checking.problem import Inconclusive, Misbehaviour, Outputs
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.run.binding import Unfit
from bptt_viz.targets.run.explaining.bounds import Bound, agreed, bound_between, close
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import Posed
from bptt_viz.targets.run.raised import Raised

# Powers of two scale without rounding.
SHRUNK = 2.0**-24
_GROWN = tuple(2.0**k for k in (4, 6, 8, 11, 14, 17, 20))
# Below a loss: by how much weights grow until its gradient does, and over how many steps.
_WEIGHTS = (1.0, 3.0, 8.0, 20.0, 60.0)
_LONG = 12
_ATTEMPTS = 3


def clipped(posing: Posing, shapes: Sequence[Shape], seed: int) -> Bound | None:
    """Return the bound that gradients are held within; None if there is none that shows.

    Args:
        posing: of the target.
        shapes: at which it runs; the last is the largest.
        seed: of the random points.
    """
    if posing.roles.upstreams:
        return _by_upstreams(posing, shapes[-1], seed)
    seen: list[Bound | None] = []
    for bound in _below_a_loss(posing, shapes, seed):
        seen.append(bound)
        told = agreed(seen)
        if told is not None:
            return told
    return None


def _by_upstreams(posing: Posing, shape: Shape, seed: int) -> Bound | None:
    """Compare the gradients of large cotangents with those of tiny ones, which no bound touches, times a factor."""
    posed = posing.at(shape, np.random.default_rng((seed, *shape)))
    cotangents = _cotangents(posed, seed)
    free = replace_scale(posed, SHRUNK).pullback(cotangents)
    grown = [_times(replace_scale(posed, scale).pullback(cotangents), scale) for scale in _GROWN]
    expected = [_times(free, scale) for scale in _GROWN]
    found = [bound_between(a, b) for a, b in zip(grown, expected, strict=True)]
    told = agreed(found)
    if told is not None:
        return told
    largest = [norm(np.concatenate([each.ravel() for each in one.values()])) for one in grown]
    if largest[-1] < 1e3 * max(largest[0], 1e-300) and _GROWN[-1] / _GROWN[0] > 1e4:
        names = tuple(name for name in free if not close(grown[-1][name], expected[-1][name]))
        return Bound("values", float("nan"), names)
    return None


def replace_scale(posed: Posed, scale: float) -> Posed:
    """Return the same point with other upstream gradients."""
    return replace(posed, scale=scale)


def _times(gradients: object, scale: float) -> dict[str, Array]:
    assert isinstance(gradients, dict)
    return {name: value * scale for name, value in gradients.items()}


def _below_a_loss(posing: Posing, shapes: Sequence[Shape], seed: int) -> Iterator[Bound | None]:
    """Yield what bounds the gradient of a loss at points with larger and larger weights."""
    longest = shapes[-1] if not posing.may_vary_time else Shape(_LONG, shapes[-1].size, False)
    for scale in _WEIGHTS:
        for attempt in range(_ATTEMPTS):
            posed = posing.at(longest, np.random.default_rng((seed, attempt)), scale)
            try:
                yield _at_point(posed, seed)
            except (Inconclusive, Misbehaviour, Raised, Unfit, FloatingPointError):
                continue


def _at_point(posed: Posed, seed: int) -> Bound | None:
    outputs = posed.outputs(posed.inputs)
    cotangents = {place: np.ones_like(value) for place, value in outputs.items()}
    analytic = dict(posed.pullback(cotangents))
    if not (affordable(posed) and _suspicious(analytic)):
        return None
    rng = np.random.default_rng(seed)
    directions = {name: signed(rng, (1, *value.shape)) for name, value in posed.inputs.items()}
    method = choose_method(posed, outputs, cotangents, directions, None).method
    slopes = entry_slopes(posed, [cotangents], tuple(posed.inputs), method, None)
    return bound_between(analytic, {name: slope.value[0] for name, slope in slopes.items()})


def _suspicious(gradients: dict[str, Array]) -> bool:
    """Tell whether a bound may have been at work: the largest entry is there twice, or some size is a round number."""
    entries = np.abs(np.concatenate([each.ravel() for each in gradients.values()]))
    limit = float(entries.max(initial=0.0))
    if limit == 0 or not np.isfinite(limit):
        return False
    norms = [limit, norm(entries), *map(norm, gradients.values())]
    return bool(np.sum(entries == limit) > 1) or any(_is_round(each) for each in norms)


def _is_round(number: float) -> bool:
    return abs(number * 100 - round(number * 100)) < 1e-3 * number


def _cotangents(posed: Posed, seed: int) -> Outputs:
    rng = np.random.default_rng(seed)
    return {place: signed(rng, value.shape) for place, value in posed.outputs(posed.inputs).items()}
