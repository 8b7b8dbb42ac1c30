"""Finds the first number in a rollout or a backward pass that is not finite."""

from collections.abc import Iterable
from typing import Literal

import numpy as np

from bptt_viz.analyses.labels import label
from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.results.norms import Place
from bptt_viz.tape import Cotangents, Node


def first_nonfinite(rollout: Rollout, passes: Iterable[Cotangents]) -> Place | None:
    """Return the first place: in the order of computation, else walking back in the first pass that has one.

    Args:
        rollout: the recorded values.
        passes: backward passes that kept all cotangents.
    """
    # An alias has its parent's value, and T of them would have a large weight looked through T times.
    nodes = [node for node in rollout.tape.nodes if not node.primitive.transparent]
    for node in nodes:
        if not _finite(node.value):
            return _place(rollout, node, "forward")
    for cotangents in passes:
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
