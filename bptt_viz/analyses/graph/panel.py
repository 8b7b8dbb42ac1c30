"""One panel laid out: the cells from left to right, the readout upwards at their right end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bptt_viz.analyses.graph.layout.arrangement import Arrangement, arrange
from bptt_viz.analyses.graph.layout.layering import Box, Link, Room
from bptt_viz.analyses.graph.layout.paths import parallel, rounded, straight, turned
from bptt_viz.analyses.graph.parts import Part, Scheme, Wire
from bptt_viz.analyses.graph.texts import room
from bptt_viz.results.graph import Path, Point
from bptt_viz.results.lettering import text_size, width

ASIDE = 6.0
"""How far a backward edge runs beside its forward one."""
_ROUND = 38.0
_BOX = 34.0
_TURN = 16.0
"""Room in which a wire turns upwards to the readout."""
_CLEAR = 22.0


def shape_size(part: Part) -> tuple[float, float]:
    """Return the width and height of a part's shape."""
    if part.kind in {"end", "fork", "anchor"}:
        return 0.0, 6.0
    wide = width(part.label, text_size(part.kind))
    return (max(_ROUND, wide + 8), _ROUND) if part.kind == "op" else (max(46.0, wide + 18), _BOX)


@dataclass(frozen=True, slots=True)
class Course:
    """Where a wire runs.

    Attributes:
        path: of the forward edge.
        back: of the backward edge beside it.
        middle: of its label, on the wire.
        upright: it runs upwards there.
    """

    path: Path
    back: Path
    middle: Point
    upright: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Where everything of a panel stands; coordinates start anywhere in y and at 0 in x.

    Attributes:
        places: centre of each part.
        courses: of the wires, in their order.
        width: of the whole.
    """

    places: dict[str, Point]
    courses: list[Course]
    width: float


def lay_out(scheme: Scheme, texts: Sequence[tuple[str, str]], aside: float) -> Panel:
    """Place all parts and wires of a panel.

    Args:
        scheme: what is drawn.
        texts: of each wire, forward and back, as they are broken into lines.
        aside: how far backward edges run beside forward ones; 0 if there are none.
    """
    worded = zip(scheme.wires, texts, strict=True)
    wires = [replace(wire, value=value, gradient=back) for wire, (value, back) in worded]
    return _LayingOut(scheme, wires, aside).finish()


class _Block:
    """The parts of one flow direction, with the wires between them by number, and where they stand in the panel."""

    def __init__(self, parts: Sequence[Part], wires: Mapping[int, Wire], upright: bool, aside: float) -> None:
        self.upright = upright
        self.aside = aside
        self.parts = {part.id: part for part in parts}
        inside = {k: wire for k, wire in wires.items() if wire.source in self.parts and wire.target in self.parts}
        self._trunks = {k: wire for k, wire in inside.items() if self.parts[wire.target].kind == "fork"}
        self._links = {k: wire for k, wire in inside.items() if k not in self._trunks}
        self._bases = {wire.target: wire.source for wire in self._trunks.values()}
        self._leaving: dict[str, Wire] = {}
        for wire in inside.values():
            self._leaving.setdefault(wire.source, wire)
        boxes = [self._box(part) for part in parts if part.kind != "fork"]
        links = [self._link(wire) for wire in self._links.values()]
        self.laid: Arrangement = arrange(boxes, links) if boxes else _NOTHING
        self.shift = (0.0, 0.0)

    def _box(self, part: Part) -> Box:
        wide, high = shape_size(part)
        leaving = self._leaving.get(part.id)
        forked = leaving is not None and self.parts[leaving.target].kind == "fork"
        space = self._room(leaving) if leaving else room("", "", self.aside, self.upright)
        if part.kind == "op":
            # Edges back leave a round node slantwise, close to what stands above and below it.
            clear = (wide if self.upright else high) / 2 + self.aside
            space = Room(space.along, max(space.up, clear), max(space.down, clear))
        size = (high, wide) if self.upright else (wide, high)
        return Box(part.id, *size, space, part.layer, self._pin(part), part.kind == "op", forked)

    def _pin(self, part: Part) -> Literal["", "first", "last"]:
        if self.upright:
            return "first" if part.kind == "anchor" else ""
        return "first" if part.kind == "state" else "last" if part.kind in {"end", "anchor"} else ""

    def _link(self, wire: Wire) -> Link:
        source = self._bases.get(wire.source)
        empty = room("", "", self.aside, self.upright)
        return Link(source or wire.source, wire.target, self._room(wire) if source else empty)

    def _room(self, wire: Wire) -> Room:
        return room(wire.value, wire.gradient, self.aside, self.upright)

    def place(self, point: Point) -> Point:
        """Return a point of the arrangement in the panel."""
        x, y = turned(point) if self.upright else point
        return x + self.shift[0], y + self.shift[1]

    def places(self) -> dict[str, Point]:
        """Return the centre of each part; a fork sits where its source's wire has passed its label."""
        found = {name: self.place(centre) for name, centre in self.laid.centres.items()}
        return found | {fork: self.place(self.laid.exits[base]) for fork, base in self._bases.items()}

    def courses(self) -> dict[int, Course]:
        """Return the courses of the wires by number."""
        found: dict[int, Course] = {}
        for link, (k, wire) in enumerate(self._links.items()):
            forked = wire.source in self._bases
            middle = self.laid.link_labels[link] if forked else self.laid.labels[wire.source]
            found[k] = self._course(self.laid.paths[link], middle)
        for k, wire in self._trunks.items():
            x, y = self.laid.centres[wire.source]
            half = shape_size(self.parts[wire.source])[1 if self.upright else 0] / 2
            exit_ = self.laid.exits[wire.source]
            found[k] = self._course(straight((x + half, y), exit_), self.laid.labels[wire.source])
        return found

    def _course(self, path: Path, middle: Point) -> Course:
        back = parallel(path, self.aside)[::-1]
        return Course(tuple(map(self.place, path)), tuple(map(self.place, back)), self.place(middle), self.upright)


_NOTHING = Arrangement({}, {}, {}, [], [], 0.0, 0.0)


class _LayingOut:
    def __init__(self, scheme: Scheme, wires: Sequence[Wire], aside: float) -> None:
        self._parts = scheme.parts
        self._aside = aside
        readout = scheme.readout
        layers = {part.id: part.layer for part in scheme.parts}
        numbered = dict(enumerate(wires))
        self._crossing = {
            k: wire for k, wire in numbered.items() if layers[wire.source] != readout and layers[wire.target] == readout
        }
        anchors = {k: _anchor(k, readout) for k in self._crossing}
        lower = [part for part in scheme.parts if part.layer != readout]
        upper = [part for part in scheme.parts if part.layer == readout]
        below = {k: replace(wire, target=anchors[k].id) for k, wire in self._crossing.items()}
        above = {k: Wire(anchors[k].id, wire.target, "", "") for k, wire in self._crossing.items()}
        self._anchors = anchors
        self._cells = _Block([*lower, *anchors.values()], numbered | below, False, aside)
        self._readout = _Block([*anchors.values(), *upper], numbered | above, True, aside)
        self._ends = {k: wire.target for k, wire in numbered.items() if wire.target in self._end_ids()}

    def _end_ids(self) -> set[str]:
        return {part.id for part in self._parts if part.kind == "end"}

    def finish(self) -> Panel:
        width = self._put_readout()
        lower, upper = self._cells.courses(), self._readout.courses()
        courses = lower | upper | {k: self._turned(lower[k], upper[k]) for k in self._crossing}
        courses |= {k: self._lengthened(courses[k], width) for k in self._ends}
        places = self._readout.places() | self._cells.places()
        places |= {end: (width, places[end][1]) for end in self._ends.values()}
        return Panel(places, [courses[k] for k in sorted(courses)], width)

    def _put_readout(self) -> float:
        """Put the readout to the right of the cells, above all that leaves them; return the panel's width."""
        cells, readout = self._cells, self._readout
        if not self._crossing:
            return cells.laid.along + _CLEAR
        leaving = [cells.laid.centres[part.id][1] for part in self._parts if part.kind == "end"]
        anchors = [cells.laid.centres[anchor.id][1] for anchor in self._anchors.values()]
        floor = max([*(y + _CLEAR for y in leaving), *(y + _TURN for y in anchors)])
        left = cells.laid.along + _TURN
        readout.shift = (left + readout.laid.across, floor)
        return left + readout.laid.across

    def _turned(self, lower: Course, upper: Course) -> Course:
        """Join a course to the right with one upwards."""
        path = _turn(lower.path, upper.path)
        return Course(path, parallel(path, self._aside)[::-1], lower.middle, False)

    def _lengthened(self, course: Course, width: float) -> Course:
        x, y = course.path[-1]
        path = (*course.path, *straight((x, y), (width, y))[1:])
        return Course(path, parallel(path, self._aside)[::-1], course.middle, course.upright)


def _anchor(k: int, layer: int) -> Part:
    """Return the place at which a wire passes from the cells to the readout."""
    return Part(f"anchor-{k}", "anchor", "", layer)


def _turn(level: Path, upwards: Path) -> Path:
    corner = (upwards[0][0], level[-1][1])
    bend = rounded((level[-1], corner, upwards[0]), _TURN)
    return (*level, *bend[1:], *upwards[1:])
