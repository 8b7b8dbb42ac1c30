"""Softmax, its logarithm, and the cross-entropy of a softmax, over the last axis."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.recording import Operand, apply, lift
from bptt_viz.tape import Node, Primitive


def _only(dot: Sequence[Array | None]) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0]


def _over_last_axis(primitive: Primitive) -> Callable[..., Node]:
    def operation(x: Operand, name: str = "") -> Node:
        (node,) = lift((x,), primitive.name)
        if not node.value.ndim:
            raise UsageError(f"{primitive.name}: expected scores (…, V), got a number")
        return apply(primitive, (node,), name)

    return operation


def softmax_value(x: Array) -> Array:
    """Return exp(x) / Σ exp(x) over the last axis; the largest entry is subtracted first, so nothing overflows."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax_value(x: Array) -> Array:
    """Return x − log Σ exp(x) over the last axis."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _softmax_product(v: Array, node: Node) -> Array:
    """Multiply by the softmax Jacobian diag(y) − y yᵀ, which is symmetric: both rules are this product."""
    y = node.value
    return y * (v - (v * y).sum(axis=-1, keepdims=True))


def _softmax_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (_softmax_product(g, node),)


def _softmax_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return _softmax_product(_only(dot), node)


SOFTMAX = Primitive(
    "softmax", "softmax", softmax_value, _softmax_vjp, _softmax_jvp, ("{y} ⊙ ({g} − Σ {y} ⊙ {g})",), "recentres"
)
softmax = _over_last_axis(SOFTMAX)


def _log_softmax_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (g - np.exp(node.value) * g.sum(axis=-1, keepdims=True),)


def _log_softmax_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    tangent = _only(dot)
    return tangent - (np.exp(node.value) * tangent).sum(axis=-1, keepdims=True)


LOG_SOFTMAX = Primitive(
    "log_softmax",
    "log softmax",
    log_softmax_value,
    _log_softmax_vjp,
    _log_softmax_jvp,
    ("{g} − exp({y}) Σ {g}",),
    "recentres",
)
log_softmax = _over_last_axis(LOG_SOFTMAX)


def _cross_entropy_value(logits: Array, *, targets: Array, mask: Array) -> Array:
    logs = log_softmax_value(logits)
    picked = np.take_along_axis(logs, np.broadcast_to(targets, logs.shape[:-1])[..., None], axis=-1)
    return -picked[..., 0] * mask


def _surplus(node: Node) -> Array:
    """Return (softmax − one-hot target) ⊙ mask, the derivative of each row's loss by its logits."""
    surplus = softmax_value(node.parents[0].value)
    targets = np.broadcast_to(node.attributes["targets"], surplus.shape[:-1])[..., None]
    np.put_along_axis(surplus, targets, np.take_along_axis(surplus, targets, axis=-1) - 1, axis=-1)
    surplus *= node.attributes["mask"][..., None]
    return surplus


def _cross_entropy_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (g[..., None] * _surplus(node),)


def _cross_entropy_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    return np.asarray((_only(dot) * _surplus(node)).sum(axis=-1))


CROSS_ENTROPY = Primitive(
    "softmax_cross_entropy",
    "−log softmax",
    _cross_entropy_value,
    _cross_entropy_vjp,
    _cross_entropy_jvp,
    ("{g} (softmax({a}) − target)",),
    "subtracts the target",
)


def softmax_cross_entropy(logits: Operand, targets: ArrayLike, mask: ArrayLike | None = None, name: str = "") -> Node:
    """Record each row's loss −log softmax(logits)[target].

    Args:
        logits: scores (…, N, V).
        targets: the true classes, integers (N,) in [0, V), or (…, N) where they differ along leading axes.
        mask: weights (N,) or (…, N), 0 for rows that do not count; all 1 if left out.
        name: the node's name.

    Returns:
        The losses (…, N).

    Raises:
        UsageError: targets are no integers of the logits' row shape, or out of range; or the mask has another shape.
    """
    (node,) = lift((logits,), "softmax_cross_entropy")
    if not node.value.ndim:
        raise UsageError("softmax_cross_entropy: expected logits (…, N, V), got a number")
    rows = node.value.shape[:-1]
    dtype = node.value.real.dtype
    weights = np.ones(rows[-1:], dtype) if mask is None else np.asarray(mask, dtype)
    if not _by_row(weights.shape, rows):
        raise UsageError(f"softmax_cross_entropy: mask must have shape {rows[-1:]}, got {weights.shape}")
    classes = _classes(targets, rows, node.value.shape[-1])
    return apply(CROSS_ENTROPY, (node,), name, targets=classes, mask=weights)


def _classes(targets: ArrayLike, rows: tuple[int, ...], width: int) -> Array:
    """Return the targets as an array once they are known to be classes of the rows."""
    classes = np.asarray(targets)
    if not np.issubdtype(classes.dtype, np.integer) or not _by_row(classes.shape, rows):
        raise UsageError(
            f"softmax_cross_entropy: targets must be integers of shape {rows[-1:]}, got {classes.dtype} {classes.shape}"
        )
    if classes.size and not 0 <= classes.min() <= classes.max() < width:
        raise UsageError(f"softmax_cross_entropy: targets must lie in [0, {width})")
    return classes


def _by_row(shape: tuple[int, ...], rows: tuple[int, ...]) -> bool:
    """Tell whether an array of `shape` has one entry for each of the rows (…, N), alike or not along leading axes."""
    pairs = zip(reversed(shape), reversed(rows), strict=False)
    return len(shape) <= len(rows) and shape[-1:] == rows[-1:] and all(have in (1, want) for have, want in pairs)
