"""Saliency of one output: its gradient with respect to every input character."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.analyses.credit import lengths
from bptt_viz.analyses.nonfinite import cause
from bptt_viz.analyses.runs import characters, describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.saliency import Of, Saliency
from bptt_viz.tape import backward


def saliency(prepared: Prepared, step: int, of: Of = "score", normalise: bool = False) -> Saliency:
    """Return ‖∂y_K[target]/∂x_t‖ or ‖∂L_K/∂x_t‖ for every step t of the first text window.

    Args:
        prepared: the model with its data.
        step: K, a step with an output.
        of: `score` for the target's score y_K[target], `loss` for L_K of the window alone.
        normalise: divide by the largest value.

    Raises:
        UsageError: there is no output at K.
    """
    with np.errstate(all="ignore"):  # what is not finite is shown as such, not by NumPy's warnings
        rollout = _run(prepared)
        _demand_output(rollout, step)
        values = lengths(input_gradient(prepared, rollout, step, of)[:, None])
        top = values.max(initial=0.0)
        values = values / top if normalise and top > 0 else values
    inputs, _ = characters(prepared, rollout)
    target, probability = _predicted(prepared, rollout, step)
    words = _finding(values, step, inputs, target, of) + ("" if np.isfinite(values).all() else cause(prepared))
    return Saliency(describe(prepared), step, of, inputs, target, probability, values, normalise, words)


def _run(prepared: Prepared) -> Rollout:
    return prepared.run(differentiate_inputs=True)


def _demand_output(rollout: Rollout, step: int) -> None:
    if step not in rollout.outputs:
        steps = rollout.pattern.outputs
        where = f"step {steps[0]}" if len(steps) == 1 else f"steps {steps[0]} to {steps[-1]}"
        raise UsageError(
            f"--saliency {step}: there is no output at that step; {rollout.pattern.name} has it at {where}"
        )


def input_gradient(prepared: Prepared, rollout: Rollout, step: int, of: Of) -> Array:
    """Return the gradient of the output by each step's input in the first window, (T, V); 0 where there is no input."""
    seeds = {rollout.outputs[step]: _score_seed(rollout, step)}
    if of == "loss":
        loss = rollout.losses[step]
        # L_K is the mean over the windows; the first one's own loss is N times its share.
        seeds = {loss: np.full(loss.shape, prepared.batch.size, loss.value.dtype)}
    found = backward(rollout.tape, seeds, wrt=list(rollout.inputs.values()))
    whole = np.zeros((rollout.steps, max(node.shape[-1] for node in rollout.inputs.values())), rollout.loss.value.dtype)
    for t, node in rollout.inputs.items():
        whole[t - 1, : node.shape[-1]] = found[node][0]
    return whole


def _score_seed(rollout: Rollout, step: int) -> Array:
    seed = np.zeros_like(rollout.outputs[step].value)
    seed[0, rollout.asked[step][0]] = 1
    return seed


def _predicted(prepared: Prepared, rollout: Rollout, step: int) -> tuple[str, float]:
    """Return the target character at `step` and the probability that the model gives it."""
    return prepared.batch.asked(step), float(np.exp(-rollout.surprise[step].value[0]))


def _finding(saliency: Array, step: int, inputs: Sequence[str | None], target: str, of: Of) -> str:
    what = f"The {of} of {target!r} at step {step}"
    if not np.isfinite(saliency).all():
        return f"{what} has a gradient that is not finite."
    total = float(saliency.sum())
    if total == 0:
        return f"{what} depends on no input."
    most = int(np.argmax(saliency)) + 1
    within = int(np.searchsorted(np.cumsum(saliency[:step][::-1]), total / 2)) + 1
    last = "the last step" if within == 1 else f"the last {within} steps"
    return f"{what} depends most on {inputs[most - 1]!r}, {_back(step - most)}; half of the sum lies within {last}."


def _back(distance: int) -> str:
    return f"{distance} step{'s' * (distance > 1)} back" if distance else "read at that very step"
