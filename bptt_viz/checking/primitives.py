"""On a recorded graph: each node's VJP alone against its own value, which names the primitive that is wrong."""

from typing import Protocol, runtime_checkable

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.differences import COMPLEX_STEP
from bptt_viz.checking.gate import signed
from bptt_viz.checking.problem import Problem
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import LEAF, Node, Pending, Tape

_TOLERANCE = 1e-9


@runtime_checkable
class Recorded(Problem, Protocol):
    """A problem whose forward pass is on a tape."""

    def record(self) -> Tape:
        """Record the forward pass at the point."""
        ...


def wrong_primitive(tape: Tape, rng: np.random.Generator) -> str:
    """Return, in words, the first node whose VJP is not the derivative of its value; empty if all are right.

    Nodes of one primitive under one name are alike at all time steps; the last of them is tried.
    """
    alike = {(node.primitive, node.name, node.scope.layer): node for node in tape.nodes}
    for node in alike.values():
        if node.primitive is LEAF or node.primitive is STOP:
            continue
        operand = _wrong_operand(node, rng)
        if operand is not None:
            return f"{_described(node)}, operand {operand + 1} of {len(node.parents)}"
    return ""


def _wrong_operand(node: Node, rng: np.random.Generator) -> int | None:
    cotangent = signed(rng, node.value.shape)
    for place, message in enumerate(node.primitive.vjp(cotangent, node)):
        parent = node.parents[place]
        if not parent.active:
            continue
        direction = signed(rng, parent.value.shape)
        numeric = float(np.sum(cotangent * _slope(node, place, direction)))
        analytic = float(np.sum(_dense(message, parent) * direction))
        if abs(numeric - analytic) > _TOLERANCE * norm(cotangent) * norm(direction):
            return place
    return None


def _slope(node: Node, place: int, direction: Array) -> Array:
    """Return the derivative of the node's value along a direction of one operand, by complex step."""
    operands: list[Array] = [parent.value for parent in node.parents]
    operands[place] = operands[place] + 1j * COMPLEX_STEP * direction
    return np.asarray(node.primitive.value(*operands, **node.attributes)).imag / COMPLEX_STEP


def _dense(message: Array | Pending | None, parent: Node) -> Array:
    if message is None:
        return np.zeros(parent.value.shape)
    return message.combine([message]) if isinstance(message, Pending) else message


def _described(node: Node) -> str:
    step = "" if node.scope.t is None else f" at t={node.scope.t}"
    name = f" ({node.name}{step}, layer {node.scope.layer})" if node.name else step
    return f"the VJP of {node.primitive.name}{name}"
