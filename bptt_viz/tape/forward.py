"""Forward mode: tangents flow along the tape in recording order."""

from weakref import ref

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.tape.node import Node
from bptt_viz.tape.tape import Seeds, Tape, checked, must_be_on


class Tangents:
    """What a forward pass found: the tangent of every node, zero where no seeded node is upstream."""

    def __init__(self, home: "ref[Tape]", slots: list[Array | None], lead: tuple[int, ...]) -> None:
        self._home = home
        self._slots = slots
        self.lead = lead

    def __getitem__(self, node: Node) -> Array:
        must_be_on(self._home, node)
        if node.index >= len(self._slots):
            raise KeyError(f"{node!r} was recorded after the forward pass; run it again")
        held = self._slots[node.index]
        return np.zeros(self.lead + node.shape, node.value.dtype) if held is None else np.asarray(held)


def forward(tape: Tape, seeds: Seeds) -> Tangents:
    """Push tangents through the recorded values (Jacobian-vector products); nothing is evaluated again.

    Args:
        tape: what was recorded.
        seeds: tangents by node, each of the node's shape behind common leading axes.

    Raises:
        UsageError: a tangent's shape does not end with its node's shape, leading axes differ, or a node is on
            another tape.
    """
    arrays, lead = checked(tape, seeds, "tangent")
    slots = [arrays.get(index) for index in range(len(tape))]
    for node in tape.nodes:
        incoming = [slots[parent.index] for parent in node.parents]
        if any(tangent is not None for tangent in incoming):
            pushed = node.primitive.jvp(incoming, node)
            seeded = slots[node.index]
            slots[node.index] = pushed if seeded is None else seeded + pushed
    return Tangents(tape.home, slots, lead)
