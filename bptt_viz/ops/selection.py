"""Choosing entries: rows of an embedding, one of two arrays by a condition."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.recording import Operand, apply, lead_of, lift, push, unbroadcast
from bptt_viz.tape import Node, Pending, Primitive


def _embedding_value(table: Array, *, rows: Array) -> Array:
    return table[..., rows, :]


def _embedding_vjp(g: Array, node: Node) -> Sequence[Array]:
    (table,), rows = node.parents, node.attributes["rows"]
    lead = g.shape[: lead_of(g, node)]
    total = np.zeros(lead + table.value.shape, g.dtype)
    key: Any = (..., rows, slice(None))
    np.add.at(total, key, g)
    return (total,)


def _embedding_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0][..., node.attributes["rows"], :]


EMBEDDING = Primitive(
    "embedding", "look up", _embedding_value, _embedding_vjp, _embedding_jvp, ("{g} added to its rows",), "places"
)


def embedding(table: Operand, rows: ArrayLike, name: str = "") -> Node:
    """Look rows of a table (V, D) up by integers of any shape; the result has that shape and D.

    Raises:
        UsageError: the table has fewer than two axes, rows are no integers or lie outside [0, V).
    """
    (node,) = lift((table,), "embedding")
    indices = np.asarray(rows)
    if node.value.ndim < 2:
        raise UsageError(f"embedding: the table must be (…, V, D), got {node.shape}")
    height = node.value.shape[-2]
    if not np.issubdtype(indices.dtype, np.integer):
        raise UsageError(f"embedding: rows must be integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < height:
        raise UsageError(f"embedding: rows must lie in [0, {height})")
    return apply(EMBEDDING, (node,), name, rows=indices)


_ZERO = np.array(0, np.int8)  # of a type that widens no floating one


def _where_value(a: Array, b: Array, *, condition: Array) -> Array:
    return np.where(condition, a, b)


def _where_vjp(g: Array, node: Node) -> Sequence[Array | Pending | None]:
    a, b = node.parents
    condition = node.attributes["condition"]
    return (
        unbroadcast(np.where(condition, g, _ZERO), node, a) if a.active else None,
        unbroadcast(np.where(condition, _ZERO, g), node, b) if b.active else None,
    )


def _where_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    # Not multiplied by the condition: 0 times an infinite tangent of the branch not taken would be NaN.
    pushed = [_ZERO if t is None else push(((t, p, None),), node) for t, p in zip(dot, node.parents, strict=True)]
    return np.where(node.attributes["condition"], *pushed)


WHERE = Primitive(
    "where", "where", _where_value, _where_vjp, _where_jvp, ("{g} where chosen", "{g} where not chosen"), "routes"
)


def where(condition: ArrayLike, a: Operand, b: Operand, name: str = "") -> Node:
    """Take `a` where `condition` (booleans, not recorded) holds, else `b`.

    Raises:
        UsageError: the condition is not boolean.
    """
    chosen = np.asarray(condition)
    if chosen.dtype != np.bool_:
        raise UsageError(f"where: the condition must be boolean, got {chosen.dtype}")
    return apply(WHERE, (a, b), name, condition=chosen)
