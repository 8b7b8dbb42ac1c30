"""How far back in time the gradient of one loss reaches, as it is now."""

from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.tape import backward
from bptt_viz.topologies import pattern
from bptt_viz.training.learner import Learner


def reach_now(learner: Learner, steps: int) -> Array:
    """Return ‖∂L_T/∂(h, c)_t‖ for t = 1 … T over the first steps of the text, over all layers jointly.

    Args:
        learner: stays as it is.
        steps: T.
    """
    model = replace(learner.model, pattern=pattern("many-to-many", steps))
    codes = learner.stream.codes[:, : steps + 1].T
    x = np.eye(model.output_size, dtype=learner.parameters.vector.dtype)[codes[:-1]]
    rollout = model.run(learner.parameters.parts, x, codes[1:])
    last = rollout.losses[steps]
    found = backward(rollout.tape, {last: np.ones_like(last.value)})
    each = [
        [norm(found[node]) for run in rollout.layers for node in run.states[t].values()] for t in range(1, steps + 1)
    ]
    return np.array([norm(np.array(norms)) for norms in each])
