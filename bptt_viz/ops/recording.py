"""How operations get recorded: operands lifted onto the tape, broadcasting undone on the way back."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.tape import LEAF, NO_ATTRIBUTES, Join, Node, Pending, Primitive, joined, record

Operand: TypeAlias = Node | ArrayLike


def lift(operands: Sequence[Operand], what: str) -> tuple[Node, ...]:
    """Return `operands` as nodes of one tape; arrays and Python numbers become constants.

    Raises:
        UsageError: no operand is a node, they are on different tapes, or an array holds integers.
    """
    tapes = {id(operand.tape): operand.tape for operand in operands if isinstance(operand, Node)}
    if len(tapes) != 1:
        reason = "operands are on different tapes" if tapes else "no operand is on a tape; record one with tape.leaf"
        raise UsageError(f"{what}: {reason}")
    (tape,) = tapes.values()
    dtype = np.result_type(*(operand.value.real.dtype for operand in operands if isinstance(operand, Node)))
    return tuple(
        operand if isinstance(operand, Node) else tape.constant(_number(operand, dtype), "") for operand in operands
    )


def _number(operand: ArrayLike, dtype: np.dtype[Any]) -> ArrayLike:
    """Give a Python number the type of its neighbours, as NumPy does; an array keeps its own."""
    if isinstance(operand, int | float):
        return np.asarray(operand, dtype)
    return np.asarray(operand, np.result_type(dtype, np.complex64)) if isinstance(operand, complex) else operand


def misfit(primitive: Primitive, nodes: Sequence[Node], reason: ValueError) -> UsageError:
    """Return the error for operands that NumPy refused."""
    shapes = " and ".join(str(node.shape) for node in nodes)
    return UsageError(f"{primitive.name}: operands of shape {shapes} do not fit: {reason}".rstrip())


def unary(primitive: Primitive) -> Callable[..., Node]:
    """Make the recording function of a primitive with one operand and no attributes."""
    value = primitive.value

    def operation(x: Node, name: str = "") -> Node:
        if type(x) is not Node:
            (x,) = lift((x,), primitive.name)
        return record(x.home(), primitive, (x,), value(x.value), NO_ATTRIBUTES, name)

    return operation


def binary(primitive: Primitive) -> Callable[..., Node]:
    """Make the recording function of a primitive with two operands and no attributes."""
    value = primitive.value

    def operation(a: Operand, b: Operand, name: str = "") -> Node:
        if type(a) is not Node or type(b) is not Node or a.home is not b.home:
            a, b = lift((a, b), primitive.name)
        try:
            result = value(a.value, b.value)
        except ValueError as reason:
            raise misfit(primitive, (a, b), reason) from None
        return record(a.home(), primitive, (a, b), result, NO_ATTRIBUTES, name)

    return operation


def apply(primitive: Primitive, operands: Sequence[Operand], name: str = "", **attributes: Any) -> Node:
    """Record a primitive with any number of operands and with attributes.

    Raises:
        UsageError: the operands' shapes do not fit each other or the attributes; further as for `lift`.
    """
    nodes = lift(operands, primitive.name)
    try:
        value = primitive.value(*(node.value for node in nodes), **attributes)
    except ValueError as reason:
        raise misfit(primitive, nodes, reason) from None
    return nodes[0].tape.record(primitive, nodes, value, attributes, name)


def lead_of(cotangent: Array, node: Node) -> int:
    """Return how many leading axes the cotangent carries in front of the node's own."""
    return cotangent.ndim - node.value.ndim


class _Reduced(Pending):
    """A cotangent still to be summed over the axes along which its parent was broadcast."""

    __slots__ = ("cotangent", "lead", "shape")

    def __init__(self, cotangent: Array, lead: int, shape: tuple[int, ...]) -> None:
        self.cotangent = cotangent
        self.lead = lead
        self.shape = shape

    @classmethod
    def combine(cls, terms: "Sequence[_Reduced]", join: Join = joined) -> Array:
        first = terms[0]
        ranks = {term.cotangent.ndim for term in terms}
        if first.shape == first.cotangent.shape[-1:] and ranks == {first.lead + 2}:  # biases, repeated by row
            return np.add.reduce(join([term.cotangent for term in terms]), axis=-2)
        return np.add.reduce([sum_to(term.cotangent, term.lead, term.shape) for term in terms], axis=0)


def sum_to(cotangent: Array, lead: int, shape: tuple[int, ...]) -> Array:
    """Sum over the axes of `cotangent`, behind its `lead` leading ones, along which `shape` was broadcast."""
    own = cotangent.shape[lead:]
    extra = len(own) - len(shape)
    axes = [lead + i for i in range(len(own)) if i < extra or (shape[i - extra] == 1 and own[i] != 1)]
    reduced = np.add.reduce(cotangent, axis=tuple(axes)) if axes else cotangent
    return reduced.reshape(cotangent.shape[:lead] + shape)


def unbroadcast(cotangent: Array, node: Node, parent: Node) -> Array | Pending:
    """Undo the broadcasting of `parent` within `node`: sum over the axes along which it was repeated."""
    shape = parent.value.shape
    if node.value.shape == shape:
        return cotangent
    lead = cotangent.ndim - node.value.ndim
    # Parameters gather contributions from all time steps: sum them in one go at the end.
    if parent.primitive.transparent or parent.primitive is LEAF:
        return _Reduced(cotangent, lead, shape)
    return sum_to(cotangent, lead, shape)


def push(parts: Sequence[tuple[Array | None, Node, Array | None]], node: Node) -> Array:
    """Return the tangent Σ factor ⊙ tangent of an elementwise `node`.

    Args:
        parts: (tangent or None, the parent it belongs to, factor or None for 1), one a parent.
        node: the node, to whose shape everything is broadcast behind the tangents' leading axes.
    """
    total: Array | None = None
    for tangent, parent, factor in parts:
        if tangent is None:
            continue
        missing = node.value.ndim - parent.value.ndim
        lead = tangent.shape[: tangent.ndim - parent.value.ndim]
        if lead and missing:
            tangent = tangent.reshape(lead + (1,) * missing + parent.value.shape)
        part = tangent if factor is None else factor * tangent
        part = np.broadcast_to(part, lead + node.value.shape)
        total = part if total is None else total + part
    assert total is not None, "forward mode pushes only where a tangent came in"
    return total
