"""Reverse mode: cotangents flow from seeded nodes to everything they depend on."""

from collections.abc import Collection
from weakref import ref

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array
from bptt_viz.tape.collector import paused_collector
from bptt_viz.tape.node import Node
from bptt_viz.tape.pending import Gathered, Message, dense, merged, remembering
from bptt_viz.tape.primitive import LEAF
from bptt_viz.tape.tape import Seeds, Tape, checked, must_be_on

Slots = list[Gathered | None]


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

    def once(self, node: Node) -> Array:
        """Return a cotangent as `[]` does, without keeping what it takes to work out a sum that is still pending.

        For those who look at each of many large ones once, such as the shares of a weight's gradient.
        """
        held = self._held(node)
        return self[node] if held is None or type(held) is ndarray else dense(held)

    def reached(self, node: Node) -> bool:
        """Tell whether any seed depends on `node` through a recorded path."""
        return self._held(node) is not None

    def _held(self, node: Node) -> Gathered | None:
        must_be_on(self._home, node)
        if self._kept is not None and node.index not in self._kept:
            raise KeyError(f"the cotangent of {node!r} was not kept; name it in `wrt`")
        return self._slots[node.index] if node.index < len(self._slots) else None


@paused_collector()
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
    kept = None if wrt is None else _indices(tape, wrt)
    for index, array in arrays.items():
        _send(array, tape.nodes[index], slots, kept)
    _flow_back(tape, slots, kept)
    if wrt is not None:
        _work_out(slots, [node for node in wrt if node.primitive is LEAF])
    return Cotangents(tape.home, slots, lead, kept)


def _flow_back(tape: Tape, slots: Slots, kept: frozenset[int] | None) -> None:
    """Apply every rule once, from the last node to the first; aliases are credited by whatever passes them."""
    # Slots are read as the iteration gets there, after all that flows into them has come in.
    for node, gathered in zip(reversed(tape.nodes[: len(slots)]), reversed(slots)):  # noqa: B905
        primitive = node.primitive
        if gathered is None or primitive is LEAF or primitive.transparent:
            continue
        if type(gathered) is not ndarray:
            gathered = slots[node.index] = dense(gathered)
        # Not strict: that check costs as much as the loop. The laws hold every primitive to one message a parent.
        for parent, message in zip(node.parents, primitive.vjp(gathered, node)):  # noqa: B905
            if message is None:
                continue
            # As in `_past_aliases`; a call for each message would be felt.
            while parent.primitive.transparent:
                if kept is None or parent.index in kept:
                    slots[parent.index] = merged(slots[parent.index], message)
                (parent,) = parent.parents
            if parent.active:
                at = parent.index
                held = slots[at]
                slots[at] = message if held is None else merged(held, message)
        if kept is not None and node.index not in kept:
            slots[node.index] = None


def _send(message: Message, node: Node, slots: Slots, kept: frozenset[int] | None) -> None:
    node = _past_aliases(message, node, slots, kept)
    slots[node.index] = merged(slots[node.index], message)


def _past_aliases(message: Message, node: Node, slots: Slots, kept: frozenset[int] | None) -> Node:
    """Credit the aliases among `node` and its ancestors with the message and return the node behind them."""
    while node.primitive.transparent:
        if kept is None or node.index in kept:
            slots[node.index] = merged(slots[node.index], message)
        (node,) = node.parents
    return node


def _work_out(slots: Slots, leaves: Collection[Node]) -> None:
    """Replace what the leaves have gathered by its sum; done together, since their sums share factors."""
    join = remembering()
    for leaf in leaves:
        gathered = slots[leaf.index] if leaf.index < len(slots) else None
        if gathered is not None and type(gathered) is not ndarray:
            slots[leaf.index] = dense(gathered, join)


def _indices(tape: Tape, nodes: Collection[Node]) -> frozenset[int]:
    for node in nodes:
        must_be_on(tape.home, node)
    return frozenset(node.index for node in nodes)
