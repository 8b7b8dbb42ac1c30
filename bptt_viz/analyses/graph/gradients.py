"""What one backward pass, or those of truncated backpropagation together, send over the edges of a picture."""

from collections.abc import Iterable, Mapping

import numpy as np

from bptt_viz.analyses.lowering import Operand
from bptt_viz.analyses.messages import Slot, crossing, messages
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import Node, Seeds, backward
from bptt_viz.topologies import Layer


class Gradients:
    """The cotangents of a rollout's loss, asked for edge by edge."""

    def __init__(
        self, rollout: Rollout, seeds: Seeds | None = None, arrived: Mapping[Node, Array] | None = None
    ) -> None:
        """Run the backward pass.

        Args:
            rollout: a recorded model.
            seeds: where it starts; at the loss L if left out.
            arrived: where the recording is cut before every step, what comes back to each state from later steps all
                the same.
        """
        self._rollout = rollout
        self._arrived = arrived
        start = {rollout.loss: np.ones((), rollout.loss.value.dtype)} if seeds is None else dict(seeds)
        self._cotangents = backward(rollout.tape, start | dict(arrived or {}))
        self._sent: tuple[int, tuple[Array | None, ...]] = (-1, ())
        self._users = _users(rollout)

    def of(self, node: Node) -> float:
        """Return the norm of a node's whole cotangent."""
        return norm(self._cotangents[node])

    def together(self, nodes: Iterable[Node]) -> float:
        """Return the norm of the sum of some nodes' cotangents, all of one shape."""
        return norm(np.add.reduce([self._cotangents[node] for node in nodes]))

    def sent(self, slot: Slot) -> Array | None:
        """Return what goes back over a recorded edge."""
        index, place = slot
        if index != self._sent[0]:
            self._sent = index, messages(self._rollout.tape.nodes[index], self._cotangents)
        return self._sent[1][place]

    def over(self, operand: Operand) -> float:
        """Return the norm of what goes back over an operand's edge."""
        message = self.sent(operand.slot)
        return 0.0 if message is None else norm(message)

    def back(self, run: Layer, state: str, t: int) -> Array | None:
        """Return what step `t` sends back through one state to the step before; None where the gradient is cut."""
        before, carry = run.before(t)[state], run.carry(t)[state]
        if self._arrived is not None:
            return self._arrived.get(before)
        return None if carry.primitive is STOP else crossing(before, [carry], self._cotangents)

    def carried(self, layer: int, state: str, t: int) -> float:
        """Return the norm of what step `t` sends back through one state to the step before."""
        run = next(run for run in self._rollout.at(t) if run.depth == layer)
        message = self.back(run, state, t)
        return 0.0 if message is None else norm(message)

    def outside(self, run: Layer, state: str, t: int) -> Array:
        """Return what comes back to a new state of step `t` from outside its cell."""
        node = run.state(t)[state]
        users = [user for user in self._users.get(node.index, ()) if user.scope != (t, run.depth, "cell")]
        found = crossing(node, users, self._cotangents)
        arrived = (self._arrived or {}).get(node)
        return found if arrived is None else found + arrived

    def upward(self, node: Node, layer: int, role: str) -> Array:
        """Return what the cells of a layer, or the readout, send back to a state that they read."""
        users = [user for user in self._users.get(node.index, ()) if user.scope[1:] == (layer, role)]
        return crossing(node, users, self._cotangents)


def _users(rollout: Rollout) -> dict[int, list[Node]]:
    """Return who uses each state, by the state's index."""
    states = {node.index for run in rollout.layers for found in run.states for node in found.values()}
    users: dict[int, list[Node]] = {}
    for node in rollout.tape.nodes:
        for parent in node.parents:
            if parent.index in states and (parent.index not in users or users[parent.index][-1] is not node):
                users.setdefault(parent.index, []).append(node)
    return users
