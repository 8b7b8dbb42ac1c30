"""Path data of SVG: curves and lines through points, and the same in fewer letters."""

import re

from bptt_viz.results.graph import Path

_SHORTER = (
    (re.compile(r"\.0(?=\D)"), ""),
    (re.compile(r"(?<=[MLC ])(-?[\d.]+ )(-?[\d.]+)L\1(-?[\d.]+)"), r"\1\2V\3"),
    (re.compile(r"(?<=[MLC ])(-?[\d.]+) (-?[\d.]+)L(-?[\d.]+) \2(?=[A-Za-z\"])"), r"\1 \2H\3"),
)
"""What path data does without: noughts, and of a level or upright line the coordinate that stays."""
_FLAT = 0.02
"""How far, in points, a curve may be from a line that stands for it."""


def course_of(path: Path, high: float) -> str:
    """Return path data; pieces that are straight are written as lines."""
    x0, y0 = path[0]
    parts = [f"M{x0:.1f} {high - y0:.1f}"]
    for k in range(1, len(path), 3):
        (x1, y1), (x2, y2), (x3, y3) = path[k : k + 3]
        dx, dy = x3 - x0, y3 - y0
        room = _FLAT * (abs(dx) + abs(dy))
        if abs((x1 - x0) * dy - (y1 - y0) * dx) <= room and abs((x2 - x0) * dy - (y2 - y0) * dx) <= room:
            parts.append(f"L{x3:.1f} {high - y3:.1f}")
        else:
            parts.append(f"C{x1:.1f} {high - y1:.1f} {x2:.1f} {high - y2:.1f} {x3:.1f} {high - y3:.1f}")
        x0, y0 = x3, y3
    return "".join(parts)


def shorter(drawn: str) -> str:
    """Return SVG paths with the same points in fewer letters.

    Args:
        drawn: elements with absolute M, L and C alone, which have one digit behind the point.
    """
    for found, put in _SHORTER:
        drawn = found.sub(put, drawn)
    return drawn
