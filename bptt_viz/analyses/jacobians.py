"""Temporal Jacobians of the joint state, one a step, and what they are products of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models import Prepared, Rollout, SequenceModel
from bptt_viz.tape import Node, backward

# Cotangents held at once, in numbers: several steps' identities travel in one pass.
_NUMBERS = 4_000_000


@dataclass(frozen=True, slots=True)
class JointState:
    """How the states of all layers are laid out in one vector.

    Attributes:
        names: (layer, state) of each block, in order.
        sizes: each block's length.
    """

    names: tuple[tuple[int, str], ...]
    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Length of the joint state, S."""
        return sum(self.sizes)


def joint_state(rollout: Rollout) -> JointState:
    """Return the layout of a rollout's joint state: layer by layer, each cell's states in its own order."""
    names = tuple((depth, name) for depth, run in enumerate(rollout.layers) for name in run.cell.states)
    sizes = tuple(rollout.layers[depth].cell.hidden_size for depth, _ in names)
    return JointState(names, sizes)


def temporal_jacobians(prepared: Prepared, row: int = 0) -> Iterator[Array]:
    """Yield ∂s_t/∂s_{t−1} for t = 1 … T, each (S, S), of one row of the batch.

    The rollout is recorded with a cut before every step, so that a cotangent stops where it reaches the step before:
    one backward pass seeded with an identity at many steps then gives the Jacobians of all of them.

    Args:
        prepared: the model with its data.
        row: the text window, from 0.
    """
    rollout = _read_once(prepared).run(cuts=range(1, prepared.model.pattern.steps + 1))
    layout = joint_state(rollout)
    chunk = max(1, _NUMBERS // (layout.size**2 * 8))
    for first in range(1, rollout.steps + 1, chunk):
        yield from _chunk(rollout, layout, range(first, min(first + chunk, rollout.steps + 1)), row)


def _read_once(prepared: Prepared) -> Prepared:
    """Return a plain model that gives one output, at the last step: readouts have no say in states, and cost time."""
    model = prepared.model
    if not isinstance(model, SequenceModel):
        return prepared
    return replace(prepared, model=replace(model, pattern=replace(model.pattern, outputs=(model.pattern.steps,))))


def _chunk(rollout: Rollout, layout: JointState, steps: Sequence[int], row: int) -> list[Array]:
    identities = _identities(rollout, layout, row)
    seeds = {
        rollout.layers[depth].states[t][name]: identities[k]
        for t in steps
        for k, (depth, name) in enumerate(layout.names)
    }
    carries = {t: [rollout.layers[depth].carries[t - 1][name] for depth, name in layout.names] for t in steps}
    wanted: list[Node] = [node for nodes in carries.values() for node in nodes]
    found = backward(rollout.tape, seeds, wrt=wanted)
    return [np.concatenate([found[node][:, row] for node in carries[t]], axis=-1) for t in steps]


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
