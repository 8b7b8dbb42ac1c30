"""Names for nodes in reports."""

from bptt_viz.tape import Node


def label(node: Node) -> str:
    """Return a node's name in the equations, else its operation with the names of its operands: `tanh(c)`."""
    if node.name:
        return node.name
    return f"{node.primitive.name}({', '.join(parent.name or '…' for parent in node.parents)})"
