"""Where a gradient is clipped: behind the sum over time, before the weights are changed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bptt_viz.analyses.gradients import clip_by_norm, clip_elementwise, joint_norm, total_gradient
from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.results.graph import GraphEdge, Point
from bptt_viz.results.lettering import text_size, width

_HIGH = 17.0
_WIDE = width("clip", text_size("clip")) + 8
_ROOM = 8.0
"""Between a mark and what the wire meets at its end."""


@dataclass(frozen=True, slots=True)
class Clip:
    """What holds the summed gradient back; the norm goes first where both are given.

    Attributes:
        norm: θ: g ← g θ/‖g‖ where ‖g‖ ≥ θ, over all parameters jointly (Pascanu, Mikolov & Bengio 2013).
        value: c: every entry is held between −c and c.
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that let nothing through.

        Raises:
            UsageError: a limit is not positive and finite, or there is none.
        """
        for name, limit in (("norm", self.norm), ("value", self.value)):
            if limit is not None and not (math.isfinite(limit) and limit > 0):
                raise UsageError(f"--clip-{name} must be positive and finite, got {limit:g}")


def draw_clips(canvas: Canvas, rollout: Rollout, clip: Clip) -> None:
    """Put a mark on every wire over which a summed gradient comes back to its weights, and say what clipping does.

    Args:
        canvas: a picture with gradients.
        rollout: the recorded model.
        clip: what holds the gradient back.
    """
    told = "\n".join(_told(rollout, clip))
    weights = {node.id: node for node in canvas.nodes if node.kind == "weights"}
    for edge in list(canvas.edges):
        if edge.kind == "gradient" and edge.target in weights and _is_sum(edge):
            place = _near_tip(edge)
            if place is not None:
                owner = weights[edge.target]
                canvas.box(f"{edge.id}-clip", "clip", "clip", place, (_WIDE, _HIGH), None, owner.layer, told)
    for line in _told(rollout, clip):
        canvas.explain("gradient", "clip", line)


def _is_sum(edge: GraphEdge) -> bool:
    """Tell whether a wire to some weights carries the sum over time, not one step's share."""
    return not edge.source.startswith("t") or edge.id.endswith("-sum")


def _near_tip(edge: GraphEdge) -> Point | None:
    """Return the place nearest to a wire's tip where a mark fits on a straight piece of it."""
    path = edge.path
    for k in range(len(path) - 4, -1, -3):
        (x0, y0), (x1, y1) = path[k], path[k + 3]
        length = math.hypot(x1 - x0, y1 - y0)
        half = (_WIDE if abs(x1 - x0) > abs(y1 - y0) else _HIGH) / 2
        if length >= 2 * half + _ROOM and min(abs(x1 - x0), abs(y1 - y0)) < 1e-6:
            share = (half + _ROOM) / length
            return x1 + (x0 - x1) * share, y1 + (y0 - y1) * share
    return None


def _told(rollout: Rollout, clip: Clip) -> Iterator[str]:
    """Yield what each way of clipping does to the gradient."""
    gradient = total_gradient(rollout)
    if clip.norm is not None:
        size = joint_norm(gradient)
        acts = f"scaled by {clip.norm / size:.3g}" if size >= clip.norm else "left as it is"
        yield f"by norm to θ = {clip.norm:g}: the gradient of all weights together, of norm {size:.3g}, is {acts}"
        gradient = clip_by_norm(gradient, clip.norm)
    if clip.value is not None:
        clipped = clip_elementwise(gradient, clip.value)
        cut = sum(int(np.sum(np.abs(value) > clip.value)) for value in gradient.values())
        entries = sum(value.size for value in gradient.values())
        yield (
            f"by element to ±{clip.value:g}: {cut} of {entries} entries are cut, the norm goes from"
            f" {joint_norm(gradient):.3g} to {joint_norm(clipped):.3g}"
        )
