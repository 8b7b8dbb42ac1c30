"""Temporal Jacobians of the joint state, one a step, and what they are products of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout, SequenceModel
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import Node, backward
from bptt_viz.topologies import CARRY

# Cotangents held at once, in numbers: several steps' identities travel in one pass.
_NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True)
class JointState:
    """How the states of all rows are laid out in one vector.

    Attributes:
        names: (row, state) of each block, in order.
        sizes: each block's length.
    """

    names: tuple[tuple[int, str], ...]
    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Length of the joint state, S."""
        return sum(self.sizes)


def joint_state(rollout: Rollout) -> JointState | None:
    """Return the layout of a rollout's joint state: row by row, each cell's states in its own order.

    None if no one vector goes through all steps: layers run in both directions, or those of a row differ in states.
    """
    rows = [[run for run in rollout.layers if run.depth == row] for row in range(rollout.rows)]
    for runs in rows:
        alike = {(run.backward, run.cell.states, run.cell.hidden_size) for run in runs}
        if alike != {(False, runs[0].cell.states, runs[0].cell.hidden_size)}:
            return None
        if sum(len(run.steps) for run in runs) < rollout.steps:
            return None
    names = tuple((row, name) for row, runs in enumerate(rows) for name in runs[0].cell.states)
    return JointState(names, tuple(rows[row][0].cell.hidden_size for row, _ in names))


def temporal_jacobians(prepared: Prepared, row: int = 0) -> Iterator[Array]:
    """Yield ∂s_t/∂s_{t−1} for t = 1 … T, each (S, S), of one row of the batch.

    The rollout is recorded with a cut before every step, so that a cotangent stops where it reaches the step before:
    one backward pass seeded with an identity at many steps then gives the Jacobians of all of them.

    Args:
        prepared: the model with its data.
        row: the text window, from 0.

    Raises:
        UsageError: the model has no joint state.
    """
    rollout = _read_once(prepared).run(cuts=range(1, prepared.model.pattern.steps + 1))
    layout = joint_state(rollout)
    if layout is None:
        raise UsageError("temporal Jacobians need states that go through all steps in one direction of time")
    crossings = _crossings(rollout)
    chunk = max(1, _NUMBERS // (layout.size**2 * 8))
    for first in range(1, rollout.steps + 1, chunk):
        yield from _chunk(rollout, layout, crossings, range(first, min(first + chunk, rollout.steps + 1)), row)


def _read_once(prepared: Prepared) -> Prepared:
    """Return a plain model that gives one output, at the last step: readouts have no say in states, and cost time."""
    model = prepared.model
    if not isinstance(model, SequenceModel):
        return prepared
    return replace(prepared, model=replace(model, pattern=replace(model.pattern, outputs=(model.pattern.steps,))))


Crossings = Mapping[tuple[int, int], Sequence[Node]]
"""By step and index of a value of the step before: the nodes by which the value comes in."""


def _crossings(rollout: Rollout) -> Crossings:
    found: dict[tuple[int, int], list[Node]] = {}
    for node in rollout.tape.nodes:
        if node.scope.role == CARRY and node.primitive is STOP:
            found.setdefault((node.scope.t or 0, node.parents[0].index), []).append(node)
    return found


def _chunk(rollout: Rollout, layout: JointState, crossings: Crossings, steps: Sequence[int], row: int) -> list[Array]:
    identities = _identities(rollout, layout, row)
    seeds = {
        rollout.run_at(t, depth).state(t)[name]: identities[k]
        for t in steps
        for k, (depth, name) in enumerate(layout.names)
    }
    # A state may come in several ways: to its own cell, and to an attention that looks at it.
    ways = {
        t: [crossings[t, rollout.run_at(t, depth).before(t)[name].index] for depth, name in layout.names] for t in steps
    }
    found = backward(rollout.tape, seeds, wrt=[node for blocks in ways.values() for nodes in blocks for node in nodes])
    return [
        np.concatenate([np.add.reduce([found[node][:, row] for node in nodes], axis=0) for nodes in ways[t]], axis=-1)
        for t in steps
    ]


def _identities(rollout: Rollout, layout: JointState, row: int) -> list[Array]:
    """Return, by block of the joint state, the cotangents (S, N, H) that pick its entries of one batch row."""
    rows = rollout.layers[0].states[0][layout.names[0][1]].value.shape[-2]
    ends = np.cumsum((0, *layout.sizes))
    blocks = []
    for start, size in zip(ends[:-1], layout.sizes, strict=True):
        block = np.zeros((layout.size, rows, size))
        block[start + np.arange(size), row, np.arange(size)] = 1.0
        blocks.append(block)
    return blocks
