"""What crosses each edge on the way back: the cotangent that one node hands to one of its parents."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.tape import Cotangents, Node
from bptt_viz.tape.pending import dense

Slot: TypeAlias = tuple[int, int]
"""An edge of the tape: the index of the node that uses a value, and which of its parents the value is."""


def messages(node: Node, cotangents: Cotangents) -> tuple[Array | None, ...]:
    """Return what `node` hands to each parent, each of the parent's shape behind the leading axes of the seeds.

    The rule is applied again to the node's cotangent, so one backward pass serves all edges. None where nothing
    flows: to constants, from a node that no seed depends on, and where a rule cuts. Over all uses of a value they
    sum to its cotangent.
    """
    if not cotangents.reached(node):
        return (None,) * len(node.parents)
    sent = node.primitive.vjp(cotangents[node], node)
    return tuple(
        None if message is None or not parent.active else dense(message)
        for parent, message in zip(node.parents, sent, strict=True)
    )


def message_norms(nodes: Iterable[Node], cotangents: Cotangents) -> Mapping[Slot, float]:
    """Return the norm of what crosses each edge into the parents of `nodes`; edges into constants are left out.

    Where a node gets a cotangent and hands none on, its edge has the norm 0.
    """
    return {
        (node.index, slot): 0.0 if message is None else norm(message)
        for node in nodes
        for slot, message in enumerate(messages(node, cotangents))
        if node.parents[slot].active
    }


def crossing(value: Node, users: Iterable[Node], cotangents: Cotangents) -> Array:
    """Return all that flows back into `value` from some of its users together, of its shape."""
    total: Array = np.zeros(value.shape, value.value.dtype)
    for user in users:
        for parent, message in zip(user.parents, messages(user, cotangents), strict=True):
            if parent is value and message is not None:
                total = total + message
    return total


def crossing_norm(value: Node, users: Iterable[Node], cotangents: Cotangents) -> float:
    """Return the norm of all that flows back into `value` from some of its users together."""
    return norm(crossing(value, users, cotangents))
