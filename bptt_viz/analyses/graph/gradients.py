"""What one backward pass sends over the edges of a picture."""

from collections.abc import Iterable, Mapping

import numpy as np

from bptt_viz.analyses.messages import crossing, crossing_norm, messages
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Rollout
from bptt_viz.tape import Node, Tape, backward


class TapeGradients:
    """The cotangents of a tape's seeds, asked for edge by edge."""

    def __init__(self, tape: Tape, seeds: Mapping[Node, Array]) -> None:
        self._cotangents = backward(tape, seeds)
        self._sent: tuple[int, tuple[Array | None, ...]] = (-1, ())

    def whole(self, node: Node) -> Array:
        """Return a node's whole cotangent."""
        return self._cotangents.once(node)

    def sent(self, node: Node, slot: int) -> Array | None:
        """Return what a node sends to one of its parents; None where nothing flows."""
        if node.index != self._sent[0]:
            self._sent = node.index, messages(node, self._cotangents)
        return self._sent[1][slot] if self._sent[1] else None

    def over(self, node: Node, slot: int, is_part: bool) -> Array:
        """Return what goes back over an edge, zeros where nothing flows.

        Args:
            node: the user.
            slot: which of its parents.
            is_part: the node is a gate, which uses a part of its parent alone; return that part.
        """
        sent = self.sent(node, slot)
        whole: Array = np.zeros_like(node.parents[slot].value) if sent is None else sent
        return whole[node.attributes["key"]] if is_part else whole

    def from_users(self, value: Node, users: Iterable[Node]) -> Array:
        """Return what comes back to a value from some of its users together."""
        return crossing(value, users, self._cotangents)

    def of(self, node: Node) -> float:
        """Return the norm of a node's whole cotangent."""
        return norm(self._cotangents.once(node))

    def into(self, value: Node, users: Iterable[Node]) -> float:
        """Return the norm of what comes back to a value from some of its users together."""
        return crossing_norm(value, users, self._cotangents)


class Gradients(TapeGradients):
    """The cotangents of a rollout's loss."""

    def __init__(self, rollout: Rollout) -> None:
        super().__init__(rollout.tape, {rollout.loss: np.ones((), rollout.loss.value.dtype)})
        self._rollout = rollout

    def carried(self, layer: int, state: str, t: int) -> float:
        """Return the norm of what step `t` sends back through one state to the step before."""
        carry = self._rollout.layers[layer].carries[t - 1][state]
        return self.into(carry.parents[0], [carry]) if carry.parents else 0.0
