"""Panels with their own numbers: sections of one structure are put into words once, then each one is measured."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from bptt_viz.analyses.graph.gradients import TapeGradients
from bptt_viz.analyses.graph.names import Clock
from bptt_viz.analyses.graph.numbers import Range, entries, range_text, ranges, shape_text, short, size
from bptt_viz.analyses.graph.parts import Flow, Part, Scheme, scheme_of
from bptt_viz.analyses.graph.section import Section
from bptt_viz.arrays import Array
from bptt_viz.tape import Node


@dataclass(frozen=True, slots=True)
class Detail:
    """Which numbers are written along wires."""

    values: bool = False
    norms: bool = False


NO_NUMBERS = Detail()


@dataclass(frozen=True, slots=True)
class Step:
    """One panel.

    Attributes:
        t: time step; None outside time.
        prefix: begins the ids of all that is drawn.
        scheme: what it has in common with others.
        clock: what its texts' stand-ins stand for; None if they have none.
        tooltips: of the parts.
        norms: of what comes back over the wires, then over the entering ones; None where that is unknown.
        numbers: forward and back, written along the wires, then along the entering ones.
    """

    t: int | None
    prefix: str
    scheme: Scheme
    clock: Clock | None
    tooltips: Sequence[str]
    norms: Sequence[float | None]
    numbers: Sequence[tuple[str, str]]

    @property
    def marks(self) -> dict[str, bool]:
        """What comes back to the values that leave, as it is written, and whether it is the next panel's."""
        ends = {part.id: part for part in self.scheme.parts if part.kind == "end"}
        leaving = (wire for wire in self.scheme.wires if wire.target in ends and wire.gradient)
        return {wire.gradient: bool(ends[wire.target].state) for wire in leaving}

    def say(self, text: str) -> str:
        """Return a text of the scheme as it reads in this step."""
        return self.clock.read(text) if self.clock else text


def steps_of(
    sections: Sequence[Section],
    gradients: TapeGradients | None,
    detail: Detail = NO_NUMBERS,
    tick: Callable[[float], None] | None = None,
) -> list[Step]:
    """Return the panels of some sections.

    Args:
        sections: in order; texts hold stand-ins for time steps.
        gradients: of one backward pass, if norms are wanted.
        detail: the numbers to write along wires; what comes back needs gradients.
        tick: takes the finished share.
    """
    kinds: dict[Hashable, list[int]] = {}
    for k, section in enumerate(sections):
        kinds.setdefault(section.structure(), []).append(k)
    done = count(1)
    found: dict[int, Step] = {}
    for places in kinds.values():
        alike = [sections[k] for k in places]
        measuring = _Measuring(scheme_of(alike[0]), alike, gradients, detail)
        for k, step in zip(places, measuring.steps(), strict=True):
            found[k] = step
            if tick:
                tick(next(done) / len(sections))
    return [found[k] for k in range(len(sections))]


class _Measuring:
    """Measures sections that share a scheme."""

    def __init__(
        self, scheme: Scheme, sections: Sequence[Section], gradients: TapeGradients | None, detail: Detail
    ) -> None:
        self._scheme = scheme
        self._sections = sections
        self._gradients = gradients
        self._detail = detail
        self._nodes = [section.everything() for section in sections]

    def steps(self) -> Iterator[Step]:
        scheme = self._scheme
        values = [self._ranges(part) for part in scheme.parts]
        wires = [*scheme.wires, *scheme.entering]
        for k, (section, nodes) in enumerate(zip(self._sections, self._nodes, strict=True)):
            clock = None if section.t is None else Clock(section.t, stands_in=True)
            told = [
                _read(clock, self._tooltip(part, section, nodes, found[k])) if found else ""
                for part, found in zip(scheme.parts, values, strict=True)
            ]
            back = [self._back(wire.flow, section, nodes) for wire in wires]
            numbers = [self._numbers(wire.flow, nodes, array) for wire, array in zip(wires, back, strict=True)]
            norms = [None if array is None else size(array) for array in back]
            prefix = section.prefix or ("" if section.t is None else f"t{section.t}-")
            yield Step(section.t, prefix, scheme, clock, told, norms, numbers)

    def _ranges(self, part: Part) -> list[Range] | None:
        """Return the range of a part's value in each section; None if it has none."""
        return None if part.place < 0 else list(ranges([nodes[part.place].value for nodes in self._nodes]))

    def _tooltip(self, part: Part, section: Section, nodes: Sequence[Node], found: Range) -> str:
        node = nodes[part.place]
        lines = [part.equation, f"shape {shape_text(node.shape)}, {range_text(found)}"]
        if part.gradient:
            lines.append(f"gradient: {part.gradient}")
        if self._gradients and node.active:
            back = arriving(self._gradients, part.place, section, nodes)
            lines.append(f"gradient norm {size(back):.3g}")
        return "\n".join(lines)

    def _back(self, flow: Flow | None, section: Section, nodes: Sequence[Node]) -> Array | None:
        """Return what comes back over a wire; None if that is not known."""
        gradients = self._gradients
        if flow is None or gradients is None or not flow.way:
            return None
        if flow.way == "node":
            return arriving(gradients, flow.back, section, nodes)
        if flow.way == "exit":
            out = section.exits[flow.back]
            return gradients.from_users(out.node, out.users)
        if flow.way == "entry":
            one = section.entries[flow.back]
            return gradients.from_users(one.origin, one.users)
        return gradients.over(nodes[flow.back], flow.slot, is_part=flow.cut == flow.back)

    def _numbers(self, flow: Flow | None, nodes: Sequence[Node], back: Array | None) -> tuple[str, str]:
        if flow is None or not (self._detail.values or self._detail.norms):
            return "", ""
        forward = self._written(_value(flow, nodes)) if flow.value >= 0 else ""
        return forward, "" if back is None else self._written(back)

    def _written(self, array: Array) -> str:
        lines = [entries(array)] if self._detail.values else []
        return "\n".join([*lines, f"‖·‖ {short(size(array))}"] if self._detail.norms else lines)


def arriving(gradients: TapeGradients, place: int, section: Section, nodes: Sequence[Node]) -> Array:
    """Return all that comes back to a value, or from the section to a value that it is given.

    Args:
        gradients: of one backward pass.
        place: of the value's node.
        section: what is drawn.
        nodes: its nodes by place.
    """
    node = nodes[place]
    if place < len(section.nodes):
        return gradients.whole(node)
    return gradients.from_users(node, [user for user in section.nodes if any(one is node for one in user.parents)])


def _read(clock: Clock | None, text: str) -> str:
    return clock.read(text) if clock else text


def _value(flow: Flow, nodes: Sequence[Node]) -> Array:
    """Return what goes forward over a wire: a value or the part of it that is used."""
    if flow.cut < 0:
        return nodes[flow.value].value
    piece: Array = nodes[flow.value].value[nodes[flow.cut].attributes["key"]]
    return piece
