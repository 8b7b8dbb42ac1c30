"""The gradient of every parameter over windows of a text, whole and step by step, and both ways to clip it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from bptt_viz.analyses.parts import Uses
from bptt_viz.analyses.runs import seeded
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Batch, Prepared, Rollout
from bptt_viz.tape import Node, backward

Gradient = Mapping[str, Array]
"""The gradient of each parameter, by its name."""

QUANTILE = 0.9
"""Of the gradient norms over windows of a text: where a threshold is set that nobody gave."""


def clip_by_norm(gradient: Gradient, threshold: float) -> dict[str, Array]:
    """Return g θ/‖g‖ if ‖g‖ ≥ θ, with the norm over all parameters jointly (Pascanu, Mikolov & Bengio 2013).

    Args:
        gradient: by parameter, any shapes.
        threshold: θ, positive.
    """
    size = joint_norm(gradient)
    factor = threshold / size if size >= threshold else 1.0
    return {name: value * factor for name, value in gradient.items()}


def clip_elementwise(gradient: Gradient, limit: float) -> dict[str, Array]:
    """Return every entry held between −c and c (as in min-char-rnn).

    Args:
        gradient: by parameter, any shapes.
        limit: c, positive.
    """
    return {name: np.clip(value, -limit, limit) for name, value in gradient.items()}


def joint_norm(gradient: Gradient) -> float:
    """Return the norm of all parameters' gradients laid end to end."""
    return norm(np.array([norm(value) for value in gradient.values()]))


def cosine(one: Gradient, other: Gradient) -> float:
    """Return the cosine of the angle between two gradients; 1 if either is 0."""
    sizes = joint_norm(one), joint_norm(other)
    if 0.0 in sizes:
        return 1.0
    # Each is scaled first, so that products neither vanish nor overflow.
    product = sum(float(np.sum((one[name] / sizes[0]) * (other[name] / sizes[1]))) for name in one)
    return min(1.0, max(-1.0, product))


def batches(prepared: Prepared, count: int) -> list[Batch]:
    """Return `count` batches of the model's data, each with as many rows as the request's batch."""
    size = prepared.request.batch
    whole = prepared.plan.batch(replace(prepared.request, steps=prepared.batch.length, batch=count * size))
    return [whole.rows(slice(k * size, (k + 1) * size)) for k in range(count)]


def rolled_out(prepared: Prepared, batch: Batch) -> Rollout:
    """Run a model on other data of the same shape."""
    with np.errstate(all="ignore"):
        return replace(prepared, batch=batch).run()


def total_gradient(rollout: Rollout) -> dict[str, Array]:
    """Return the gradient of L with respect to every parameter, in float64."""
    seeds = {rollout.loss: np.ones_like(rollout.loss.value)}
    with np.errstate(all="ignore"):
        found = backward(rollout.tape, seeds, list(rollout.parameters.values()))
        return {name: found[node].astype(float) for name, node in rollout.parameters.items()}


def usual_norm(prepared: Prepared, count: int) -> float | None:
    """Return the `QUANTILE` of the gradient's norm over `count` windows of the text; None if it is not finite.

    Args:
        prepared: the model with its parameters.
        count: windows, spread evenly over the text.
    """
    sizes = [joint_norm(total_gradient(rolled_out(prepared, batch))) for batch in batches(prepared, count)]
    found = float(np.quantile(sizes, QUANTILE)) if np.isfinite(sizes).all() else np.inf
    return found if 0 < found < np.inf else None


def step_gradients(rollout: Rollout) -> Iterator[dict[str, Array]]:
    """Return every parameter's dW_t, one mapping a step t = 1 … T; they sum to the total gradient."""
    uses, cotangents = Uses(rollout), seeded(rollout, "all")
    owned = {node.index: name for name, node in rollout.parameters.items()}
    for t in range(1, rollout.steps + 1):
        found = {name: np.zeros(node.shape) for name, node in rollout.parameters.items()}
        for node in _used(rollout, t):
            name = owned[node.parents[0].index]
            found[name] = found[name] + uses.whole(cotangents, node).astype(float)
        yield found


def _used(rollout: Rollout, t: int) -> list[Node]:
    """Return all weights as step `t` used them; what is used before time counts for step 1."""
    outside = [*(module.aliases for module in rollout.modules), rollout.readout]
    uses: list[Mapping[str, Node]] = [run.used(t) for run in rollout.at(t)]
    uses += [part[at] for part in outside for at in ((0, 1) if t == 1 else (t,)) if at in part]
    return [node for used in uses for node in used.values()]
