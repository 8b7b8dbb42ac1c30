"""Parts of arrays: slices, gates of a packed pre-activation, one time step of a sequence."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.recording import lead_of
from bptt_viz.tape import Join, Node, Pending, Primitive, joined, record

Key = tuple[Any, ...]


class Piece(Pending):
    """A slice's cotangent, on its way into the sliced array's without an array of zeros around it."""

    __slots__ = ("cotangent", "key", "node")

    def __init__(self, cotangent: Array, key: Key, node: Node) -> None:
        self.cotangent = cotangent
        self.key = key
        self.node = node

    @classmethod
    def combine(cls, terms: "Sequence[Piece]", _: Join = joined) -> Array:
        """Return the sum of the pieces, each at its place in the whole; zeros elsewhere."""
        blocks = _all_blocks(terms)
        if blocks is not None:
            return np.concatenate(blocks, axis=-1)
        first = terms[0]
        shape = first.cotangent.shape[: lead_of(first.cotangent, first.node)] + first.node.parents[0].value.shape
        whole = np.zeros(shape, np.result_type(*{term.cotangent.dtype for term in terms}))
        for term in terms:
            whole[term.key] += term.cotangent
        return whole


def _all_blocks(terms: Sequence[Piece]) -> list[Array] | None:
    """Return the cotangents in the order of their blocks if these are all the blocks of the last axis, once each."""
    found = {term.node.attributes.get("block"): term.cotangent for term in terms}
    count = len(terms)
    try:
        return [found[k, count] for k in range(count)]
    except KeyError:
        return None


def _is_basic(part: Any) -> bool:
    """Tell whether NumPy takes this part of an index for an integer, a slice or …; booleans it takes for masks."""
    return part is Ellipsis or (isinstance(part, int | np.integer | slice) and not isinstance(part, bool))


def _trailing(key: Any, ndim: int) -> Key:
    """Return a basic index as a full one that counts axes from the end, so that leading axes stay whole."""
    parts = key if isinstance(key, tuple) else (key,)
    if not all(map(_is_basic, parts)):
        raise UsageError("only integers, slices and … index a node; use embedding() to look rows up")
    given = sum(part is not Ellipsis for part in parts)
    if given > ndim or sum(part is Ellipsis for part in parts) > 1:
        raise UsageError(f"index {key!r} has too many parts for {ndim} axes")
    split = parts.index(Ellipsis) if Ellipsis in parts else given
    return (..., *parts[:split], *(slice(None),) * (ndim - given), *parts[split + 1 :])


def _slice_value(x: Array, *, key: Key, block: tuple[int, int] | None = None) -> Array:
    return x[key]


def _slice_vjp(g: Array, node: Node) -> Sequence[Pending]:
    return (Piece(g, node.attributes["key"], node),)


def _slice_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0][node.attributes["key"]]


SLICE = Primitive("slice", "[ ]", _slice_value, _slice_vjp, _slice_jvp, ("{g} at its place",), "places")


def get(x: Node, key: Any, name: str = "") -> Node:
    """Record `x[key]` for integers, slices and an ellipsis.

    Raises:
        UsageError: the key is an array or has too many parts.
    """
    full = _trailing(key, x.value.ndim)
    return x.tape.record(SLICE, (x,), x.value[full], {"key": full}, name)


_BLOCKS: dict[tuple[tuple[int, ...], int], list[dict[str, Any]]] = {}


def block_places(last: tuple[int, ...], count: int, what: str) -> list[dict[str, Any]]:
    """Return the attributes of `count` equal blocks of the last axis, given as the end of a shape."""
    if not last or not count or last[0] % count:
        size = f"a last axis of {last[0]}" if last else "a number"
        raise UsageError(f"{what}: {size} cannot be cut into {count} equal blocks")
    width = last[0] // count
    return [{"key": (..., slice(k * width, (k + 1) * width)), "block": (k, count)} for k in range(count)]


def blocks(x: Node, names: Sequence[str]) -> tuple[Node, ...]:
    """Cut the last axis into equal blocks, one for each name, such as the gates of a packed pre-activation.

    Raises:
        UsageError: the last axis cannot be cut into that many equal blocks.
    """
    tape, value, parents = x.home(), x.value, (x,)
    last, count = value.shape[-1:], len(names)
    places = _BLOCKS.get((last, count))
    if places is None:
        places = _BLOCKS[last, count] = block_places(last, count, "split")
    # Not strict: both have `count` entries, and the check costs as much as a node.
    pairs = zip(places, names)  # noqa: B905
    return tuple([record(tape, SLICE, parents, value[place["key"]], place, name) for place, name in pairs])


def _at_step_value(x: Array, *, t: int) -> Array:
    return x[..., t, :, :]


def _at_step_vjp(g: Array, node: Node) -> Sequence[Pending]:
    return (Piece(g, (..., node.attributes["t"], slice(None), slice(None)), node),)


def _at_step_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0][..., node.attributes["t"], :, :]


AT_STEP = Primitive("at_step", "x[t]", _at_step_value, _at_step_vjp, _at_step_jvp, ("{g} at its place",), "places")


def at_step(sequence: Node, t: int, name: str = "") -> Node:
    """Record entry `t` (from 0) of a sequence (…, T, N, D); products of it with a weight are shared over time.

    Raises:
        UsageError: the sequence has fewer than three axes, or no entry `t`.
    """
    try:
        value = sequence.value[..., t, :, :]
    except IndexError:
        raise UsageError(f"at_step: no entry {t} in {sequence.shape}; expected a sequence (…, T, N, D)") from None
    return record(sequence.home(), AT_STEP, (sequence,), value, {"t": t}, name, sequence.active)
