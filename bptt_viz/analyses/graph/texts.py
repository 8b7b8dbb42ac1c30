"""The texts along wires: broken into lines, measured and put in their places."""

from functools import lru_cache

from bptt_viz.analyses.graph.layout.layering import Room
from bptt_viz.results.graph import Label, Point
from bptt_viz.results.lettering import height, text_size, width

_LINE = 3.0
"""Room between a wire and the text beside it."""
_HEAD = 6.0
"""Further room beside the head of a backward edge."""


def _clear(aside: float) -> float:
    """Return the room between a wire and the text on the side of its backward edge."""
    return _LINE + (aside + _HEAD if aside else 0.0)


_WIDEST = 90.0
"""Of a line that has several parts."""
_WIDEST_PART = 108.0
"""Of what stands in brackets before it is broken too."""
_OPERATORS = frozenset("=+−⊙/")


@lru_cache(1024)
def wrapped(formula: str) -> str:
    """Break a formula before its operators, and after commas, so that no line is much wider than need be."""
    size = text_size("gradient")
    lines: list[str] = []
    for part in _parts(formula):
        joined = f"{lines[-1]} {part}" if lines else part
        if lines and width(joined, size) <= _WIDEST:
            lines[-1] = joined
        else:
            lines.append(part)
    return "\n".join(lines)


def _parts(formula: str) -> list[str]:
    """Return what stays on one line: operands with the operator before them, items of a list."""
    parts: list[str] = []
    for part in _split(formula, 0):
        broken = width(part, text_size("gradient")) > _WIDEST_PART or part.lstrip("= ").startswith("[")
        parts += _split(part, 1) if broken else [part]
    return parts


def _split(formula: str, deepest: int) -> list[str]:
    """Split before operators and after commas that stand in at most `deepest` brackets."""
    parts = [""]
    depth = 0
    for word in formula.split(" "):
        ends = (
            parts[-1].endswith(",") or word in _OPERATORS or (word.startswith("(") and parts[-1][-1:] not in _OPERATORS)
        )
        if parts[-1] and depth <= deepest and ends:
            parts.append(word)
        else:
            parts[-1] = f"{parts[-1]} {word}".strip()
        depth += sum(word.count(mark) for mark in "([") - sum(word.count(mark) for mark in ")]")
    return parts


def room(value: str, gradient: str, aside: float, upright: bool) -> Room:
    """Return what the texts on a wire take.

    Args:
        value: name of the value, set above a level wire.
        gradient: what comes back, set below it.
        aside: how far a backward edge runs beside the wire.
        upright: the wire runs upwards, and both texts stand to its right.
    """
    size = text_size("value")
    wide = max((width(text, size) for text in (value, gradient) if text), default=0.0)
    above, below = (height(text, size) if text else 0.0 for text in (value, gradient))
    if not wide:
        return Room(0.0, 4.0, 4.0 + aside)
    if upright:
        return Room(above + below, 4.0, wide + _clear(aside))
    return Room(wide, above + _LINE if value else 4.0, below + _clear(aside))


def labels(value: str, gradient: str, place: Point, aside: float, upright: bool) -> tuple[Label, ...]:
    """Return the texts of a wire whose middle is at `place`; the other arguments are as for `room`."""
    size = text_size("value")
    texts = [(text, kind) for text, kind in ((value, "value"), (gradient, "gradient")) if text]
    high = sum(height(text, size) for text, _ in texts)
    top = place[1] + high / 2
    found = []
    for text, kind in texts:
        wide, tall = width(text, size), height(text, size)
        if upright:
            x, y = place[0] + _clear(aside) + wide / 2, top - tall / 2
            top -= tall
        else:
            x = place[0]
            y = place[1] + (_LINE + tall / 2 if kind == "value" else -_clear(aside) - tall / 2)
        found.append(Label(text, kind, x, y, wide, tall, is_left=upright))
    return tuple(found)
