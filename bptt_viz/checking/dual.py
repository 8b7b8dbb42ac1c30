"""Arrays of dual numbers: one value, and how it moves along many directions, found by complex steps.

A complex step through a whole function evaluates everything once a direction, in complex arithmetic. But with a step
whose square is 0 all directions share their real part, and what an operation does to the imaginary one is linear. So
here the value is computed once, in real arithmetic, and each operation's slope by a complex step of that operation
alone. No derivative is written down: this knows which functions act entry by entry, which only move entries, and that
sums and products are linear. Whatever else it meets is refused with a TypeError.
"""

from collections.abc import Callable, Sequence
from operator import getitem
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.composed import COMPOSED
from bptt_viz.checking.differences import COMPLEX_STEP
from bptt_viz.checking.moves import JOINERS, MOVERS, joined, numbered, taken
from bptt_viz.checking.units import Units


class Dual(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that code written for NumPy takes for one of NumPy's, in the shape it expects.

    Its tangent is scale ⊙ base. A function that acts entry by entry changes the scale alone, which is as small as the
    value; an array of all directions is worked out only where two tangents meet.

    Attributes:
        primal: the value (*shape), real.
        base: (…, P), broadcasts to (*shape, P); or unit directions; or None where no direction moves anything. The
            directions stand last, side by side in memory, for what happens to one of them happens to all.
        scale: broadcasts to the value's shape; None for 1.
    """

    __slots__ = ("base", "primal", "scale")

    def __init__(self, primal: Array, base: Array | Units | None = None, scale: Array | None = None) -> None:
        self.primal = primal
        self.base = base
        self.scale = scale

    def written(self) -> Array:
        """Return the base as an array; one direction stands for any number where none moves anything."""
        if isinstance(self.base, Units):
            self.base = self.base.dense()
        return np.zeros((*self.shape, 1)) if self.base is None else self.base

    @property
    def tangent(self) -> Array:
        """The derivatives along all directions, (*shape, P)."""
        full = _scaled(self.written(), self.scale)
        return np.broadcast_to(full, (*self.shape, full.shape[-1]))

    def projected(self, weights: Array) -> Array:
        """Return Σ weights ⊙ tangent over all entries, (P,)."""
        base, along = self.written(), weights if self.scale is None else weights * self.scale
        full = np.broadcast_to(base, (*self.shape, base.shape[-1]))
        return np.dot(along.reshape(1, -1), full.reshape(self.size, -1))[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """As of the value, like what follows."""
        return self.primal.shape

    @property
    def ndim(self) -> int:  # noqa: D102
        return self.primal.ndim

    @property
    def size(self) -> int:  # noqa: D102
        return self.primal.size

    @property
    def dtype(self) -> np.dtype[Any]:  # noqa: D102
        return self.primal.dtype

    @property
    def T(self) -> Any:  # noqa: D102, N802
        return np.transpose(self)

    def __len__(self) -> int:
        return len(self.primal)

    def __getitem__(self, key: Any) -> Any:
        return _moved(getitem, self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        tangents = self.tangent, value.tangent if isinstance(value, Dual) else np.zeros(1)
        count = max(tangent.shape[-1] for tangent in tangents)
        whole = np.array(np.broadcast_to(tangents[0], (*self.shape, count)), order="C")  # others may share the base
        whole.reshape(self.size, -1)[numbered(self.shape)[key]] = tangents[1]
        self.primal[key] = _plain(value)
        self.base, self.scale = whole, None

    def __array__(self, *_: Any) -> Array:
        raise TypeError("an array of plain numbers cannot hold a dual one")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Any:
        (out,) = options.pop("out", (None,))
        if method == "reduce":
            found = _reduced(ufunc, *operands, **options)
        elif method == "__call__" and not options:
            found = _product(*operands) if ufunc is np.matmul else _by_entry(ufunc, operands)
        else:
            raise TypeError(f"no rule for {ufunc.__name__}.{method}")
        return found if out is None else _kept(out, found)

    def __array_function__(self, function: Any, _: Any, operands: Any, options: Any) -> Any:
        if function in MOVERS:
            return _moved(function, *operands, **options)
        if function in JOINERS:
            return _joined(function, *operands, **options)
        if function is np.where:
            condition, *parts = operands
            return _joined(lambda arrays: np.where(condition, *arrays), parts)
        if function in COMPOSED:
            return COMPOSED[function](*operands, **options)
        raise TypeError(f"no rule for {function.__name__}")

    def reshape(self, *shape: Any) -> Any:
        """As NumPy's, like all methods that follow."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)


def _as_method(function: Any) -> Any:
    def method(self: Dual, *rest: Any, **options: Any) -> Any:
        return function(self, *rest, **options)

    return method


for _function in (np.sum, np.mean, np.max, np.min, np.ravel, np.swapaxes, np.squeeze, np.copy, np.dot, np.clip):
    setattr(Dual, _function.__name__, _as_method(_function))


def _kept(out: Any, found: Any) -> Any:
    """Put a result where an operation was told to; a plain array refuses a dual one itself."""
    if isinstance(out, Dual) and isinstance(found, Dual):
        out.primal, out.base, out.scale = found.primal, found.base, found.scale
    else:
        out[...] = found
    return out


def _plain(x: Any) -> Any:
    return x.primal if isinstance(x, Dual) else x


def _is_moved(x: Any) -> bool:
    return isinstance(x, Dual) and x.base is not None


def _by_entry(ufunc: np.ufunc, operands: Sequence[Any]) -> Any:
    """Apply a function that acts entry by entry; one whose values are no real numbers has no slope."""
    if ufunc.signature is not None or ufunc.nout != 1:
        raise TypeError(f"no rule for {ufunc.__name__}")
    primals = [_plain(x) for x in operands]
    value = np.asarray(ufunc(*primals))
    if value.dtype.kind != "f":
        return value
    return _combined(value, [(x, _slope(ufunc, primals, k)) for k, x in enumerate(operands) if _is_moved(x)])


_MINUS = np.array(-1.0)


def _slope(ufunc: np.ufunc, primals: Sequence[Any], place: int) -> Array | None:
    """Return ∂ufunc/∂operand by complex step; None for 1."""
    if ufunc is np.add or ufunc is np.subtract:
        return _MINUS if ufunc is np.subtract and place else None
    moved = list(primals)
    moved[place] = moved[place] + 1j * COMPLEX_STEP
    found = ufunc(*moved)
    if found.dtype.kind != "c":
        raise TypeError(f"{ufunc.__name__} takes no complex step")
    return found.imag / COMPLEX_STEP


def _combined(value: Array, terms: Sequence[tuple[Dual, Array | None]]) -> Dual:
    """Return the dual whose tangent is Σ slope ⊙ tangent; terms with the same base add up their scales alone."""
    scales: dict[int, Array | None] = {}
    bases: dict[int, Array] = {}
    for dual, slope in terms:
        base = dual.written()
        key, scale = id(base), _times(dual.scale, slope)
        scales[key] = _number(scales[key]) + _number(scale) if key in scales else scale
        bases[key] = base
    if len(bases) < 2:
        return Dual(value, *bases.values(), *scales.values())
    total, *others = (_scaled(base, scales[key]) for key, base in bases.items())
    for other in others:
        total = total + other
    return Dual(value, total)


def _times(scale: Array | None, slope: Array | None) -> Array | None:
    return scale if slope is None else slope if scale is None else slope * scale


def _number(scale: Array | None) -> Any:
    return 1.0 if scale is None else scale


def _scaled(base: Array, scale: Array | None) -> Array:
    return base if scale is None else scale[..., None] * base


def _product(a: Any, b: Any) -> Dual:
    """Return a @ b, whose tangent is (tangent of a) @ b + a @ (tangent of b)."""
    x, y = _plain(a), _plain(b)
    if max(np.ndim(x), np.ndim(y)) > 2:
        raise TypeError("no rule for products of stacked matrices")
    value = np.asarray(np.matmul(x, y))
    total = _through_the_left(a, y) if _is_moved(a) else None
    if not _is_moved(b):
        return Dual(value, total)
    units = _units(b, x)
    if units is None:
        right = np.dot(x, b.tangent.reshape(len(b), -1)).reshape(*x.shape[:-1], *b.shape[1:], -1)
        return Dual(value, right if total is None else total + right)
    total = np.zeros((*value.shape, units.shape[-1])) if total is None else total
    units.add_from_the_left(x, total)
    return Dual(value, total)


def _through_the_left(a: Dual, y: Array) -> Array:
    """Return (tangent of a) @ y as an array of its own."""
    units = _units(a, y)
    if units is None:
        return np.matmul(y.T, a.tangent)
    total = np.zeros((len(a), y.shape[1], units.shape[-1]))
    units.add_from_the_right(y, total)
    return total


def _units(x: Dual, other: Array) -> Units | None:
    """Return the directions of an operand that is a whole input with its entries moved one by one, beside a matrix."""
    return x.base if isinstance(x.base, Units) and x.scale is None and x.ndim == other.ndim == 2 else None


def _reduced(ufunc: np.ufunc, x: Dual, axis: Any = 0, keepdims: bool = False, **options: Any) -> Any:
    """Sum over axes, or take the largest or smallest entry along one."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if ufunc is np.add and not options:
        ahead = tuple(k % x.ndim for k in axes)
        arrays = (x.primal, x.tangent) if _is_moved(x) else (x.primal,)
        return Dual(*(np.asarray(np.sum(array, axis=ahead, keepdims=keepdims)) for array in arrays))
    if ufunc in _EXTREMES and len(axes) == 1 and not options:
        chosen = np.expand_dims(_EXTREMES[ufunc](x.primal, axis=axes[0]), axes[0])
        found = _moved(np.take_along_axis, x, chosen, axes[0])
        return found if keepdims else _moved(np.squeeze, found, axes[0])
    raise TypeError(f"no rule for {ufunc.__name__}.reduce")


_EXTREMES: dict[np.ufunc, Callable[..., Any]] = {np.maximum: np.argmax, np.minimum: np.argmin}


def _moved(function: Any, x: Dual, *rest: Any, **options: Any) -> Any:
    """Apply a function that only moves entries."""

    def found(place: Array, value: Any, scale: Any) -> Any:
        base = None if x.base is None else taken(x.base, numbers, place)
        return Dual(np.asarray(value), base, None if x.scale is None or base is None else scale)

    numbers = numbered(x.shape)
    places = function(numbers, *rest, **options)
    values = function(x.primal, *rest, **options)
    scales = values if x.scale is None else function(np.broadcast_to(x.scale, x.shape), *rest, **options)
    return list(map(found, places, values, scales)) if isinstance(places, list) else found(places, values, scales)


def _joined(function: Any, parts: Sequence[Any], *rest: Any, **options: Any) -> Dual:
    def join(arrays: Sequence[Any]) -> Any:
        return function(arrays, *rest, **options)

    tangents = [part.tangent if _is_moved(part) else None for part in parts]
    return Dual(join([_plain(part) for part in parts]), joined(join, tangents, [np.shape(part) for part in parts]))
