"""Names for nodes in reports."""

from bptt_viz.tape import LEAF, Node


def label(node: Node) -> str:
    """Return a node's name in the equations, else its operation with the names of its operands: `tanh(c)`.

    A number that was given without a name is called by its value.
    """
    if node.name or node.primitive is LEAF:
        return node.name or _given(node)
    return f"{node.primitive.name}({', '.join(map(_operand, node.parents))})"


def operation(node: Node) -> str:
    """Return what a node was computed by, its operands' operations included: `tanh(add(c, b))`."""
    return f"{node.primitive.name}({', '.join(map(label, node.parents))})"


def _operand(node: Node) -> str:
    return node.name or (_given(node) if node.primitive is LEAF else "…")


def _given(node: Node) -> str:
    return f"{node.value.item():g}" if node.value.size == 1 else "constant"
