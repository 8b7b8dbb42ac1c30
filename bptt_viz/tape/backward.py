"""Reverse mode: cotangents flow from seeded nodes to everything they depend on."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array, inexact
from bptt_viz.errors import UsageError
from bptt_viz.tape.node import Node
from bptt_viz.tape.pending import Message, dense, merged
from bptt_viz.tape.primitive import LEAF
from bptt_viz.tape.tape import Seeds, Tape

Slots = list[Message | None]


class Cotangents:
    """What a backward pass found: the cotangent of every node that it kept.

    `cotangents[node]` has the shape of the node's value, behind the leading axes of the seeds if they had any; it
    is zero where no seed depends on the node.
    """

    def __init__(self, slots: Slots, lead: tuple[int, ...], kept: frozenset[int] | None) -> None:
        self._slots = slots
        self._kept = kept
        self.lead = lead

    def __getitem__(self, node: Node) -> Array:
        if self._kept is not None and node.index not in self._kept:
            raise KeyError(f"the cotangent of {node!r} was not kept; name it in `wrt`")
        held = self._slots[node.index] if node.index < len(self._slots) else None
        if held is None:
            return np.zeros(self.lead + node.shape, node.value.dtype)
        if type(held) is not ndarray:
            held = self._slots[node.index] = dense(held)
        return held

    def reached(self, node: Node) -> bool:
        """Tell whether any seed depends on `node` through a recorded path."""
        return node.index < len(self._slots) and self._slots[node.index] is not None


def backward(tape: Tape, seeds: Seeds, wrt: Collection[Node] | None = None) -> Cotangents:
    """Run one backward pass; the tape and the seeds stay as they are.

    Args:
        tape: what was recorded.
        seeds: cotangents to start from, at any nodes. All may carry the same leading axes: K seeds along one
            leading axis give K vector-Jacobian products in one pass.
        wrt: the nodes whose cotangents are wanted; the others are let go as soon as they are used. None keeps all.

    Raises:
        UsageError: a seed's shape does not end with its node's shape, or leading axes differ.
    """
    slots, lead = _seeded(tape, seeds)
    kept = None if wrt is None else frozenset(node.index for node in wrt)
    nodes = tape.nodes
    for index in range(len(slots) - 1, -1, -1):
        cotangent = slots[index]
        if cotangent is None:
            continue
        node = nodes[index]
        primitive = node.primitive
        if type(cotangent) is not ndarray and not (primitive.transparent or primitive is LEAF):
            cotangent = slots[index] = dense(cotangent)
        # Not strict: that check costs as much as the loop. The laws hold every primitive to one message a parent.
        message: Any
        for parent, message in zip(node.parents, primitive.vjp(cotangent, node)):  # noqa: B905
            if message is not None and parent.active:
                at = parent.index
                held = slots[at]
                if held is None and type(message) is not list:
                    slots[at] = message
                elif type(held) is ndarray and type(message) is ndarray:
                    slots[at] = held + message
                elif type(held) is list and type(message) is not list:
                    held.append(message)
                else:
                    slots[at] = merged(held, message)
        if kept is not None and index not in kept:
            slots[index] = None
    return Cotangents(slots, lead, kept)


def _seeded(tape: Tape, seeds: Seeds) -> tuple[Slots, tuple[int, ...]]:
    """Lay the seeds out along the tape; also return their common leading axes."""
    slots: Slots = [None] * (max((node.index for node in seeds), default=-1) + 1)
    lead: tuple[int, ...] | None = None
    for node, seed in seeds.items():
        if node.tape is not tape:
            raise UsageError(f"seed for {node!r}: the node is on another tape")
        array = inexact(seed, "a seed")
        split = array.ndim - node.value.ndim
        if split < 0 or array.shape[split:] != node.shape:
            raise UsageError(
                f"seed for {node!r} has shape {array.shape}; expected {node.shape}, with leading axes if any"
            )
        if lead is not None and array.shape[:split] != lead:
            raise UsageError(f"seeds differ in their leading axes: {lead} and {array.shape[:split]}")
        lead = array.shape[:split]
        slots[node.index] = array
    return slots, lead or ()
