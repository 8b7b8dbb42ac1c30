"""Borders between time steps: where a gradient passes, where truncation stops it, and what is held constant there."""

from collections.abc import Collection, Mapping

from bptt_viz.arrays import Array
from bptt_viz.cells import State
from bptt_viz.ops import stack
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.tape import NO_ATTRIBUTES, Node, Tape, record

CARRY = "carry"
"""Role of what comes into a step from another one."""

Crossing = tuple[int, int, str]
"""Where a value crosses a border: the step that it enters, its layer there, and its name."""

Held = Mapping[Crossing, Array]


class Borders:
    """The steps before which the gradient through time stops.

    Whatever of one step enters another must pass here, recorded with the role `CARRY` under the scope of the step that
    it enters; then truncation means the same for every model.
    """

    def __init__(self, cuts: Collection[int] = (), held: Held | None = None) -> None:
        """Set the borders up.

        Args:
            cuts: a cut at t lies between t − 1 and t, for what goes forward and for what goes backward in time.
            held: constants that enter in place of what crosses a cut. They make the function whose gradient truncated
                backpropagation returns.
        """
        self._cuts = frozenset(cuts)
        self._held = held

    def between(self, one: int, other: int) -> int:
        """Return the latest cut between two steps, 0 if there is none."""
        low, high = min(one, other), max(one, other)
        if high - low == 1:
            return high if high in self._cuts else 0
        return max((cut for cut in self._cuts if low < cut <= high), default=0)

    def memory(self, tape: Tape, states: Mapping[int, Node], cut: int, layer: int) -> Node:
        """Return states of several steps as one array (…, N, L, H), to be read after all of them.

        Args:
            tape: where.
            states: by step.
            cut: the latest cut before the step that reads; states before it are stopped.
            layer: whose states they are.
        """
        with tape.at(max(cut, *states), layer, CARRY):
            behind = {f"h_{s}": node for s, node in states.items() if s < cut}
            stopped = self.cross(tape, behind, cut=True)
            return stack([stopped.get(f"h_{s}", node) for s, node in states.items()], axis=-2, name="M")

    def latest(self, t: int) -> int:
        """Return the latest cut before or at step `t`, 0 if there is none."""
        return max((cut for cut in self._cuts if cut <= t), default=0)

    def cross(self, tape: Tape, nodes: Mapping[str, Node], cut: bool) -> State:
        """Record values that come into a step, under the tape's scope.

        Args:
            tape: where.
            nodes: what comes in, by name.
            cut: whether it crosses a cut.
        """
        if not cut:
            return alias_all(tape, nodes)
        if self._held is None:
            return {name: record(tape, STOP, (node,), node.value, NO_ATTRIBUTES, name) for name, node in nodes.items()}
        t, layer, _ = tape.scope
        return {name: tape.constant(self._held[t or 0, layer, name], name) for name in nodes}


def carried_over(tape: Tape) -> Held:
    """Return the values that were stopped at the cuts of a recorded run."""
    stopped = (node for node in tape.nodes if node.primitive is STOP and node.scope.role == CARRY)
    return {(node.scope.t or 0, node.scope.layer, node.name): node.value for node in stopped}


def alias_all(tape: Tape, nodes: Mapping[str, Node]) -> State:
    """Record one use of each of several shared values, under the tape's scope."""
    return {name: record(tape, ALIAS, (node,), node.value, NO_ATTRIBUTES, name) for name, node in nodes.items()}
