"""Takes cotangents apart by their origin: what a state gets from inside its step, and what comes back through time."""

from collections.abc import Iterable

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.tape import Cotangents, Node
from bptt_viz.tape.pending import dense
from bptt_viz.topologies import CARRY

Use = tuple[Node, int]
"""A consumer of a node, and the place that the node has among its parents."""


class Uses:
    """Who consumes the states of a rollout and the weights of each of its steps.

    Each consumer's message is worked out again by its VJP. Taking the known parts off the sum would be cheaper, but
    where gradients explode the difference of two large numbers loses the small part. For weights it saves memory: no
    step's dW_t is kept.
    """

    def __init__(self, rollout: Rollout) -> None:
        steps = [at for run in rollout.layers for at in (*run.states, *run.aliases)] + list(rollout.readout.values())
        steps += [at for module in rollout.modules for at in module.aliases.values()]
        self._uses: dict[int, list[Use]] = {node.index: [] for at in steps for node in at.values()}
        for consumer in rollout.tape.nodes:
            for place, parent in enumerate(consumer.parents):
                if parent.index in self._uses:
                    self._uses[parent.index].append((consumer, place))

    def local(self, cotangents: Cotangents, state: Node) -> Array:
        """Return what reaches `state` from inside its time step, of the state's shape."""
        return _sum(cotangents, state, (use for use in self._uses[state.index] if not _carry(use)))

    def back(self, cotangents: Cotangents, state: Node) -> Array:
        """Return what reaches `state` from later steps, back through time or by attention, of the state's shape."""
        return _sum(cotangents, state, filter(_carry, self._uses[state.index]))

    def whole(self, cotangents: Cotangents, node: Node) -> Array:
        """Return all that reaches `node`, which is its cotangent."""
        return _sum(cotangents, node, self._uses[node.index])


def _carry(use: Use) -> bool:
    return use[0].scope.role == CARRY


def _sum(cotangents: Cotangents, node: Node, uses: Iterable[Use]) -> Array:
    messages = [message for use in uses if (message := _message(cotangents, *use)) is not None]
    return np.add.reduce(messages, axis=0) if messages else np.zeros(cotangents.lead + node.shape, node.value.dtype)


def _message(cotangents: Cotangents, consumer: Node, place: int) -> Array | None:
    if not cotangents.reached(consumer):
        return None
    sent = consumer.primitive.vjp(cotangents[consumer], consumer)[place]
    return None if sent is None else dense(sent)
