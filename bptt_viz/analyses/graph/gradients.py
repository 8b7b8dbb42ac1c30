"""What one backward pass, or those of truncated backpropagation together, send over the edges of a picture."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bptt_viz.analyses.messages import Slot, crossing, messages
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import Node, Seeds, Tape, backward
from bptt_viz.topologies import CARRY, Layer


class TapeGradients:
    """The cotangents of a tape's seeds, asked for edge by edge."""

    def __init__(self, tape: Tape, seeds: Seeds) -> None:
        self._tape = tape
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

    def across(self, slot: Slot) -> Array | None:
        """Return what goes back over a recorded edge; None where nothing flows."""
        return self.sent(self._tape.nodes[slot[0]], slot[1])

    def from_users(self, value: Node, users: Iterable[Node]) -> Array:
        """Return what comes back to a value from some of its users together."""
        return crossing(value, users, self._cotangents)

    def of(self, node: Node) -> float:
        """Return the norm of a node's whole cotangent."""
        return norm(self._cotangents.once(node))

    def together(self, nodes: Iterable[Node]) -> float:
        """Return the norm of the sum of some nodes' cotangents, all of one shape."""
        return norm(np.add.reduce([self._cotangents.once(node) for node in nodes]))


class Gradients(TapeGradients):
    """The cotangents of a rollout's loss."""

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
        start = {rollout.loss: np.ones((), rollout.loss.value.dtype)} if seeds is None else dict(seeds)
        super().__init__(rollout.tape, start | dict(arrived or {}))
        self._arrived = arrived
        self._users = _users(rollout)

    def reaches(self, node: Node) -> bool:
        """Tell whether any gradient gets to a node."""
        return self._cotangents.reached(node)

    def back(self, run: Layer, state: str, t: int) -> Array | None:
        """Return what step `t` sends back through one state to the step before; None where nothing gets through."""
        before, carry = run.before(t)[state], run.carry(t)[state]
        if self._arrived is not None:
            return self._arrived.get(before)
        return None if carry.primitive is STOP else self._together(before, [carry])

    def outside(self, run: Layer, state: str, t: int) -> Array | None:
        """Return what comes back to a new state of step `t` from outside its cell; None if nothing does."""
        node = run.state(t)[state]
        users = [user for user in self._users.get(node.index, ()) if user.scope != (t, run.depth, "cell")]
        parts = [self._together(node, users), (self._arrived or {}).get(node)]
        return _sum([part for part in parts if part is not None])

    def upward(self, node: Node, t: int, layer: int) -> Array | None:
        """Return what comes back within step `t` from a layer above, or the readout, to a state that it reads."""
        users = [user for user in self._users.get(node.index, ()) if user.scope[:2] == (t, layer) and not _carry(user)]
        return self._together(node, users)

    def _together(self, value: Node, users: Iterable[Node]) -> Array | None:
        """Return what comes back to a value from some of its users; None if no gradient gets to any."""
        reached = [user for user in users if user.primitive is not STOP and self.reaches(user)]
        return self.from_users(value, reached) if reached else None


def _sum(parts: Sequence[Array]) -> Array | None:
    return np.asarray(np.add.reduce(parts)) if parts else None


def _carry(node: Node) -> bool:
    return node.scope.role == CARRY


def _users(rollout: Rollout) -> dict[int, list[Node]]:
    """Return who uses each state, by the state's index."""
    states = {node.index for run in rollout.layers for found in run.states for node in found.values()}
    users: dict[int, list[Node]] = {}
    for node in rollout.tape.nodes:
        for parent in node.parents:
            if parent.index in states and (parent.index not in users or users[parent.index][-1] is not node):
                users.setdefault(parent.index, []).append(node)
    return users
