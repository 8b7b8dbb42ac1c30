"""Laid-out schemes: where the parts of all panels of a kind stand, with room for the longest of their texts."""

from collections.abc import Sequence
from dataclasses import dataclass

from bptt_viz.analyses.graph.panel import Panel, lay_out, shape_size
from bptt_viz.analyses.graph.parts import Part, Scheme, Wire
from bptt_viz.analyses.graph.steps import Step
from bptt_viz.analyses.graph.texts import labels, wrapped
from bptt_viz.results.graph import Label, Point
from bptt_viz.results.lettering import text_size, width

Texts = tuple[str, str]
"""What is written along a wire: forward and back."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What panels of one scheme share once they are laid out.

    Attributes:
        panel: where everything stands.
        parts: by id.
        shapes: centre and size of each part.
        labels: of each wire and entering wire, with the longest texts of all panels.
        marks: of each wire and entering wire, what its id ends in, for there may be two between the same parts.
    """

    panel: Panel
    parts: dict[str, Part]
    shapes: tuple[list[Point], list[tuple[float, float]]]
    labels: list[tuple[Label, ...]]
    marks: list[str]

    def top_of_cells(self, readout: int) -> float:
        """Return the upper end of all that does not belong to the readout."""
        shapes = zip(self.parts.values(), *self.shapes, strict=True)
        tops = [y + high / 2 for part, (_, y), (_, high) in shapes if part.layer != readout]
        level = [found for found, course in zip(self.labels, self.panel.courses, strict=True) if not course.upright]
        return max([*tops, *(label.y + label.height / 2 for found in level for label in found)])


def sheets_of(steps: Sequence[Step], aside: float) -> dict[int, Sheet]:
    """Return the sheets by their schemes' identity."""
    alike: dict[int, list[Step]] = {}
    for step in steps:
        alike.setdefault(id(step.scheme), []).append(step)
    return {key: _sheet(those, aside) for key, those in alike.items()}


def _sheet(alike: Sequence[Step], aside: float) -> Sheet:
    scheme = alike[0].scheme
    texts = [_longest(alike, k, wire) for k, wire in enumerate(scheme.wires)]
    panel = lay_out(scheme, texts, aside)
    shapes = [panel.places[part.id] for part in scheme.parts], [shape_size(part) for part in scheme.parts]
    found = [
        labels(*pair, course.middle, aside, course.upright) for pair, course in zip(texts, panel.courses, strict=True)
    ]
    return Sheet(panel, {part.id: part for part in scheme.parts}, shapes, found, _marks(scheme))


def _marks(scheme: Scheme) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    marks = []
    for wire in (*scheme.wires, *scheme.entering):
        ends = wire.source, wire.target
        seen[ends] = seen.get(ends, 0) + 1
        marks.append("" if seen[ends] == 1 else f"--{seen[ends]}")
    return marks


def texts_of(step: Step, k: int, wire: Wire) -> Texts:
    """Return what is written along a wire, forward and back, in lines."""
    value, back = step.say(wire.value), step.say(wrapped(wire.gradient))
    forward, backward = step.numbers[k]
    if not forward and not backward:
        return value, back
    return "\n".join(filter(None, (value, forward))), "\n".join(filter(None, (back, backward)))


def _longest(steps: Sequence[Step], k: int, wire: Wire) -> Texts:
    """Return a wire's texts with, of all steps' numbers, those that take most room."""
    first = texts_of(steps[0], k, wire)
    if steps[0].numbers[k] == ("", ""):
        return first
    size = text_size("value")
    every = [texts_of(step, k, wire) for step in steps]
    forward, back = (max((texts[side] for texts in every), key=lambda text: width(text, size)) for side in (0, 1))
    return forward, back
