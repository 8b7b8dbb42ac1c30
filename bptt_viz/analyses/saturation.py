"""Which units pass no gradient: saturated tanh and sigmoid units, ReLU units at zero."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bptt_viz.analyses.labels import label
from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.results.norms import ActivationShare, Series
from bptt_viz.tape import Node

SATURATED = 0.97
"""A tanh beyond this has a slope below .06, a sigmoid within .03 of its ends one below .03."""

_IDLE: Mapping[str, Callable[[Array], Array]] = {
    "tanh": lambda y: np.abs(y) > SATURATED,
    "sigmoid": lambda y: np.abs(y - 0.5) > SATURATED - 0.5,
    "relu": lambda y: y == 0,
}
_SLOPE: Mapping[str, Callable[[Array], Array]] = {
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: y * (1 - y),
    "relu": lambda y: y > 0,
}


def kind(node: Node) -> str | None:
    """Return the activation that made a node, `tanh`, `sigmoid` or `relu`, or None if it is no activated value."""
    name = node.primitive.name.removesuffix("_gate")
    return name if name in _IDLE else None


Found = dict[str, list[list[Node]]]
"""By name, for each time step the activated values of that name."""


def activated(rollout: Rollout) -> list[Found]:
    """Return each layer's activated values, its steps in the order of its run."""
    layers: list[Found] = [{} for _ in rollout.layers]
    places = {(t, run.depth): (k, at) for k, run in enumerate(rollout.layers) for at, t in enumerate(run.steps)}
    for node in rollout.tape.nodes:
        t, row, role = node.scope
        if role == "cell" and t is not None and kind(node) is not None:
            k, at = places[t, row]
            found, name = layers[k], label(node)
            if name not in found:
                found[name] = [[] for _ in rollout.layers[k].steps]
            found[name][at].append(node)
    return layers


def shares(found: Found) -> tuple[ActivationShare, ...]:
    """Return what the units behind each activation do."""
    return tuple(_share(name, steps) for name, steps in found.items())


def _share(name: str, steps: Sequence[Sequence[Node]]) -> ActivationShare:
    every = [node for nodes in steps for node in nodes]
    what = kind(every[0]) or ""
    values = np.concatenate([node.value.ravel() for node in every]).astype(float)
    slope = float(np.sqrt(np.mean(np.square(_SLOPE[what](values), dtype=float))))
    return ActivationShare(name, what, tuple(map(_idle, steps)), float(values.mean()), slope)


def slopes(nodes: Sequence[Node]) -> Array:
    """Return the activation's slope at every unit of these nodes, one after another."""
    found = [np.asarray(_SLOPE[kind(node) or ""](node.value), float).ravel() for node in nodes]
    return np.concatenate(found) if found else np.zeros(0)


def _idle(nodes: Sequence[Node]) -> float:
    """Return the share of idle units among all units of these nodes."""
    idle = [_IDLE[kind(node) or ""](node.value).ravel() for node in nodes]
    return float(np.concatenate(idle).mean()) if idle else 0.0


def pooled(found: Found, steps: int) -> Series:
    """Return the share of idle units over all activations, for each of `steps` time steps."""
    return tuple(_idle([node for by_step in found.values() for node in by_step[t]]) for t in range(steps))
