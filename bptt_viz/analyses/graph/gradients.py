"""Norms of what one backward pass sends over the edges of a picture."""

import numpy as np

from bptt_viz.analyses.lowering import Operand
from bptt_viz.analyses.messages import crossing_norm, messages
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Rollout
from bptt_viz.tape import Node, backward


class Gradients:
    """The cotangents of a rollout's loss, asked for edge by edge."""

    def __init__(self, rollout: Rollout) -> None:
        self._rollout = rollout
        self._cotangents = backward(rollout.tape, {rollout.loss: np.ones((), rollout.loss.value.dtype)})
        self._sent: tuple[int, tuple[Array | None, ...]] = (-1, ())

    def of(self, node: Node) -> float:
        """Return the norm of a node's whole cotangent."""
        return norm(self._cotangents[node])

    def over(self, operand: Operand) -> float:
        """Return the norm of what goes back over an operand's edge."""
        index, slot = operand.slot
        if index != self._sent[0]:
            self._sent = index, messages(self._rollout.tape.nodes[index], self._cotangents)
        message = self._sent[1][slot]
        return 0.0 if message is None else norm(message)

    def into(self, value: Node, users: list[Node]) -> float:
        """Return the norm of what comes back to a value from some of its users together."""
        return crossing_norm(value, users, self._cotangents)

    def carried(self, layer: int, state: str, t: int) -> float:
        """Return the norm of what step `t` sends back through one state to the step before."""
        carry = self._rollout.layers[layer].carries[t - 1][state]
        return self.into(carry.parents[0], [carry]) if carry.parents else 0.0
