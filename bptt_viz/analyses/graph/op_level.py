"""The picture at op level: panels side by side, with values in green and gradients in red."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bptt_viz.analyses.graph.canvas import Canvas, Room
from bptt_viz.analyses.graph.layout.paths import Run, parallel, straight, through
from bptt_viz.analyses.graph.panel import ASIDE, Course, shape_size
from bptt_viz.analyses.graph.parts import Part, Scheme, Wire
from bptt_viz.analyses.graph.sheets import Sheet, Texts, sheets_of, texts_of
from bptt_viz.analyses.graph.steps import Step
from bptt_viz.analyses.graph.texts import labels
from bptt_viz.results.graph import GraphEdge, GraphNode, Label, Point
from bptt_viz.results.lettering import height, text_size, width

_GAP = 60.0
"""Room between two panels, which the states cross."""


def draw_panels(steps: Sequence[Step], arrows_back: bool) -> Canvas:
    """Draw panels from left to right; what leaves one enters the next.

    Args:
        steps: at least one.
        arrows_back: draw backward edges where norms are known, beside the forward ones.
    """
    drawing = _Drawing(steps, ASIDE if arrows_back else 0.0)
    drawing.draw()
    return drawing.canvas


class _Drawing:
    def __init__(self, steps: Sequence[Step], aside: float) -> None:
        self.canvas = Canvas()
        self._steps = steps
        self._aside = aside
        self._sheets = sheets_of(steps, aside)
        self._entries: dict[tuple[int, int], tuple[int, ...]] = {}
        self._crossings: dict[tuple[int, int, int], Course] = {}
        self._starts = self._set_up()

    def _set_up(self) -> list[float]:
        """Return where each panel begins; what enters one from elsewhere stands in front of it."""
        x, starts = 0.0, []
        for k, step in enumerate(self._steps):
            x += _GAP + self._entering_room(k) if k else 0.0
            starts.append(x)
            x += self._sheets[id(step.scheme)].panel.width
        return starts

    def draw(self) -> None:
        """Draw all panels side by side."""
        rooms: dict[tuple[int, ...], Room] = {}
        for k in range(len(self._steps)):
            here, behind = self._placed(k), self._placed(k + 1) if k + 1 < len(self._steps) else None
            nodes, edges = self._nodes(here, behind), self._edges(here, behind)
            kind = (id(here.step.scheme), id(behind.step.scheme) if behind else 0)
            if kind not in rooms:
                rooms[kind] = _room(nodes, edges, here.x)
            left, bottom, right, top = rooms[kind]
            self.canvas.include(nodes, edges, (left + here.x, bottom, right + here.x, top))
            for number in self._unmet(k):
                self._enter(here, number)
        if len(self._steps) == 1:
            self._list(self._placed(0))

    def _placed(self, k: int) -> "_Placed":
        step = self._steps[k]
        return _Placed(step, self._sheets[id(step.scheme)], self._starts[k])

    def _list(self, only: "_Placed") -> None:
        """Write the equations into the corner that the readout leaves free, or above if there is none."""
        left, _, _, top = self.canvas.extent()
        row = height("h", text_size("value")) + 1
        scheme = only.step.scheme
        floor = top + row
        if any(part.layer == scheme.readout for part in scheme.parts):
            floor = row + only.sheet.top_of_cells(scheme.readout)
        upper = max(top, floor + row * len(scheme.equations))
        for k, equation in enumerate(scheme.equations):
            self.canvas.write(only.step.say(equation), "value", left, upper - (k + 0.5) * row)

    def _nodes(self, here: "_Placed", behind: "_Placed | None") -> list[GraphNode]:
        step, x = here.step, here.x
        return [
            GraphNode(
                here.name(part.id), part.kind, step.say(part.label), at[0] + x, at[1], *size, step.t, part.layer, told,
                part.gate,
            )
            for part, at, size, told in zip(step.scheme.parts, *here.sheet.shapes, step.tooltips, strict=True)
            if part.kind != "end" or behind is None or behind.box_of(part) is None
        ]  # fmt: skip

    def _edges(self, here: "_Placed", behind: "_Placed | None") -> list[GraphEdge]:
        edges: list[GraphEdge] = []
        sheet = here.sheet
        for k, wire in enumerate(here.step.scheme.wires):
            course, target = sheet.panel.courses[k], here.name(wire.target)
            box = behind.box_of(sheet.parts[wire.target]) if behind else None
            if behind and box:
                target, course = behind.name(box.id), self._crossed(k, here, behind, box)
            from_fork, to_fork = (sheet.parts[end].kind == "fork" for end in (wire.source, wire.target))
            ends = here.name(wire.source), target, from_fork, to_fork
            edges += self._wire(here, k, wire, course, sheet.labels[k], ends)
        return edges

    def _crossed(self, k: int, here: "_Placed", behind: "_Placed", box: Part) -> Course:
        """Return the course of a state that leaves one panel, lengthened to where it comes into the next."""
        kind = (id(here.step.scheme), id(behind.step.scheme), k)
        if kind not in self._crossings:
            self._crossings[kind] = self._lengthened(here.sheet.panel.courses[k], here, behind, box)
        return self._crossings[kind]

    def _lengthened(self, course: Course, here: "_Placed", behind: "_Placed", box: Part) -> Course:
        x, y = behind.at(box.id)
        tip, last = (x - here.x - shape_size(box)[0] / 2, y), course.path[-1]
        # The wire comes down or goes up at once, to pass between what enters the next panel from elsewhere.
        path = (*course.path, *through(last, [Run(last[0] + _GAP, tip[0], y)], tip)[1:])
        return replace(course, path=path, back=parallel(path, self._aside)[::-1])

    def _wire(
        self,
        here: "_Placed",
        k: int,
        wire: Wire,
        course: Course,
        texts: Sequence[Label],
        ends: tuple[str, str, bool, bool],
    ) -> list[GraphEdge]:
        """Return a wire, and the edge back beside it if a norm is known; only edges that reach a shape have a tip."""
        step, (source, target, from_fork, to_fork) = here.step, ends
        norm, mark = step.norms[k], here.sheet.marks[k]
        size = "" if norm is None else f", norm {norm:.3g}"
        back = f"gradient {step.say(wire.gradient)}{size}" if wire.gradient else ""
        told = "\n".join(filter(None, (step.say(wire.value), back)))
        written = here.written(k, texts)
        name = f"{source}--{target}{mark}"
        edges = [GraphEdge(name, source, target, "value", course.path, to_fork, written, None, told, here.x)]
        if self._aside and norm is not None:
            name = f"{target}--{source}--back{mark}"
            edges.append(GraphEdge(name, target, source, "gradient", course.back, from_fork, (), norm, back, here.x))
        return edges

    def _unmet(self, k: int) -> tuple[int, ...]:
        """Return which of a panel's entering wires bring what the panel before does not hand on."""
        before, here = self._steps[k - 1] if k else None, self._steps[k]
        kind = (id(before.scheme) if before else 0, id(here.scheme))
        if kind not in self._entries:
            parts = {part.id: part for part in here.scheme.parts}
            handed = _handed(before.scheme) if before else set()
            targets = [parts[wire.target] for wire in here.scheme.entering]
            unmet = [number for number, part in enumerate(targets) if part.state not in handed]
            self._entries[kind] = tuple(unmet)
        return self._entries[kind]

    def _entering_room(self, k: int) -> float:
        step = self._steps[k]
        return max([_entry_width(texts_of(step, *_entering(step, number))) for number in self._unmet(k)], default=0.0)

    def _enter(self, here: "_Placed", number: int) -> None:
        """Draw where a value comes from that the panel before does not hand on."""
        k, wire = _entering(here.step, number)
        part, t = here.sheet.parts[wire.target], here.step.t
        x, y = here.sheet.panel.places[part.id]
        texts = texts_of(here.step, k, wire)
        tip = (x - shape_size(part)[0] / 2, y)
        start, middle = (tip[0] - _entry_width(texts), y), (tip[0] - _entry_width(texts) / 2 - 4, y)
        source = here.name(wire.source)
        end = GraphNode(source, "end", "", start[0] + here.x, y, 0.0, 6.0, None if t is None else t - 1, part.layer, "")
        course = Course(straight(start, tip), parallel(straight(start, tip), self._aside)[::-1], middle, False)
        written = labels(*texts, middle, self._aside, False)
        self.canvas.nodes.append(end)
        self.canvas.edges += self._wire(here, k, wire, course, written, (source, here.name(wire.target), False, False))


def _handed(scheme: Scheme) -> set[str]:
    """Return the names of the values that a panel hands on to the next."""
    return {part.state for part in scheme.parts if part.kind == "end" and part.state}


def _entering(step: Step, number: int) -> tuple[int, Wire]:
    """Return an entering wire and its number among all wires."""
    return len(step.scheme.wires) + number, step.scheme.entering[number]


def _entry_width(texts: Texts) -> float:
    return 18 + max(width(text, text_size("gradient")) for text in texts)


def _room(nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], x: float) -> Room:
    """Return the room of a panel that begins at `x`, counted from there."""
    canvas = Canvas()
    canvas.nodes, canvas.edges = list(nodes), list(edges)
    left, bottom, right, top = canvas.extent()
    return left - x, bottom, right - x, top


@dataclass(frozen=True, slots=True)
class _Placed:
    """A panel and where it begins."""

    step: Step
    sheet: Sheet
    x: float

    def name(self, part: str) -> str:
        """Return the id of a part in the whole picture."""
        return f"{self.step.prefix}{part}"

    def at(self, part: str) -> Point:
        """Return the centre of a part in the whole picture."""
        x, y = self.sheet.panel.places[part]
        return x + self.x, y

    def box_of(self, end: Part) -> Part | None:
        """Return the box through which what left the panel before comes in; None if this one ignores it."""
        if end.kind != "end" or not end.state:
            return None
        boxes = (part for part in self.step.scheme.parts if part.kind == "state")
        return next((box for box in boxes if box.state == end.state), None)

    def written(self, k: int, texts: Sequence[Label]) -> tuple[Label, ...]:
        """Return this panel's texts in the places that the labels have in all panels of its kind."""
        own = dict(zip(("value", "gradient"), texts_of(self.step, k, self._wire(k)), strict=True))
        return tuple(Label(own[one.kind], one.kind, one.x, one.y, one.width, one.height, one.is_left) for one in texts)

    def _wire(self, k: int) -> Wire:
        scheme = self.step.scheme
        count = len(scheme.wires)
        return scheme.wires[k] if k < count else scheme.entering[k - count]
