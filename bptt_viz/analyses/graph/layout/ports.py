"""Where wires meet a shape: spread over the side that faces the flow, in the order in which they arrive."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bptt_viz.results.graph import Point

_WIDEST = math.radians(62)
_STEP = math.radians(42)
_LEVEL = 2.0


@dataclass(frozen=True, slots=True)
class Port:
    """The tip of an arriving wire and its direction there, in radians, upwards positive."""

    tip: Point
    heading: float


def entry_ports(centre: Point, size: tuple[float, float], is_round: bool, before: Sequence[Point]) -> list[Port]:
    """Return a port for each wire.

    Args:
        centre: of the shape.
        size: along the flow and across it.
        is_round: a circle, or two half circles with straight sides between; a box is met in the middle of its side.
        before: where each wire comes from.
    """
    if not is_round:
        return [Port((centre[0] - size[0] / 2, centre[1]), 0.0) for _ in before]
    radius = min(size) / 2
    middle = centre[0] - (size[0] / 2 - radius), centre[1]
    order = sorted(range(len(before)), key=lambda k: before[k][1] - centre[1])
    level = [abs(before[k][1] - centre[1]) < _LEVEL for k in order]
    angles = dict(zip(order, _spread(len(before), level.index(True) if any(level) else None), strict=True))
    return [_on_circle(middle, radius, angles[k]) for k in range(len(before))]


def _spread(count: int, level: int | None) -> list[float]:
    """Return angles from the lowest wire's to the highest's: 0 for one that comes in level, else even on both sides."""
    middle = (count - 1) / 2 if level is None else float(level)
    furthest = max(middle, count - 1 - middle, 1.0)
    step = min(_STEP, _WIDEST / furthest)
    return [(place - middle) * step for place in range(count)]


def _on_circle(middle: Point, radius: float, angle: float) -> Port:
    return Port((middle[0] - radius * math.cos(angle), middle[1] + radius * math.sin(angle)), -angle)
