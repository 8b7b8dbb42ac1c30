"""Finds the first number in a rollout or a backward pass that is not finite."""

from typing import Literal

import numpy as np

from bptt_viz.analyses.labels import label
from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.results.norms import Place
from bptt_viz.tape import Cotangents, Node


def first_nonfinite(rollout: Rollout, cotangents: Cotangents) -> Place | None:
    """Return the first place in the order of computation, else the first met walking back from the loss.

    Args:
        rollout: the recorded values.
        cotangents: a backward pass that kept all of them.
    """
    # An alias has its parent's value, and T of them would have a large weight looked through T times.
    nodes = [node for node in rollout.tape.nodes if not node.primitive.transparent]
    for node in nodes:
        if not _finite(node.value):
            return _place(rollout, node, "forward")
    for node in reversed(nodes):
        if node.active and cotangents.reached(node) and not _finite(cotangents[node]):
            return _place(rollout, node, "backward")
    return None


def _finite(array: Array) -> bool:
    return bool(np.isfinite(array).all())


def _place(rollout: Rollout, node: Node, phase: Literal["forward", "backward"]) -> Place:
    t, layer, role = node.scope
    inside = role in {"cell", "state", "carry"} and layer < len(rollout.layers)
    return Place(phase, t, layer if inside else None, role, label(node), node.primitive.name)
