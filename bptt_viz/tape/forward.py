"""Forward mode: tangents flow along the tape in recording order."""

import numpy as np

from bptt_viz.arrays import Array, inexact
from bptt_viz.errors import UsageError
from bptt_viz.tape.node import Node
from bptt_viz.tape.tape import Seeds, Tape


class Tangents:
    """What a forward pass found: the tangent of every node, zero where no seeded node is upstream."""

    def __init__(self, slots: list[Array | None], lead: tuple[int, ...]) -> None:
        self._slots = slots
        self.lead = lead

    def __getitem__(self, node: Node) -> Array:
        held = self._slots[node.index]
        return np.zeros(self.lead + node.shape, node.value.dtype) if held is None else held


def forward(tape: Tape, seeds: Seeds) -> Tangents:
    """Push tangents through the recorded values (Jacobian-vector products); nothing is evaluated again.

    Args:
        tape: what was recorded.
        seeds: tangents by node, each of the node's shape behind common leading axes.

    Raises:
        UsageError: a tangent's shape does not end with its node's shape.
    """
    slots: list[Array | None] = [None] * len(tape)
    lead: tuple[int, ...] = ()
    for node, seed in seeds.items():
        array = inexact(seed, f"tangent for {node!r}")
        split = array.ndim - node.value.ndim
        if split < 0 or array.shape[split:] != node.shape:
            raise UsageError(f"tangent for {node!r} has shape {array.shape}; expected {node.shape}")
        lead = array.shape[:split]
        slots[node.index] = array
    for node in tape.nodes:
        incoming = [slots[parent.index] for parent in node.parents]
        if any(tangent is not None for tangent in incoming):
            pushed = node.primitive.jvp(incoming, node)
            seeded = slots[node.index]
            slots[node.index] = pushed if seeded is None else seeded + pushed
    return Tangents(slots, lead)
