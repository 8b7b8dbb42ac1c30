"""A recorded forward pass evaluated again at other values of some of its leaves."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from bptt_viz.arrays import Array
from bptt_viz.tape import Node, Tape


def replayed(
    tape: Tape, moved: Mapping[Node, Any], wanted: Collection[Node], still: Callable[[Array], Any]
) -> dict[Node, Any]:
    """Return the values of the wanted nodes once some leaves have others; `still` makes one of their kind of an array.

    Only the primitives' values are asked for, none of their rules. What is neither wanted nor used again is let go at
    once: values may be large, and memory that is used again is still in cache.
    """
    values: dict[Node, Any] = dict(moved)
    last = {parent: node for node in tape.nodes for parent in node.parents} | dict.fromkeys(wanted)
    for node in tape.nodes:
        if not any(parent in values for parent in node.parents):
            continue
        operands = [values[parent] if parent in values else still(parent.value) for parent in node.parents]
        values[node] = node.primitive.value(*operands, **node.attributes)
        for parent in node.parents:
            if last[parent] is node:
                values.pop(parent, None)
    return {node: values[node] if node in values else still(node.value) for node in wanted}
