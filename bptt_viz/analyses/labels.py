"""Names for nodes in reports."""

from bptt_viz.models import Rollout
from bptt_viz.tape import LEAF, Node
from bptt_viz.topologies import Layer


def layer_label(rollout: Rollout, run: Layer) -> str:
    """Return what a layer is called: its kind, and its place among those of its kind if there are several."""
    alike = [other for other in rollout.layers if other.name == run.name]
    if run.name and len(alike) == 1:
        return run.name
    return f"{run.name} layer {alike.index(run)}".lstrip()


def name_ending(rollout: Rollout, run: Layer) -> str:
    """Return what the names of a layer's parameters end in, in the whole model: `_l1`, `_enc`, or nothing."""
    names = {leaf.index: name for name, leaf in rollout.parameters.items()}
    return next((names[node.index].removeprefix(own) for own, node in run.parameters.items()), "")


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
