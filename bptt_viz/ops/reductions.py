"""Sum, mean and maximum over axes. Axes are counted from the end, so that leading axes never take part."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.recording import Operand, apply, lead_of, lift
from bptt_viz.tape import Node, Primitive

Axis = int | tuple[int, ...] | None


def _negative(axis: Axis, ndim: int) -> tuple[int, ...]:
    wanted = range(ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    if any(not -ndim <= k < ndim for k in wanted):
        raise UsageError(f"axis {axis} is out of range for {ndim} axes")
    return tuple(sorted({k - ndim if k >= 0 else k for k in wanted}))


def _widened(array: Array, node: Node) -> Array:
    """Put the reduced axes back, of length 1, behind the leading axes."""
    (x,) = node.parents
    lead = array.shape[: lead_of(array, node)]
    return array.reshape(lead + _kept_shape(x, node.attributes["axis"]))


def _kept_shape(x: Node, axis: tuple[int, ...]) -> tuple[int, ...]:
    ndim = x.value.ndim
    return tuple(1 if k - ndim in axis else size for k, size in enumerate(x.value.shape))


def _share(node: Node) -> Array:
    """Return ∂(reduced)/∂x by entry, for the linear part of each rule."""
    x, axis = node.parents[0], node.attributes["axis"]
    if node.primitive is MAX:
        top = node.value.reshape(_kept_shape(x, axis))
        hit = (x.value == top).astype(x.value.real.dtype)
        # Entries that tie for the maximum share its gradient equally, as in PyTorch's amax.
        return np.divide(hit, hit.sum(axis=axis, keepdims=True))
    count = x.value.size / max(node.value.size, 1) if node.primitive is MEAN else 1.0
    return np.broadcast_to(np.asarray(1 / count, x.value.real.dtype), x.value.shape)


def _reduce_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (_widened(g, node) * _share(node),)


def _reduce_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    tangent = dot[0]
    lead = tangent.shape[: tangent.ndim - node.parents[0].value.ndim]
    reduced = (tangent * _share(node)).sum(axis=node.attributes["axis"])
    return reduced.reshape(lead + node.value.shape)


def _value_of(reduce: Callable[..., Any]) -> Callable[..., Array]:
    def value(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
        return np.asarray(reduce(x, axis=axis, keepdims=keepdims))

    return value


SUM = Primitive("sum", "Σ", _value_of(np.sum), _reduce_vjp, _reduce_jvp, ("{g} repeated",), "distributes")
MEAN = Primitive("mean", "mean", _value_of(np.mean), _reduce_vjp, _reduce_jvp, ("{g} / n repeated",), "distributes")
MAX = Primitive("max", "max", _value_of(np.max), _reduce_vjp, _reduce_jvp, ("{g} ⊙ 1[{a} = {y}]",), "routes")


def _reduction(primitive: Primitive) -> Callable[..., Node]:
    def operation(x: Operand, axis: Axis = None, keepdims: bool = False, name: str = "") -> Node:
        (node,) = lift((x,), primitive.name)
        return apply(primitive, (node,), name, axis=_negative(axis, node.value.ndim), keepdims=keepdims)

    return operation


sum_ = _reduction(SUM)
mean = _reduction(MEAN)
max_ = _reduction(MAX)
