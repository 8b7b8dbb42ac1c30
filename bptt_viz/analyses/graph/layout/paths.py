"""Courses of arrows as cubic Bézier pieces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bptt_viz.results.graph import Path, Point


@dataclass(frozen=True, slots=True)
class Run:
    """A level part of a course, from x `left` to x `right`."""

    left: float
    right: float
    y: float


def straight(start: Point, end: Point) -> Path:
    """Return a straight line."""
    return (start, *_line(start, end))


def _line(start: Point, end: Point) -> tuple[Point, Point, Point]:
    (x0, y0), (x1, y1) = start, end
    thirds = ((2 * x0 + x1) / 3, (2 * y0 + y1) / 3), ((x0 + 2 * x1) / 3, (y0 + 2 * y1) / 3)
    return (*thirds, end)


def rounded(corners: Sequence[Point], radius: float) -> Path:
    """Return a line through `corners` that cuts each inner one with an arc of about `radius`."""
    path: list[Point] = [corners[0]]
    for before, corner, behind in zip(corners, corners[1:], corners[2:], strict=False):
        reach = min(radius, math.dist(before, corner) / 2, math.dist(corner, behind) / 2)
        enter, leave = _towards(corner, before, reach), _towards(corner, behind, reach)
        path += [*_line(path[-1], enter), _towards(corner, enter, reach * 0.45), _towards(corner, leave, reach * 0.45)]
        path.append(leave)
    return (*path, *_line(path[-1], corners[-1]))


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * distance / length, start[1] + (end[1] - start[1]) * distance / length


def through(start: Point, runs: Sequence[Run], end: Point, heading: float = 0.0) -> Path:
    """Return a course from left to right that is level along `runs` and bends between them.

    Args:
        start: where it begins, level.
        runs: its level parts, from left to right.
        end: the tip.
        heading: the direction at the tip, in radians from level, upwards positive.
    """
    path: list[Point] = [start]
    for run in runs:
        if run.left > path[-1][0]:
            path += _bend(path[-1], (run.left, run.y), 0.0)
        if run.right > run.left:
            path += _line(path[-1], (run.right, run.y))
    return (*path, *_bend(path[-1], end, heading))


def _bend(start: Point, end: Point, heading: float) -> tuple[Point, Point, Point]:
    reach = (end[0] - start[0]) / 2
    back = end[0] - reach * math.cos(heading), end[1] - reach * math.sin(heading)
    return (start[0] + reach, start[1]), back, end


def parallel(path: Path, distance: float) -> Path:
    """Return about the same path a little further to the right of those who walk along it."""
    found: list[Point] = []
    for k, (x, y) in enumerate(path):
        dx, dy = _direction(path, k)
        length = math.hypot(dx, dy) or 1.0
        found.append((x + distance * dy / length, y - distance * dx / length))
    return tuple(found)


def _direction(path: Path, k: int) -> Point:
    """Return where a path is heading at one of its points; a control point turns with the end that it belongs to."""
    knot = k + (0, -1, 1)[k % 3]
    before, behind = path[max(0, knot - 1)], path[min(len(path) - 1, knot + 1)]
    return behind[0] - before[0], behind[1] - before[1]


def beside(corners: Sequence[Point], distance: float) -> list[Point]:
    """Return the corners of a line a little further to the right of those who walk along a right-angled one."""
    normals = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        length = math.dist((x0, y0), (x1, y1)) or 1.0
        normals.append(((y1 - y0) / length, (x0 - x1) / length))
    ends = [(0.0, 0.0), *normals], [*normals, (0.0, 0.0)]
    return [
        (x + distance * (before[0] + behind[0]), y + distance * (before[1] + behind[1]))
        for (x, y), before, behind in zip(corners, *ends, strict=True)
    ]


def turned(point: Point) -> Point:
    """Return a point of a flow to the right as one of a flow upwards."""
    return -point[1], point[0]


def moved(path: Path, dx: float, dy: float) -> Path:
    """Return a path somewhere else."""
    return tuple((x + dx, y + dy) for x, y in path)
