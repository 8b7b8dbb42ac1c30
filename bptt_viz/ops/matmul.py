"""The matrix product, its transpose rules, and the two ways in which many products become one large one."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.flow import ALIAS
from bptt_viz.ops.recording import Operand, lead_of, lift, sum_to
from bptt_viz.ops.slicing import AT_STEP
from bptt_viz.tape import LEAF, NO_ATTRIBUTES, Join, Node, Pending, Primitive, joined, record


class _Outer(Pending):
    """A weight's cotangent xᵀ g, kept as its factors: x (N, D) and g (…, N, M)."""

    __slots__ = ("g", "x")

    def __init__(self, x: Array, g: Array) -> None:
        self.x = x
        self.g = g

    @classmethod
    def combine(cls, terms: "Sequence[_Outer]", join: Join = joined) -> Array:
        """Return Σ xᵀ g as one product, with the factors of all time steps stacked along N."""
        if len(terms) == 1:
            return np.matmul(terms[0].x.T, terms[0].g)
        return np.matmul(joined([term.x for term in terms]).T, join([term.g for term in terms]))


def _matmul_vjp(g: Array, node: Node) -> Sequence[Array | Pending | None]:
    a, b = node.parents
    return (
        _left_message(g, node, a, b) if a.active else None,
        _right_message(g, node, a, b) if b.active else None,
    )


def _left_message(g: Array, node: Node, a: Node, b: Node) -> Array | Pending:
    if g.ndim == 2 and b.value.ndim == 2:
        return g.dot(b.value.T)
    if a.value.ndim == b.value.ndim == 2:
        # The rows of several cotangents make one product; matmul would make one for each of them.
        return g.reshape(-1, g.shape[-1]).dot(b.value.T).reshape(*g.shape[:-1], -1)
    return sum_to(np.matmul(g, b.value.swapaxes(-1, -2)), lead_of(g, node), a.value.shape)


def _right_message(g: Array, node: Node, a: Node, b: Node) -> Array | Pending:
    if a.value.ndim == 2 and b.value.ndim == 2 and (b.primitive.transparent or b.primitive is LEAF):
        return _Outer(a.value, g)
    return sum_to(np.matmul(a.value.swapaxes(-1, -2), g), lead_of(g, node), b.value.shape)


def _matmul_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    a, b = node.parents
    parts: list[Array] = []
    if dot[0] is not None:
        parts.append(np.matmul(_padded(dot[0], a, node), b.value))
    if dot[1] is not None:
        parts.append(np.matmul(a.value, _padded(dot[1], b, node)))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _padded(tangent: Array, parent: Node, node: Node) -> Array:
    lead = tangent.shape[: tangent.ndim - parent.value.ndim]
    missing = max(node.value.ndim, 2) - parent.value.ndim
    return tangent.reshape(lead + (1,) * missing + parent.value.shape) if lead and missing else tangent


def _matmul_value(a: Array, b: Array) -> Array:
    if a.ndim == 2 and b.ndim == 2:
        return a.dot(b)  # costs half of what np.matmul does where both are small
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError("a product needs at least two axes on both sides")
    return np.matmul(a, b)


MATMUL = Primitive("matmul", "×", _matmul_value, _matmul_vjp, _matmul_jvp, ("{g} {b}ᵀ", "{a}ᵀ {g}"), "swaps")


def matmul(a: Operand, b: Operand, name: str = "") -> Node:
    """Record the matrix product of a (…, n, k) and b (…, k, m); batch axes broadcast.

    Raises:
        UsageError: an operand has fewer than two axes, or the inner sizes differ.
    """
    if type(a) is not Node or type(b) is not Node or a.home is not b.home:
        a, b = lift((a, b), "matmul")
    left, right = a.value, b.value
    if a.primitive is AT_STEP and b.primitive is ALIAS and right.ndim == 2:
        value = _hoisted(a, b)
    else:
        try:
            value = left.dot(right) if left.ndim == right.ndim == 2 else _matmul_value(left, right)
        except ValueError:
            raise _misfit(left, right) from None
    return record(a.home(), MATMUL, (a, b), value, NO_ATTRIBUTES, name)


def _misfit(left: Array, right: Array) -> UsageError:
    return UsageError(
        f"matmul: shapes {left.shape} and {right.shape} do not fit (…, n, k) @ (…, k, m);"
        " write a single vector as one row, shape (1, k)"
    )


def _hoisted(x_t: Node, weight: Node) -> Array:
    """Return x_t @ W as a view of the product for all time steps, made when the first of them is asked for."""
    sequence, parameter = x_t.parents[0], weight.parents[0]
    shared = x_t.tape.shared
    key = (sequence.index, parameter.index)
    product = shared.get(key)
    if product is None:
        if sequence.value.shape[-1] != parameter.value.shape[0]:
            raise _misfit(x_t.value, weight.value)
        *outer, depth = sequence.value.shape
        rows = sequence.value.reshape(-1, depth)
        product = shared[key] = np.dot(rows, parameter.value).reshape(*outer, parameter.value.shape[1])
    return product[x_t.attributes["t"]] if product.ndim == 3 else product[..., x_t.attributes["t"], :, :]
