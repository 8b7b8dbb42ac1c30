"""The credit matrix: gradients of all losses with respect to all states, in one sweep back through time."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bptt_viz.analyses.credit_reach import finding, median_distance, profile
from bptt_viz.analyses.nonfinite import cause
from bptt_viz.analyses.runs import characters, describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.results.credit import SHARES, Credit, Reach
from bptt_viz.results.norms import GROWN
from bptt_viz.tape import Cotangents, Node, Seeds, backward
from bptt_viz.topologies import CARRY

JOINT = "joint"

# Numbers that a block of steps may hold at once, about so many for each unit of a cell, and steps in a block: a longer
# one walks more steps behind its own losses in vain, a shorter one costs more passes.
_NUMBERS, _EACH, _STEPS = 32_000_000, 16, 16


class Block(NamedTuple):
    """Gradients that the sweep has found for neighbouring steps.

    Attributes:
        first: the first of the steps, from 1.
        place: the first loss, counted from 0, that any of them has a say in; all later ones follow.
        gradients: ∂L_k/∂s_t, (losses, steps, N, S).
    """

    first: int
    place: int
    gradients: Array


def _silent(share: float) -> None:
    """Say nothing about the progress."""


def credit(
    prepared: Prepared, state: str | None = None, layer: int | None = None, tick: Callable[[float], None] = _silent
) -> Credit:
    """Return ‖∂L_k/∂h_t‖ for all losses k and steps t ≤ k.

    Args:
        prepared: the model with its data.
        state: one of the cell's states, or `joint` for all of them; None takes the one that is read out.
        layer: row, 0 next to the input; None takes the highest that runs forward.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the cell has no such state, or the model no such layer.
    """
    with np.errstate(all="ignore"):  # what is not finite is shown as such, not by NumPy's warnings
        rollout, cuts = recorded(prepared)
        depth = _depth(rollout, layer)
        name = state or _states(rollout, depth)[0]
        norms = credit_matrix(rollout, cuts, _names(rollout, depth, name), depth, tick)
    losses = tuple(rollout.losses)
    back = rollout.run_at(losses[0], depth).backward
    rows = [norms[place, k - 1 :][::-1] if back else norms[place, :k] for place, k in enumerate(losses)]
    reach = tuple(Reach(share, median_distance(rows, share)) for share in (*SHARES, GROWN))
    inputs, targets = characters(prepared, rollout)
    words = finding(name, losses, rows, reach) + ("" if np.isfinite(norms).all() else cause(prepared))
    return Credit(describe(prepared), depth, name, losses, norms, inputs, targets, profile(rows), reach, words)


def _depth(rollout: Rollout, layer: int | None) -> int:
    count = rollout.rows
    if layer is not None and not 0 <= layer < count:
        raise UsageError(f"--layer {layer} does not exist; the model has layers 0 to {count - 1}")
    return max(run.depth for run in rollout.layers if not run.backward) if layer is None else layer


def _states(rollout: Rollout, depth: int) -> tuple[str, ...]:
    return next(run.cell.states for run in rollout.layers if run.depth == depth)


def _names(rollout: Rollout, depth: int, state: str) -> tuple[str, ...]:
    states = _states(rollout, depth)
    if state != JOINT and state not in states:
        raise UsageError(f"--state {state!r}: the cell has {', '.join(states)}; or {JOINT} for all of them")
    return states if state == JOINT else (state,)


def recorded(prepared: Prepared) -> tuple[Rollout, Sequence[int]]:
    """Record the model with cuts between blocks of steps; return the first step of each block, too."""
    steps, rows = prepared.model.pattern.steps, prepared.batch.size
    # None may be given where something makes them all.
    units = sum(shape[-1] for shape in prepared.model.starts(1).values()) or prepared.request.width
    length = int(np.clip(_NUMBERS // (_EACH * units * rows * steps), 1, _STEPS))
    firsts = range(1, steps + 1, length)
    rollout = prepared.run(cuts=firsts)
    if any(run.backward for run in rollout.layers):
        # What runs backward hands gradients on to later steps: no block may be finished before another.
        return prepared.run(cuts=(1,)), (1,)
    if not np.isfinite(rollout.loss.value):
        # Behind its loss a cotangent is 0, but 0 × ∞ is not: then no loss may share a block with a later step.
        firsts = range(1, steps + 1)
        rollout = prepared.run(cuts=firsts)
    return rollout, firsts


def credit_matrix(
    rollout: Rollout, cuts: Sequence[int], names: Sequence[str], depth: int, tick: Callable[[float], None] = _silent
) -> Array:
    """Return the norms (losses, T) for some states of one layer, which count as one vector; the rest as for `sweep`."""
    found = np.zeros((len(rollout.losses), rollout.steps), rollout.loss.value.dtype)
    for first, place, gradients in sweep(rollout, cuts, names, depth):
        found[place:, first - 1 : first - 1 + gradients.shape[1]] = lengths(gradients)
        tick(((rollout.steps - first + 1) / rollout.steps) ** 2)
    return found


def sweep(rollout: Rollout, cuts: Sequence[int], names: Sequence[str], depth: int) -> Iterator[Block]:
    """Yield ∂L_k/∂s_t for all losses k and blocks of steps, from the last block to the first.

    All losses travel together, each at its place of a leading axis, so a step is walked at most twice however many
    there are: with the losses of its own block, and with all later ones, which have come in at the block's end. A cut
    before each block keeps what leaves it where the next block takes it up; that bounds the memory.

    Args:
        rollout: recorded with these cuts.
        cuts: the first step of each block, in order, starting with 1.
        names: the states that are laid end to end as s.
        depth: their layer.
    """
    ks = list(rollout.losses)
    ends = [first - 1 for first in cuts[1:]] + [rollout.steps]
    stopped = [node for node in rollout.tape.nodes if node.primitive is STOP and node.scope.role == CARRY]
    arriving: dict[Node, Array] = {}
    for first, end in zip(reversed(cuts), reversed(ends), strict=True):
        wanted = [rollout.run_at(t, depth).state(t)[name] for t in range(first, end + 1) for name in names]
        leaving = [node for node in stopped if first <= (node.scope.t or 0) <= end]
        own = [rollout.losses[k] for k in ks if first <= k <= end]
        later = sum(k > end for k in ks)
        here = {node: arriving.pop(node) for node in list(arriving) if (node.scope.t or 0) >= first}
        seeds = [_units(own), {node: _padded(found, later) for node, found in here.items()}]
        passes = [backward(rollout.tape, seed, [*wanted, *leaving]) for seed in seeds if seed]
        for node in leaving:
            sent, (state,) = np.concatenate([found[node] for found in passes]), node.parents
            arriving[state] = sent + _padded(arriving[state], len(sent)) if state in arriving else sent
        gradients = np.concatenate([_laid_out(found, wanted, len(names)) for found in passes])
        yield Block(first, sum(k < first for k in ks), gradients)


def _padded(found: Array, losses: int) -> Array:
    """Return gradients of the last of some losses as those of all of them."""
    return np.concatenate([np.zeros((losses - len(found), *found.shape[1:]), found.dtype), found])


def _laid_out(found: Cotangents, wanted: Sequence[Node], count: int) -> Array:
    """Return the cotangents by step, (losses, steps, N, S), `count` nodes a step laid end to end."""
    steps = [wanted[at : at + count] for at in range(0, len(wanted), count)]
    if count == 1:
        return np.stack([found[node] for node in wanted], axis=1)
    return np.stack([np.concatenate([found[node] for node in nodes], axis=-1) for nodes in steps], axis=1)


def _units(losses: Sequence[Node]) -> Seeds:
    """Return one seed a loss, each at its own place of the leading axis."""
    if not losses:
        return {}
    return dict(zip(losses, np.eye(len(losses), dtype=losses[0].value.dtype), strict=True))


def lengths(gradients: Array) -> Array:
    """Return Euclidean norms over the last two axes; 1e-200 and 1e200 neither vanish nor overflow."""
    squares = np.einsum("...ij,...ij->...", gradients, gradients)
    limits = np.finfo(gradients.dtype)
    lost = ~((squares > limits.tiny / limits.eps) & (squares < limits.max))
    found = np.sqrt(squares)
    if lost.any():
        found[lost] = _scaled_lengths(gradients[lost])
    return found


def _scaled_lengths(gradients: Array) -> Array:
    largest = np.max(np.abs(gradients), axis=(-2, -1), initial=0.0)
    safe = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    squares = np.square(gradients / safe[..., None, None]).sum(axis=(-2, -1))
    return np.where(np.isfinite(largest), safe * np.sqrt(squares), largest)
