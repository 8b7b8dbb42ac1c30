"""A recorded forward pass evaluated again at other values of some of its leaves."""

from collections.abc import Mapping
from typing import Any

from bptt_viz.tape import Node, Tape


def replayed(tape: Tape, moved: Mapping[Node, Any]) -> dict[int, Any]:
    """Return, by index, the new values of the moved nodes and of all that depends on them.

    Only the primitives' values are asked for, none of their rules.
    """
    values: dict[int, Any] = {node.index: value for node, value in moved.items()}
    for node in tape.nodes:
        if any(parent.index in values for parent in node.parents):
            operands = [values.get(parent.index, parent.value) for parent in node.parents]
            values[node.index] = node.primitive.value(*operands, **node.attributes)
    return values
