"""The values of gates and candidates over a text, unit by unit."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.analyses.labels import layer_label
from bptt_viz.analyses.runs import characters
from bptt_viz.analyses.saturation import activated, kind
from bptt_viz.arrays import Array
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.activations import Activation, Activations
from bptt_viz.tape import Node
from bptt_viz.topologies import Layer


def activations(prepared: Prepared, rollout: Rollout, units: int = 32, steps: int = 200) -> Activations:
    """Return what each activation of each layer does to the first row of the batch.

    Args:
        prepared: the model with its data.
        rollout: its run.
        units: how many units are kept at most: those that change most over the text.
        steps: how many time steps are kept at most: the last ones.
    """
    layers = zip(rollout.layers, activated(rollout), strict=True)
    found = [
        _activation(rollout, run, name, nodes, units, steps) for run, named in layers for name, nodes in named.items()
    ]
    return Activations(characters(prepared, rollout)[0], tuple(found))


def _activation(
    rollout: Rollout, run: Layer, name: str, nodes: Sequence[Sequence[Node]], units: int, steps: int
) -> Activation:
    by_time = sorted(zip(run.steps, nodes, strict=True), key=lambda pair: pair[0])[-steps:]
    values = np.stack([np.concatenate([_first_row(node) for node in made]) for _, made in by_time], axis=1)
    with np.errstate(all="ignore"):
        liveliest = np.argsort(-np.nan_to_num(values.std(axis=1)), kind="stable")[:units]
    kept = tuple(sorted(map(int, liveliest)))
    times, what = tuple(t for t, _ in by_time), kind(nodes[0][0]) or ""
    return Activation(layer_label(rollout, run), name, what, times, kept, len(values), len(nodes), values[list(kept)])


def _first_row(node: Node) -> Array:
    value: Array = np.asarray(node.value, float)
    return value.reshape(-1, value.shape[-1])[0]
