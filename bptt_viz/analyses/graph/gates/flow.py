"""What comes back over the wires of a cell: through a gate's weights, the messages of all that was recorded there."""

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from bptt_viz.analyses.graph.gates.contraction import GateGraph, Part, Tie
from bptt_viz.analyses.graph.gates.terms import Key
from bptt_viz.analyses.lowering import Operation
from bptt_viz.analyses.messages import Slot
from bptt_viz.arrays import Array
from bptt_viz.tape import Node
from bptt_viz.tape.pending import dense

Start = tuple[Node, Array]
"""A recorded value, and what some of its users send back to it."""


class Flow:
    """What comes back over each tie of one step.

    A gate whose weights are a part of a larger matrix has no recorded wires of its own to what the matrix multiplies;
    what goes back there is worked out by the rules of the operations between, from this gate's share alone.
    """

    def __init__(
        self,
        graph: GateGraph,
        operations: Mapping[int, Operation],
        nodes: Collection[Node],
        sent: Callable[[Slot], Array | None],
    ) -> None:
        """Work all ties out.

        Args:
            graph: the step.
            operations: that it was made of.
            nodes: what was recorded for it.
            sent: returns what crossed a recorded edge on the way back.
        """
        self._graph = graph
        self._operations = operations
        self._nodes = {node.index: node for node in nodes}
        self._sent = sent
        self._into: dict[str, list[Tie]] = {}
        for tie in graph.ties:
            self._into.setdefault(tie.target, []).append(tie)
        self._starts: dict[str, list[Start]] = {part: [] for part in graph.parts}
        self._found: dict[Tie, tuple[Array, ...] | None] = {}
        for part in reversed(list(graph.parts.values())):
            self._take(part)

    def over(self, tie: Tie) -> Array | None:
        """Return what comes back over a tie into a part, all entries in one row; None if nothing does."""
        messages = self._found[tie]
        return None if messages is None else np.concatenate([message.ravel() for message in messages])

    def _take(self, part: Part) -> None:
        ties = self._into.get(part.id, [])
        if part.kind == "stack":
            into = [found for tie, found in self._found.items() if tie.source == part.id and found is not None]
            for k, tie in enumerate(ties):
                self._note(tie, (np.add.reduce([found[k] for found in into]),) if into else None)
            return
        starts = self._asked(part) if part.symbol else self._starts[part.id]
        pulled = self._pulled(starts, [key for tie in ties for key in tie.values])
        for tie in ties:
            self._note(tie, self._filled(tie, pulled) if pulled.keys() & set(tie.values) else None)

    def _filled(self, tie: Tie, pulled: Mapping[Key, Array]) -> tuple[Array, ...]:
        """Return the messages over a tie, zeros for those of its values to which nothing comes back."""
        return tuple(pulled[key] if key in pulled else np.zeros_like(self._node(key).value) for key in tie.values)

    def _note(self, tie: Tie, messages: tuple[Array, ...] | None) -> None:
        self._found[tie] = messages
        if messages is not None and tie.source in self._starts:
            self._starts[tie.source] += zip(map(self._node, tie.values), messages, strict=True)

    def _node(self, key: Key) -> Node:
        """Return the recorded node that holds a value."""
        return self._operations[key[0]].node if key[1] < 0 else self._nodes[key[1]]

    def _asked(self, part: Part) -> list[Start]:
        """Return what an operation sends back to the recorded nodes that it uses."""
        found: list[Start] = []
        for operand in self._operations[part.key[0]].operands:
            index, place = operand.slot
            sent = self._sent(operand.slot)
            if sent is not None:
                found.append((self._nodes[index].parents[place], sent))
        return found

    def _pulled(self, starts: Iterable[Start], ends: Iterable[Key]) -> dict[Key, Array]:
        """Return what goes back to the values at `ends`, as far as anything does, through all recorded between."""
        keys = {self._node(key).index: key for key in ends}
        found: dict[Key, Array] = {}
        waiting: dict[int, Array] = {}
        for node, message in starts:
            waiting[node.index] = waiting.get(node.index, 0) + message
        while waiting:
            index = max(waiting)
            message = waiting.pop(index)
            if index in keys:
                found[keys[index]] = message
            elif index in self._nodes:
                for parent, sent in _handed_on(self._nodes[index], message):
                    waiting[parent.index] = waiting.get(parent.index, 0) + sent
        return found


def _handed_on(node: Node, message: Array) -> Iterable[Start]:
    """Yield what a node hands to its parents; of parameters there is one at each gate, so they are not asked for."""
    if node.parents:
        for parent, sent in zip(node.parents, node.primitive.vjp(message, node), strict=True):
            if sent is not None and parent.active and parent.scope.role != "parameter":
                yield parent, dense(sent)
