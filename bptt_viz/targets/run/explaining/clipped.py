"""Is the gradient clipped. Upstream gradients grow and shrink, or, below a loss, the weights do."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.differences import Directions, slopes
from bptt_viz.checking.gate import signed
from bptt_viz.checking.problem import Inconclusive, Misbehaviour, Outputs
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.run.binding import Unfit
from bptt_viz.targets.run.explaining.bounds import Bound, agreed, alike, bound_between, close
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import NotLetThrough, Posed
from bptt_viz.targets.run.raised import Raised

# Powers of two scale without rounding.
SHRUNK = 2.0**-24
_GROWN = tuple(2.0**k for k in (4, 6, 8, 11, 14, 17, 20))
# Below a loss: by how much weights grow until its gradient does, and over how many steps.
_WEIGHTS = (1.0, 3.0, 8.0, 20.0, 60.0)
_LONG = 12
_ATTEMPTS = 3
_DIRECTIONS = 2
_SINGLES = 4
_EXACT = 1e-6
_ROUNDED = 1e-13


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


def clipped_wherever_wrong(posing: Posing, wrong: Sequence[tuple[Shape, tuple[int, ...]]], seed: int) -> Bound | None:
    """Return the bound that makes all that is wrong with the gradient of a loss at some points; None if none does.

    Args:
        posing: of the target.
        wrong: the points at which it is wrong, each with the seed that it was drawn from.
        seed: of further points.
    """
    found: list[Bound | None] = []
    for shape, drawn_from in wrong:
        try:
            found.append(_at_point(posing.at(shape, np.random.default_rng(drawn_from)), seed))
        except (Inconclusive, NotLetThrough):
            found.append(None)
        if found[-1] is None:
            return None
    return agreed(found) or agreed([*found, clipped(posing, [wrong[-1][0]], seed)])


def _by_upstreams(posing: Posing, shape: Shape, seed: int) -> Bound | None:
    """Compare the gradients of large cotangents with those of tiny ones, which no bound touches, times a factor."""
    posed = posing.at(shape, np.random.default_rng((seed, *shape)))
    rng = np.random.default_rng(seed)
    cotangents = {place: signed(rng, value.shape) for place, value in posed.outputs(posed.inputs).items()}
    free = replace(posed, scale=SHRUNK).pullback(cotangents)
    grown = [_times(replace(posed, scale=scale).pullback(cotangents), scale) for scale in _GROWN]
    expected = [_times(free, scale) for scale in _GROWN]
    told = agreed([bound_between(a, b) for a, b in zip(grown, expected, strict=True)])
    if told is not None:
        return told
    largest = [norm(np.concatenate([each.ravel() for each in one.values()])) for one in grown]
    if largest[-1] < 1e3 * max(largest[0], 1e-300):
        names = tuple(name for name in free if not close(grown[-1][name], expected[-1][name]))
        return Bound("values", float("nan"), names)
    return None


def _times(gradients: "dict[str, Array] | object", scale: float) -> dict[str, Array]:
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
            except (Inconclusive, Misbehaviour, Raised, Unfit, NotLetThrough):
                continue


def _at_point(posed: Posed, seed: int) -> Bound | None:
    outputs = posed.outputs(posed.inputs)
    cotangents = {place: np.ones_like(value) for place, value in outputs.items()}
    analytic = posed.pullback(cotangents)
    if not _suspicious(analytic):
        return None
    asked = _Asked(posed, outputs, cotangents, np.random.default_rng(seed))
    return _by_entries(asked, dict(analytic)) or _by_norm(asked, dict(analytic))


class _Asked:
    """Numeric slopes at one point, along whatever directions."""

    def __init__(self, posed: Posed, outputs: Outputs, cotangents: Outputs, rng: np.random.Generator) -> None:
        self.rng = rng
        self._posed, self._cotangents = posed, cotangents
        directions = {name: signed(rng, (1, *value.shape)) for name, value in posed.inputs.items()}
        self._method = choose_method(posed, outputs, cotangents, directions, None).method

    def along(self, directions: Directions) -> Array:
        return slopes(self._posed, self._cotangents, directions, self._method, None).value


def _by_entries(asked: _Asked, analytic: dict[str, Array]) -> Bound | None:
    """Compare what is below the bound, and see whether what is at it would be larger, with the same sign."""
    limit = max(float(np.max(np.abs(value), initial=0.0)) for value in analytic.values())
    if limit == 0:
        return None
    at_bound = {name: _is_at(limit, value) for name, value in analytic.items()}
    directions = {
        name: np.where(at_bound[name], 0.0, asked.rng.standard_normal((_DIRECTIONS, *value.shape)))
        for name, value in analytic.items()
    }
    free = np.sum([np.sum(d * analytic[name], axis=tuple(range(1, d.ndim))) for name, d in directions.items()], axis=0)
    size = max(norm(value) for value in analytic.values())
    if norm(free - asked.along(directions)) > _EXACT * (norm(free) + size):
        return None
    places = [(name, place) for name, hit in at_bound.items() for place in np.argwhere(hit)]
    chosen = [places[k] for k in asked.rng.permutation(len(places))[:_SINGLES]]
    larger = [
        _single(asked, analytic, name, tuple(place)) * np.sign(analytic[name][tuple(place)]) for name, place in chosen
    ]
    if any(value < limit * (1 - _EXACT) for value in larger) or max(larger) <= limit * (1 + _EXACT):
        return None
    return Bound("entries", limit, tuple(name for name, hit in at_bound.items() if np.any(hit)))


def _single(asked: _Asked, analytic: dict[str, Array], name: str, place: tuple[int, ...]) -> float:
    direction = np.zeros((1, *analytic[name].shape))
    direction[(0, *place)] = 1.0
    return float(asked.along({name: direction})[0])


def _by_norm(asked: _Asked, analytic: dict[str, Array]) -> Bound | None:
    """Gradients that are the right ones times one factor below 1 share a bound on their norm."""
    factors = {}
    for name, value in analytic.items():
        directions = asked.rng.standard_normal((_DIRECTIONS, *value.shape))
        along = np.array([float(np.sum(direction * value)) for direction in directions])
        right = asked.along({name: directions})
        if norm(right) == 0:
            continue
        factor = float(along @ right / (right @ right))
        if norm(along - factor * right) > _EXACT * norm(along):
            return None
        factors[name] = factor
    bounded = {name: factor for name, factor in factors.items() if abs(factor - 1) > _EXACT}
    if not bounded or max(bounded.values()) >= 1 or min(bounded.values()) <= _EXACT:
        return None
    norms = [norm(analytic[name]) for name in bounded]
    if alike(list(bounded.values())):
        return Bound("norm", float(np.sqrt(np.sum(np.square(norms)))), tuple(bounded))
    return Bound("norms", max(norms), tuple(bounded)) if alike(norms) else None


def _suspicious(gradients: "dict[str, Array] | object") -> bool:
    """Tell whether a bound may have been at work: the largest entry is there twice, or some size is a round number."""
    assert isinstance(gradients, dict)
    entries = np.abs(np.concatenate([each.ravel() for each in gradients.values()]))
    limit = float(entries.max(initial=0.0))
    if limit == 0 or not np.isfinite(limit):
        return False
    norms = [norm(entries), *map(norm, gradients.values())]
    repeated = bool(np.sum(_is_at(limit, entries)) > 1)
    return repeated or _is_round(limit, 1e-12) or any(_is_round(each, 1e-5) for each in norms)


def _is_at(limit: float, values: Array) -> Array:
    """Tell which entries are as large as the largest but for the rounding of weights from which they were taken."""
    return np.abs(values) >= limit * (1 - _ROUNDED)


def _is_round(number: float, tolerance: float) -> bool:
    return abs(number * 100 - round(number * 100)) <= 100 * tolerance * number
