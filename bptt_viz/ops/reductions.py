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
    wanted = range(ndim) if axis is None else (axis,) if isinstance(axis, int | np.integer) else axis
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


def _value_of(reduce: Callable[..., Array]) -> Callable[..., Array]:
    def value(x: Array, *, axis: tuple[int, ...], keepdims: bool) -> Array:
        return reduce(x, axis=axis, keepdims=keepdims)

    return value


def _primitive(
    name: str, symbol: str, reduce: Callable[..., Any], share: Callable[[Node], Array], rule: str, nickname: str
) -> Primitive:
    """Make the primitive of a reduction from share(node) = ∂(reduced)/∂x by entry; both rules multiply by it."""

    def vjp(g: Array, node: Node) -> Sequence[Array]:
        return (_widened(g, node) * share(node),)

    def jvp(dot: Sequence[Array | None], node: Node) -> Array:
        assert dot[0] is not None, "forward mode pushes only where a tangent came in"
        lead = dot[0].shape[: dot[0].ndim - node.parents[0].value.ndim]
        reduced = (dot[0] * share(node)).sum(axis=node.attributes["axis"])
        return reduced.reshape(lead + node.value.shape)

    return Primitive(name, symbol, _value_of(reduce), vjp, jvp, (rule,), nickname)


def _equal_share(x: Array, share: float) -> Array:
    return np.broadcast_to(np.asarray(share, x.real.dtype), x.shape)


def _sum_share(node: Node) -> Array:
    return _equal_share(node.parents[0].value, 1.0)


def _mean_share(node: Node) -> Array:
    x = node.parents[0].value
    return _equal_share(x, max(node.value.size, 1) / max(x.size, 1))


def _max_share(node: Node) -> Array:
    x, axis = node.parents[0], node.attributes["axis"]
    top = node.value.reshape(_kept_shape(x, axis))
    hit = (x.value == top).astype(x.value.real.dtype)
    # Entries that tie for the maximum share its gradient equally, as in PyTorch's amax.
    return np.divide(hit, hit.sum(axis=axis, keepdims=True))


SUM = _primitive("sum", "Σ", np.sum, _sum_share, "{g} repeated", "distributes")
MEAN = _primitive("mean", "mean", np.mean, _mean_share, "{g} / n repeated", "distributes")
MAX = _primitive("max", "max", np.max, _max_share, "{g} ⊙ 1[{a} = {y}]", "routes")


def _reduction(primitive: Primitive) -> Callable[..., Node]:
    def operation(x: Operand, axis: Axis = None, keepdims: bool = False, name: str = "") -> Node:
        (node,) = lift((x,), primitive.name)
        return apply(primitive, (node,), name, axis=_negative(axis, node.value.ndim), keepdims=keepdims)

    return operation


sum_ = _reduction(SUM)
mean = _reduction(MEAN)
max_ = _reduction(MAX)
