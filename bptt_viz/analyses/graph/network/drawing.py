"""Draws the boxes of any model at step level, and its wires with what comes back over them."""

import math
from collections.abc import Sequence

import numpy as np

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import rounded
from bptt_viz.analyses.graph.network.boxes import Box, Network, values
from bptt_viz.analyses.graph.network.placing import Placing, box_size
from bptt_viz.analyses.graph.unrolled import backwards
from bptt_viz.analyses.graph.wiring.courses import Branch, wire
from bptt_viz.arrays import norm
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import Node

_RADIUS = 14.0
_ASIDE = -9.0
"""How far beside the middle of a box a wire to what stands below leaves it; others leave in the middle."""
_BACK = 8.0
"""Room beside a wire for what comes back."""


def draw_network(rollout: Rollout, gradients: Gradients | None) -> Canvas:
    """Draw all time steps of any model, with boxes wired as the tape tells.

    Args:
        rollout: the recorded model.
        gradients: norms for backward edges, drawn if given.
    """
    return _Drawing(rollout, gradients).finish()


class _Drawing:
    def __init__(self, rollout: Rollout, gradients: Gradients | None) -> None:
        self._network = Network(rollout)
        placing = Placing(self._network)
        self._canvas = Canvas()
        self._gathered = placing.gathered
        self._gradients = gradients
        self._wired = wire(placing.board, placing.nets, _BACK if gradients else 0.0)

    def finish(self) -> Canvas:
        """Draw everything."""
        for name, box in self._network.boxes.items():
            self._box(box, self._wired.places[name])
        for name, place in self._wired.forks.items():
            self._canvas.box(name, "fork", "", place, (0.0, 6.0), None, 0, "")
        for branches in self._wired.branches:
            root = branches[0].source
            for branch in branches:
                self._branch(self._network.boxes[root], branch)
        for source, target in self._gathered:
            self._gather(self._network.boxes[source], self._network.boxes[target])
        for label, told in self._network.legend.items():
            self._canvas.explain("value", label, told)
        return self._canvas

    def _gather(self, source: Box, target: Box) -> None:
        """Lead a value up or down to the height of what gathers it and its like, and along that to it."""
        (x, y), (end, level) = self._wired.places[source.id], self._wired.places[target.id]
        way = math.copysign(1.0, level - y)
        x, start = x + _ASIDE * (way < 0), y + way * box_size(source)[1] / 2
        side = end - box_size(target)[0] / 2
        if side > x:
            path = rounded(((x, start), (x, level), (side, level)), _RADIUS)
        else:
            path = rounded(((x, start), (x, level - way * box_size(target)[1] / 2)), _RADIUS)
        self._canvas.forward(source.id, target.id, path)
        # The pass starts at the losses, not at their sum.
        of_loss = self._gradients.of(source.nodes[-1]) if self._gradients and target.place == "total" else None
        sent = of_loss or self._sent(source, (target.id,))
        if sent is not None:
            what = f"what comes back to {source.label.replace(chr(10), ', ')}"
            self._canvas.backward(target.id, source.id, backwards(path), sent, what)

    def _box(self, box: Box, place: tuple[float, float]) -> None:
        told = "\n".join(filter(None, (box.about, *map(self._measured, self._shown(box)))))
        self._canvas.box(box.id, box.kind, box.label, place, box_size(box), box.t, box.row, told)

    def _shown(self, box: Box) -> list[Node]:
        """Return the nodes of a box that its tooltip measures: what it hands on."""
        if box.place in {"cell", "weights", "total"}:
            return []
        users = [user for (source, _), found in self._network.uses.items() if source == box.id for user in found]
        return [node for node, _ in values(box, users)] or box.nodes[-1:]

    def _measured(self, node: Node) -> str:
        shape = " × ".join(map(str, node.shape)) or "a number"
        told = f"{node.name or node.primitive.name}: shape {shape}, norm {norm(node.value):.3g}"
        if self._gradients and node.active:
            told += f", gradient norm {self._gradients.of(node):.3g}"
        return told

    def _branch(self, root: Box, branch: Branch) -> None:
        forks = self._wired.forks
        path = rounded(branch.corners, _RADIUS)
        kind = "weights" if root.place == "weights" else "value"
        self._canvas.forward(branch.source, branch.target, path, kind, headless=branch.target in forks)
        sent = self._sent(root, branch.behind)
        if sent is not None:
            what = f"what comes back to {root.label.replace(chr(10), ', ')}"
            self._canvas.backward(
                branch.target, branch.source, backwards(path), sent, what, headless=branch.source in forks
            )

    def _sent(self, root: Box, targets: Sequence[str]) -> float | None:
        """Return the norm of what some boxes together send back to another; None if nothing gets there."""
        if self._gradients is None:
            return None
        users = [user for target in targets for user in self._network.uses[root.id, target]]
        found = []
        for node, own in values(root, users):
            reached = [user for user in own if user.primitive is not STOP and self._gradients.reaches(user)]
            if reached and node.active:
                found.append(norm(np.asarray(self._gradients.from_users(node, reached))))
        return math.hypot(*found) if found else None
