"""Is the gradient the right one times a factor, and what is the factor made of."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import norm
from bptt_viz.checking.gate import probe, projected
from bptt_viz.checking.problem import Inconclusive, Misbehaviour
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.run.binding import Unfit
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import Posed
from bptt_viz.targets.run.raised import Raised

_EXACT = 1e-6
# A factor closer to 1 than this is nobody's purpose.
_ON_PURPOSE = 0.01
_CONSTANTS = {1.0: "", 2.0: "2", 0.5: "½"}


class Scaled(NamedTuple):
    """A factor.

    Attributes:
        factor: at a point.
        at: that point, in words.
        law: what it is made of, such as `1/(T·N)`; empty if it is a number that no sizes make up.
        inputs: whose gradients are scaled, if not all are.
        powers: of each size that the law is made of, beside a constant.
        constant: that one; of a number that no sizes make up, the number.
    """

    factor: float
    at: str
    law: str
    inputs: tuple[str, ...]
    powers: Mapping[str, int]
    constant: float

    def with_sizes(self, sizes: Mapping[str, int]) -> float:
        """Return the factor at any sizes."""
        return self.constant * float(np.prod([float(sizes[name]) ** power for name, power in self.powers.items()]))


class _Law(NamedTuple):
    written: str
    powers: Mapping[str, int]
    constant: float


class _Measured(NamedTuple):
    label: str
    sizes: Mapping[str, int]
    factors: Mapping[str, float]


def scale_of_most(posing: Posing, shapes: Sequence[Shape], seed: int) -> Scaled | None:
    """Return the factor that the gradients of most inputs share at all points, as where a loss is meant times it."""
    points: list[_Measured] = []
    told: list[float] = []
    for posed in _points(posing, shapes, seed):
        point = _measured(posed, each=True)
        if point is None or not point.factors:
            continue
        factors = [*point.factors.values()]
        near = [sum(abs(one - other) <= _EXACT * abs(one) for other in factors) for one in factors]
        if max(near) * 2 > len(posed.inputs) and max(near) > 1:
            points.append(point)
            told.append(factors[near.index(max(near))])
    law = _law(points, told) if len(points) > 1 and min(told) > 0 else None
    if law is None and (len(points) < 2 or _varies(told) or min(told) <= 0):
        return None
    law = law or _Law("", {}, told[0])
    return Scaled(told[-1], points[-1].label, law.written, (), law.powers, law.constant)


def scaled(posing: Posing, shapes: Sequence[Shape], seed: int, unbounded: bool = False) -> Scaled | None:
    """Return the factor, if one and the same explains every gradient, or that of every parameter, at all points.

    Args:
        posing: of the target.
        shapes: at which it runs.
        seed: of the random points.
        unbounded: leave out the points at which gradients are off by no factor, as where a bound holds some down.
    """
    points: list[_Measured] = []
    for posed in _points(posing, shapes, seed):
        point = _measured(posed)
        if point is None and len(points) < len(shapes) and not unbounded:
            return None
        points += [point] if point is not None else []
    if len(points) < 2:
        return None
    off = {name for point in points for name, factor in point.factors.items() if abs(factor - 1) > _EXACT}
    told = [_common(point, off) for point in points]
    if not off or None in told:
        return None
    law = _law(points, [float(factor) for factor in told if factor is not None])
    everything = {name for point in points for name in point.factors}
    if off != everything and not (law and off == set(posing.parameters()) and len(off) > 1):
        return None
    lead = (posing.batch, posing.time)
    shown = max(range(len(points[: len(shapes)])), key=lambda k: [points[k].sizes.get(each, 1) for each in lead])
    factor = told[shown]
    if factor is None or factor <= 0 or (law is None and _varies([each for each in told if each is not None])):
        return None
    if law is None and abs(factor - 1) < _ON_PURPOSE:
        return None
    law = law or _Law("", {}, factor)
    whose = () if off == everything else tuple(sorted(off))
    return Scaled(factor, points[shown].label, law.written, whose, law.powers, law.constant)


def _points(posing: Posing, shapes: Sequence[Shape], seed: int) -> Iterator[Posed]:
    """Yield points of the sweep, and some at which the other sizes differ too."""
    for shape in shapes:
        yield posing.at(shape, np.random.default_rng((seed, 1, *shape)))
    for more in (1, 2):
        free = {name: size + more for name, size in posing.sizes.items() if name not in posing.target.sizes}
        yield posing.with_sizes({**posing.sizes, **free}, shapes[-1], np.random.default_rng((seed, more)))


def _measured(posed: Posed, each: bool = False) -> _Measured | None:
    """Return by what factor each gradient is off at a point; None if one is off by none, which `each` leaves out."""
    try:
        along = projected(posed, probe(posed, np.random.default_rng(2), None))
    except (Inconclusive, Misbehaviour, Raised, Unfit):
        return None
    largest = max(norm(numeric) for _, numeric in along.values())
    factors = {}
    for name, (analytic, numeric) in along.items():
        if norm(numeric) < 1e-9 * largest:
            continue
        factor = float(analytic @ numeric / (numeric @ numeric))
        if norm(analytic - factor * numeric) > _EXACT * norm(numeric) * max(abs(factor), _EXACT):
            if each:
                continue
            return None
        factors[name] = factor
    return _Measured(posed.label, posed.code.sizes, factors)


def _common(point: _Measured, off: set[str]) -> float | None:
    """Return the factor that the gradients which are off share; None if they do not."""
    factors = [factor for name, factor in point.factors.items() if name in off]
    if not factors or not np.all(np.isfinite(factors)) or max(factors) - min(factors) > _EXACT * max(map(abs, factors)):
        return None
    return factors[0]


def _varies(factors: Sequence[float]) -> bool:
    return max(factors) - min(factors) > _EXACT * max(map(abs, factors))


def _law(points: Sequence[_Measured], factors: Sequence[float]) -> _Law | None:
    """Return the simplest product of sizes that is the factor at every point; None if there is none."""
    letters = list(points[0].sizes)
    for count in range(4):
        for names in itertools.combinations(letters, count):
            for powers in itertools.product((1, -1), repeat=count):
                for constant, written in _CONSTANTS.items():
                    made = [
                        constant * np.prod([float(point.sizes[n]) ** p for n, p in zip(names, powers, strict=True)])
                        for point in points
                    ]
                    if (count or written) and np.allclose(made, factors, rtol=_EXACT, atol=0):
                        return _Law(_written(written, names, powers), dict(zip(names, powers, strict=True)), constant)
    return None


def _written(constant: str, names: Sequence[str], powers: Sequence[int]) -> str:
    above = [constant] * bool(constant) + [name for name, power in zip(names, powers, strict=True) if power > 0]
    below = [name for name, power in zip(names, powers, strict=True) if power < 0]
    over = f"({'·'.join(below)})" if len(below) > 1 else "".join(below)
    return f"{'·'.join(above) or '1'}/{over}" if below else "·".join(above)
