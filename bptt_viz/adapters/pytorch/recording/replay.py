"""Chains of calls replayed on a tape of ours, step by step, with the real loss in the form of its gradient.

A loss enters as what its gradient says to first order: Σ ⟨∂L/∂y, y⟩ over everything that the layers returned. A
backward pass from there sends every state the gradient that PyTorch sends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from bptt_viz.adapters.pytorch.calling import array
from bptt_viz.adapters.pytorch.recording.carrying import Through, carried, part_of
from bptt_viz.adapters.pytorch.recording.cells import cell_of, suffix, values_of
from bptt_viz.adapters.pytorch.recording.gradients import Gradients, Local, Returned
from bptt_viz.adapters.pytorch.recording.visits import Chain, Visit, directions, is_layer, time_axis
from bptt_viz.arrays import Array, norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.ops import concatenate, stack, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import CARRY, Borders, Layer, Pattern
from bptt_viz.topologies.unroll import advance, layer

# A replay and a fused kernel add the same numbers in another order.
_SAME = 1e-10


class Replay:
    """The tape, and what was recorded of each chain.

    Attributes:
        tape: it.
        layers: the runs of every chain, by its number.
        parameters: the weights by their names in the model.
        inputs: x_t of the first chain.
    """

    def __init__(self, chains: Sequence[Chain]) -> None:
        self.tape = Tape()
        self.layers: list[list[Layer]] = []
        self.parameters: dict[str, Node] = {}
        self.inputs: dict[int, Node] = {}
        self._chains = chains
        self._ends: dict[tuple[int, int], int] = {}
        for k, chain in enumerate(chains):
            self.layers.append(self._begun(chain))
            for v, visit in enumerate(chain.visits):
                self._step(chain, visit, self.layers[k], v)
                self._ends[k, v] = len(self.layers[k][0].aliases)
                _demand_same(visit, self.layers[k])

    def _begun(self, chain: Chain) -> list[Layer]:
        made = []
        for row in range(chain.rows):
            cell, depth = cell_of(chain.module, row), chain.depth + row
            prefix = f"{chain.name}." if chain.name else ""
            with self.tape.at(role="parameter"):
                own = {name: self.tape.leaf(value, name) for name, value in values_of(chain.module, row).items()}
            self.parameters |= {f"{prefix}{name}{suffix(chain.module, row)}": node for name, node in own.items()}
            with self.tape.at(0, depth, "state"):
                start = {s: self.tape.leaf(_start(chain.visits[0], s, row), s) for s in cell.states}
            back = directions(chain.module) == 2 and row % 2 == 1
            first = chain.first + chain.steps - 1 if back else chain.first
            made.append(layer(self.tape, cell, depth, own, start, first, back, chain.name))
        return made

    def _step(self, chain: Chain, visit: Visit, runs: list[Layer], number: int) -> None:
        """Record all steps of one call."""
        read = [self._constant(x, runs[0].next + t, chain) for t, x in enumerate(_sequence(visit))]
        through = carried(chain.visits[number - 1], visit, chain.depth) if number else None
        if directions(chain.module) == 1:
            for t, x in enumerate(read):
                self._up(runs, x, through if t == 0 else None)
            return
        for bottom in range(0, len(runs), 2):
            read = self._both_ways(runs[bottom], runs[bottom + 1], read)

    def _up(self, runs: Sequence[Layer], x: Node, through: Through | None) -> None:
        for run in runs:
            x = advance(run, x, Borders(), through)

    def _both_ways(self, there: Layer, back: Layer, read: Sequence[Node]) -> list[Node]:
        ahead = [advance(there, x, Borders()) for x in read]
        behind = [advance(back, x, Borders()) for x in reversed(read)][::-1]
        joined = []
        for t, pair in enumerate(zip(ahead, behind, strict=True), start=there.first):
            with self.tape.at(t, back.depth, "cell"):
                joined.append(concatenate(pair))
        return joined

    def _constant(self, x: Array, t: int, chain: Chain) -> Node:
        with self.tape.at(t, chain.depth, "input"):
            node = self.tape.constant(x, "x")
        if chain.depth == 0:
            self.inputs[t] = node
        return node

    def loss(self, local: Local, value: float | None, t: int | None) -> Node:
        """Record a loss by its gradient; its value is the real one, where that is known."""
        rows = 1 + max(run.depth for runs in self.layers for run in runs)
        parts = [self._part(place, *part) for place, whole in local.items() for part in self._parts(place, whole)]
        with self.tape.at(t, rows, "loss"):
            parts = parts or [sum(0.0 * self.layers[0][0].states[-1]["h"])]
            linear = sum(stack(parts, axis=-1), axis=-1)
            return linear if value is None else linear + (value - float(linear.value))

    def _part(self, place: Returned, node: Node, gradient: Array) -> Node:
        """Record ⟨gradient, state⟩; what another chain starts from, it sends back through time."""
        handed_on = self._chains[place.chain].followed and place.name != "output"
        with self.tape.at(node.scope.t, node.scope.layer, CARRY if handed_on else "loss"):
            return sum(node * self.tape.constant(gradient, "∂L"))

    def _parts(self, place: Returned, whole: Array) -> Iterator[tuple[Node, Array]]:
        """Yield the states behind one returned thing, with what each gets of its gradient."""
        module, runs = self._chains[place.chain].module, self.layers[place.chain]
        begin, end = self._span(place)
        if place.name != "output":
            for row, run in enumerate(runs):
                yield run.states[end][place.name], part_of(torch.from_numpy(whole), module, row).numpy()
            return
        tops = runs[-directions(module) :]
        for t, part in enumerate(_by_time(whole, module)):
            for run, half in zip(tops, np.split(part, len(tops), axis=-1), strict=True):
                yield run.states[end - t if run.backward else begin + t + 1]["h"], half

    def _span(self, place: Returned) -> tuple[int, int]:
        return self._ends.get((place.chain, place.visit - 1), 0), self._ends[place.chain, place.visit]

    def rollout(self, steps: int, losses: Mapping[int, Node], loss: Node) -> Rollout:
        """Return everything as a rollout of one of our models."""
        every = tuple(range(1, steps + 1))
        return Rollout(
            self.tape,
            Pattern("as called", steps, tuple(self.inputs), every),
            tuple(run for runs in self.layers for run in runs),
            given={},
            starts={},
            inputs=self.inputs,
            outputs={},
            asked={},
            surprise={},
            losses=losses,
            loss=loss,
            parameters=self.parameters,
            readout={},
        )


def replayed(chains: Sequence[Chain], found: Gradients, steps: int, ends: bool) -> Rollout:
    """Replay chains of calls and return the rollout.

    Args:
        chains: the calls.
        found: the gradients of the losses.
        steps: T.
        ends: have L_T, and L_1 where a layer ends there, besides L; a picture shows L alone.

    Raises:
        UsageError: a replay does not give what the model's own layer gave.
    """
    replay = Replay(chains)
    if not ends:
        whole = replay.loss(found.whole, found.value, steps)
        return replay.rollout(steps, {steps: whole}, whole)
    losses = {steps: replay.loss(found.last, found.losses[-1], steps)}
    if any(run.backward for runs in replay.layers for run in runs):
        losses[1] = losses[1] if steps == 1 else replay.loss(found.first, found.losses[0], 1)
    return replay.rollout(steps, dict(sorted(losses.items())), replay.loss(found.whole, found.value, None))


def _sequence(visit: Visit) -> list[Array]:
    """Return what a call read, step by step, (N, D) each."""
    return (
        [array(visit.x).reshape(-1, visit.x.shape[-1])]
        if not is_layer(visit.module)
        else _by_time(array(visit.x), visit.module)
    )


def _by_time(whole: Array, module: Any) -> list[Array]:
    batched = whole if whole.ndim == 3 else whole[:, None]
    return list(np.moveaxis(batched, time_axis(module) if whole.ndim == 3 else 0, 0))


def _start(visit: Visit, state: str, row: int) -> Array:
    """Return a layer's first state (N, H): what it was given, else zeros."""
    if state in visit.sources:
        return array(part_of(visit.sources[state].detach(), visit.module, row))
    return np.zeros(part_of(visit.returned[state].detach(), visit.module, row).shape)


def _demand_same(visit: Visit, runs: Sequence[Layer]) -> None:
    """Compare the last states of a replay with those of the model's own layer."""
    for row, run in enumerate(runs):
        for state, node in run.states[-1].items():
            own = array(part_of(visit.returned[state].detach(), visit.module, row))
            if norm(own - node.value) > _SAME * (1 + norm(own)):
                said = f"{type(visit.module).__name__} {visit.name}".strip()
                raise UsageError(f"{said}: a replay step by step gives other states; does a hook change its weights?")
