"""The credit matrix: gradients of all losses with respect to all states, many losses in one backward pass."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bptt_viz.analyses.credit_reach import finding, median_distance, profile
from bptt_viz.analyses.norms import describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.credit import SHARES, Credit, Reach
from bptt_viz.results.norms import GROWN
from bptt_viz.tape import Node, backward

JOINT = "joint"

# Numbers that a pass may hold at once, and losses: with more of them, too many steps behind a loss are walked in vain.
_NUMBERS = 32_000_000
_LOSSES = 48


def _silent(share: float) -> None:
    """Say nothing about the progress."""


def credit(
    prepared: Prepared, state: str | None = None, layer: int | None = None, tick: Callable[[float], None] = _silent
) -> Credit:
    """Return ‖∂L_k/∂h_t‖ for all losses k and steps t ≤ k.

    Args:
        prepared: the model with its data.
        state: one of the cell's states, or `joint` for all of them; None takes the one that is read out.
        layer: depth, 0 next to the input; None takes the one that is read out.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the cell has no such state, or the model no such layer.
    """
    with np.errstate(all="ignore"):  # what is not finite is shown as such, not by NumPy's warnings
        rollout = prepared.run()
        depth = _depth(rollout, layer)
        name = state or rollout.layers[depth].cell.states[0]
        norms = credit_matrix(rollout, _names(rollout, depth, name), depth, tick)
    losses = tuple(rollout.losses)
    rows = [norms[place, :k] for place, k in enumerate(losses)]
    reach = tuple(Reach(share, median_distance(rows, share)) for share in (*SHARES, GROWN))
    inputs, targets = _characters(prepared, rollout)
    words = finding(name, losses, rows, reach)
    return Credit(describe(prepared), depth, name, losses, norms, inputs, targets, profile(rows), reach, words)


def _depth(rollout: Rollout, layer: int | None) -> int:
    count = len(rollout.layers)
    if layer is not None and not 0 <= layer < count:
        raise UsageError(f"--layer {layer} does not exist; the model has layers 0 to {count - 1}")
    return count - 1 if layer is None else layer


def _names(rollout: Rollout, depth: int, state: str) -> tuple[str, ...]:
    states = rollout.layers[depth].cell.states
    if state != JOINT and state not in states:
        raise UsageError(f"--state {state!r}: the cell has {', '.join(states)}; or {JOINT} for all of them")
    return states if state == JOINT else (state,)


def credit_matrix(rollout: Rollout, names: Sequence[str], depth: int, tick: Callable[[float], None] = _silent) -> Array:
    """Return the norms (losses, T) for some states of one layer; several count as one vector."""
    states = [[at[name] for name in names] for at in rollout.layers[depth].states[1:]]
    found = np.zeros((len(rollout.losses), rollout.steps), rollout.loss.value.dtype)
    done = 0
    for gradients in gradients_by_loss(rollout, states):
        losses, steps = gradients.shape[:2]
        found[done : done + losses, :steps] = lengths(gradients)
        done += losses
        tick((steps / rollout.steps) ** 2)
    return found


def gradients_by_loss(
    rollout: Rollout, states: Sequence[Sequence[Node]], together: int | None = None
) -> Iterator[Array]:
    """Yield ∂L_k/∂s_t for neighbouring losses k, (losses, steps, N, S), up to the last step that one of them sees.

    One backward pass carries one loss a place of a leading axis: what one costs in Python, many cost together.

    Args:
        rollout: the recorded values.
        states: by step, the nodes whose cotangents are laid end to end.
        together: losses a pass; by default as many as memory and time allow.
    """
    ks = tuple(rollout.losses)
    count = together or _together(rollout)
    for first in range(0, len(ks), count):
        chunk = ks[first : first + count]
        seeds = dict(zip((rollout.losses[k] for k in chunk), np.eye(len(chunk), dtype=_dtype(rollout)), strict=True))
        reached = states[: chunk[-1]]
        found = backward(rollout.tape, seeds, wrt=[node for nodes in reached for node in nodes])
        joint = [np.concatenate([found[node] for node in nodes], axis=-1) for nodes in reached]
        yield np.stack(joint, axis=1)


def _dtype(rollout: Rollout) -> np.dtype[np.floating]:
    return rollout.loss.value.dtype


def _together(rollout: Rollout) -> int:
    # More than a pass really holds: most cotangents are let go as soon as they are used.
    nodes = (node for node in rollout.tape.nodes if node.active and not node.primitive.transparent)
    return int(np.clip(_NUMBERS // max(1, sum(node.value.size for node in nodes)), 1, _LOSSES))


def lengths(gradients: Array) -> Array:
    """Return Euclidean norms over the last two axes, scaled so that 1e-200 and 1e200 neither vanish nor overflow."""
    largest = np.max(np.abs(gradients), axis=(-2, -1), initial=0.0)
    safe = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    squares = np.square(gradients / safe[..., None, None]).sum(axis=(-2, -1))
    return np.where(np.isfinite(largest), safe * np.sqrt(squares), largest)


def _characters(prepared: Prepared, rollout: Rollout) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """Return the first window's input and target characters by step, None where the topology has none."""
    batch, steps = prepared.batch, range(1, rollout.steps + 1)
    read = tuple(batch.vocabulary[batch.inputs[t - 1, 0]] if t in rollout.inputs else None for t in steps)
    asked = tuple(batch.vocabulary[batch.targets[t - 1, 0]] if t in rollout.losses else None for t in steps)
    return read, asked
