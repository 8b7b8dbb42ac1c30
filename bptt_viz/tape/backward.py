"""Reverse mode: cotangents flow from seeded nodes to everything they depend on."""

from collections.abc import Collection
from typing import Any
from weakref import ref

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array
from bptt_viz.tape.node import Node
from bptt_viz.tape.pending import Message, dense, merged
from bptt_viz.tape.primitive import LEAF
from bptt_viz.tape.tape import Seeds, Tape, checked, must_be_on

Slots = list[Message | None]


class Cotangents:
    """What a backward pass found: the cotangent of every node that it kept.

    `cotangents[node]` has the shape of the node's value, behind the leading axes of the seeds if they had any; it
    is zero where no seed depends on the node. Cotangents may share memory with each other and with the seeds: read
    them, or copy before you change one.
    """

    def __init__(self, home: "ref[Tape]", slots: Slots, lead: tuple[int, ...], kept: frozenset[int] | None) -> None:
        self._home = home
        self._slots = slots
        self._kept = kept
        self.lead = lead

    def __getitem__(self, node: Node) -> Array:
        held = self._held(node)
        if held is None:
            return np.zeros(self.lead + node.shape, node.value.dtype)
        if type(held) is not ndarray:
            held = self._slots[node.index] = dense(held)
        return held

    def reached(self, node: Node) -> bool:
        """Tell whether any seed depends on `node` through a recorded path."""
        return self._held(node) is not None

    def _held(self, node: Node) -> Message | None:
        must_be_on(self._home, node)
        if self._kept is not None and node.index not in self._kept:
            raise KeyError(f"the cotangent of {node!r} was not kept; name it in `wrt`")
        return self._slots[node.index] if node.index < len(self._slots) else None


def backward(tape: Tape, seeds: Seeds, wrt: Collection[Node] | None = None) -> Cotangents:
    """Run one backward pass; the tape and the seeds stay as they are.

    Args:
        tape: what was recorded.
        seeds: cotangents to start from, at any nodes. All may carry the same leading axes: K seeds along one
            leading axis give K vector-Jacobian products in one pass.
        wrt: the nodes whose cotangents are wanted; the others are let go as soon as they are used. None keeps all.

    Raises:
        UsageError: a seed's shape does not end with its node's shape, leading axes differ, or a node is on
            another tape.
    """
    arrays, lead = checked(tape, seeds, "seed")
    slots: Slots = [None] * (max(arrays, default=-1) + 1)
    for index, array in arrays.items():
        slots[index] = array
    kept = None if wrt is None else _indices(tape, wrt)
    message: Any
    # Slots are read as the iteration gets there, after all that flows into them has come in.
    for node, cotangent in zip(reversed(tape.nodes[: len(slots)]), reversed(slots)):  # noqa: B905
        if cotangent is None:
            continue
        index, primitive = node.index, node.primitive
        if type(cotangent) is not ndarray and not (primitive.transparent or primitive is LEAF):
            cotangent = slots[index] = dense(cotangent)
        # Not strict: that check costs as much as the loop. The laws hold every primitive to one message a parent.
        for parent, message in zip(node.parents, primitive.vjp(cotangent, node)):  # noqa: B905
            if message is not None and parent.active:
                at = parent.index
                held = slots[at]
                slots[at] = message if held is None and type(message) is not list else merged(held, message)
        if kept is not None and index not in kept:
            slots[index] = None
    return Cotangents(tape.home, slots, lead, kept)


def _indices(tape: Tape, nodes: Collection[Node]) -> frozenset[int]:
    for node in nodes:
        must_be_on(tape.home, node)
    return frozenset(node.index for node in nodes)
