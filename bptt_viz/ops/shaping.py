"""Operations that move entries about without changing them."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.recording import Operand, apply, lead_of, lift, push, sum_to, unbroadcast
from bptt_viz.tape import Node, Pending, Primitive


def _only(dot: Sequence[Array | None]) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0]


def _transpose_value(x: Array, *, axes: tuple[int, ...]) -> Array:
    return np.transpose(x, axes)


def _permuted(array: Array, axes: Sequence[int], lead: int) -> Array:
    return np.transpose(array, (*range(lead), *(lead + axis for axis in axes)))


def _transpose_vjp(g: Array, node: Node) -> Sequence[Array]:
    back = [int(axis) for axis in np.argsort(node.attributes["axes"])]
    return (_permuted(g, back, lead_of(g, node)),)


def _transpose_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    tangent = _only(dot)
    return _permuted(tangent, node.attributes["axes"], lead_of(tangent, node))


TRANSPOSE = Primitive("transpose", "ᵀ", _transpose_value, _transpose_vjp, _transpose_jvp, ("{g}ᵀ",), "moves")


def transpose(x: Operand, axes: Sequence[int] | None = None, name: str = "") -> Node:
    """Permute axes; without `axes` the last two are swapped."""
    (node,) = lift((x,), "transpose")
    plain = list(range(node.value.ndim))
    order = [*plain[:-2], *plain[:-3:-1]] if axes is None else list(axes)
    if sorted(order) != plain:
        raise UsageError(f"transpose: {axes} is no order of {len(plain)} axes")
    return apply(TRANSPOSE, (node,), name, axes=tuple(order))


def _reshape_value(x: Array, *, shape: tuple[int, ...]) -> Array:
    return x.reshape(shape)


def _reshape_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (g.reshape(g.shape[: lead_of(g, node)] + node.parents[0].value.shape),)


def _reshape_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    tangent = _only(dot)
    return tangent.reshape(tangent.shape[: tangent.ndim - node.parents[0].value.ndim] + node.value.shape)


RESHAPE = Primitive("reshape", "reshape", _reshape_value, _reshape_vjp, _reshape_jvp, ("{g} reshaped",), "moves")


def reshape(x: Operand, shape: Sequence[int], name: str = "") -> Node:
    """Lay the entries out in another shape of the same size."""
    return apply(RESHAPE, (x,), name, shape=tuple(shape))


def _expand_value(x: Array, *, axis: int) -> Array:
    return np.expand_dims(x, axis)


def _expand_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (np.squeeze(g, node.attributes["axis"]),)


def _expand_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return np.expand_dims(_only(dot), node.attributes["axis"])


EXPAND = Primitive("expand", "+1", _expand_value, _expand_vjp, _expand_jvp, ("{g}",), "moves")


def expand(x: Operand, axis: int, name: str = "") -> Node:
    """Insert an axis of length 1, so that rows (…, N, H) can stand beside or within matrices (…, N, L, H).

    Args:
        x: any array.
        axis: its place in the result; counted from the end where a number of leading axes may vary.
        name: the node's name.

    Raises:
        UsageError: the result has no such place.
    """
    (node,) = lift((x,), "expand")
    return apply(EXPAND, (node,), name, axis=_from_end(axis, node.value.ndim + 1, "expand"))


def _broadcast_value(x: Array, *, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(x, shape)


def _broadcast_vjp(g: Array, node: Node) -> Sequence[Array | Pending]:
    return (unbroadcast(g, node, node.parents[0]),)


def _broadcast_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return push(((dot[0], node.parents[0], None),), node)


BROADCAST = Primitive("broadcast", "⇉", _broadcast_value, _broadcast_vjp, _broadcast_jvp, ("Σ {g}",), "gathers")


def broadcast(x: Operand, shape: Sequence[int], name: str = "") -> Node:
    """Repeat along new axes and along axes of length 1 up to `shape`."""
    return apply(BROADCAST, (x,), name, shape=tuple(shape))


def _aligned(parts: Sequence[Array]) -> Sequence[Array]:
    """Repeat parts along the leading axes of copies that others of them carry."""
    widest = max(parts, key=lambda part: part.ndim)
    return [
        part
        if part.ndim == widest.ndim
        else np.broadcast_to(part, widest.shape[: widest.ndim - part.ndim] + part.shape)
        for part in parts
    ]


def _gathered(pieces: Sequence[Array], g: Array, node: Node, own: int) -> Sequence[Array]:
    """Undo `_aligned`, given the parts' shares of the cotangent and the parts' rank without the joined axis."""
    lead, rank = lead_of(g, node), node.value.ndim - own
    return [
        piece if parent.value.ndim == rank else sum_to(piece, lead, parent.value.shape)
        for piece, parent in zip(pieces, node.parents, strict=True)
    ]


def _concatenate_value(*parts: Array, axis: int) -> Array:
    return np.concatenate(_aligned(parts), axis=axis)


def _concatenate_vjp(g: Array, node: Node) -> Sequence[Array]:
    axis = node.attributes["axis"]
    ends = np.cumsum([parent.value.shape[axis] for parent in node.parents])[:-1]
    return _gathered(np.split(g, ends, axis=axis), g, node, 0)


def _joined(dot: Sequence[Array | None], node: Node) -> list[Array]:
    """Return the parents' tangents, as wide as each other, with zeros in place of the missing ones."""
    lead = next(t.shape[: t.ndim - p.value.ndim] for t, p in zip(dot, node.parents, strict=True) if t is not None)
    found = []
    for tangent, parent, wide in zip(dot, node.parents, _aligned([p.value for p in node.parents]), strict=True):
        missing = (1,) * (wide.ndim - parent.value.ndim)
        given = np.zeros((), parent.value.dtype) if tangent is None else tangent.reshape(lead + missing + parent.shape)
        found.append(np.broadcast_to(given, lead + wide.shape))
    return found


def _concatenate_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return np.concatenate(_joined(dot, node), axis=node.attributes["axis"])


CONCATENATE = Primitive(
    "concatenate", "‖", _concatenate_value, _concatenate_vjp, _concatenate_jvp, ("*its part of {g}",), "parts"
)


def concatenate(parts: Sequence[Operand], axis: int = -1, name: str = "") -> Node:
    """Join arrays along an axis they already have; parts without the others' leading axes are repeated along them."""
    nodes = lift(parts, "concatenate")
    return apply(CONCATENATE, nodes, name, axis=_from_end(axis, nodes[0].value.ndim, "concatenate"))


def _from_end(axis: int, ndim: int, what: str) -> int:
    if not -ndim <= axis < ndim:
        raise UsageError(f"{what}: axis {axis} is out of range for {ndim} axes")
    return axis - ndim if axis >= 0 else axis


def _stack_value(*parts: Array, axis: int) -> Array:
    return np.stack(_aligned(parts), axis=axis)


def _stack_vjp(g: Array, node: Node) -> Sequence[Array]:
    return _gathered(list(np.moveaxis(g, node.attributes["axis"], 0)), g, node, 1)


def _stack_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return np.stack(_joined(dot, node), axis=node.attributes["axis"])


STACK = Primitive("stack", "≡", _stack_value, _stack_vjp, _stack_jvp, ("*its layer of {g}",), "parts")


def stack(parts: Sequence[Operand], axis: int = 0, name: str = "") -> Node:
    """Join arrays of one shape along a new axis; parts without the others' leading axes are repeated along them."""
    nodes = lift(parts, "stack")
    return apply(STACK, nodes, name, axis=_from_end(axis, nodes[0].value.ndim + 1, "stack"))
