"""The picture at op level: every operation of some time steps, with values in green and gradients in red."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import Run, moved, parallel, straight, through
from bptt_viz.analyses.graph.names import came_back, layer_mark
from bptt_viz.analyses.graph.panel import ASIDE, Course, Panel, lay_out, shape_size
from bptt_viz.analyses.graph.parts import Part, Step, Wire, step_parts
from bptt_viz.analyses.graph.texts import labels, room, wrapped
from bptt_viz.models import Rollout
from bptt_viz.results.graph import GraphEdge, GraphNode, Point
from bptt_viz.results.lettering import height, text_size, width
from bptt_viz.tape import Node

_GAP = 60.0
"""Room between two steps, which the states cross."""


def draw_ops(rollout: Rollout, shown: range, gradients: Gradients | None, tick: Callable[[float], None]) -> Canvas:
    """Draw the operations of the steps in `shown`, which lie between 1 and T.

    Args:
        rollout: the recorded model.
        shown: consecutive steps.
        gradients: norms for backward edges; without them only their expressions are written.
        tick: takes the finished share.
    """
    recorded = _by_step(rollout, shown)
    steps = []
    for done, t in enumerate(shown, start=1):
        steps.append(step_parts(rollout, t, recorded[t], gradients))
        tick(done / len(shown))
    drawing = _Drawing(rollout, gradients)
    drawing.add(steps)
    return drawing.canvas


def _by_step(rollout: Rollout, shown: range) -> dict[int, list[Node]]:
    found: dict[int, list[Node]] = {t: [] for t in shown}
    for node in rollout.tape.nodes:
        if node.scope.t in found:
            found[node.scope.t].append(node)
    return found


class _Drawing:
    def __init__(self, rollout: Rollout, gradients: Gradients | None) -> None:
        self.canvas = Canvas()
        self._rollout = rollout
        self._gradients = gradients
        self._aside = ASIDE if gradients else 0.0
        self._layouts: dict[tuple[object, ...], Panel] = {}

    def add(self, steps: Sequence[Step]) -> None:
        """Draw all steps, one panel each, on a grid as wide as the widest."""
        panels = [self._lay_out(step) for step in steps]
        period = max(panel.width for panel in panels) + _GAP
        for k, step in enumerate(steps):
            here = _Placed(step, panels[k], k * period)
            behind = _Placed(steps[k + 1], panels[k + 1], (k + 1) * period) if k + 1 < len(steps) else None
            self._nodes(here, behind)
            self._wires(here, behind)
        self._enter(_Placed(steps[0], panels[0], 0.0))
        if len(steps) == 1:
            self._list(steps[0], panels[0])
        self._explain(steps[-1])

    def _list(self, step: Step, panel: Panel) -> None:
        """Write the step's equations into the corner that the readout leaves free."""
        left, _, _, top = self.canvas.extent()
        row = height("h", text_size("value")) + 1
        cells = max(y for part, (_, y) in panel.places.items() if not self._in_readout(step, part))
        upper = max(top, cells + 40 + row * len(step.equations))
        for k, equation in enumerate(step.equations):
            self.canvas.write(equation, "value", left, upper - (k + 0.5) * row)

    def _in_readout(self, step: Step, name: str) -> bool:
        return any(part.id == name and part.layer == len(self._rollout.layers) for part in step.parts)

    def _lay_out(self, step: Step) -> Panel:
        """Lay a step out, unless one that takes the same room has been."""
        shapes = tuple((part.id, shape_size(part)) for part in step.parts)
        rooms = tuple(room(wire.value, wrapped(wire.gradient), self._aside, False) for wire in step.wires)
        ends = tuple((wire.source, wire.target) for wire in step.wires)
        key = (shapes, rooms, ends)
        if key not in self._layouts:
            self._layouts[key] = lay_out(step, len(self._rollout.layers), self._aside)
        return self._layouts[key]

    def _nodes(self, here: "_Placed", behind: "_Placed | None") -> None:
        for part in here.step.parts:
            if part.kind != "end" or behind is None or behind.box_of(part) is None:
                place, size = here.at(part.id), shape_size(part)
                self.canvas.box(
                    here.name(part.id), part.kind, part.label, place, size, here.step.t, part.layer, part.tooltip
                )

    def _wires(self, here: "_Placed", behind: "_Placed | None") -> None:
        parts = {part.id: part for part in here.step.parts}
        for wire, course in zip(here.step.wires, here.panel.courses, strict=True):
            there, target = _moved(course, here.x), here.name(wire.target)
            box = behind.box_of(parts[wire.target]) if behind else None
            if behind and box:
                target, there = behind.name(box.id), self._crossed(there, behind, box)
            from_fork, to_fork = (parts[end].kind == "fork" for end in (wire.source, wire.target))
            self._wire(wire, there, (here.name(wire.source), target), from_fork, to_fork)

    def _crossed(self, course: Course, behind: "_Placed", box: Part) -> Course:
        """Lengthen the course of a state that leaves one step to where it comes into the next."""
        x, y = behind.at(box.id)
        tip, last = (x - shape_size(box)[0] / 2, y), course.path[-1]
        run = Run(last[0], behind.x - _GAP, last[1])
        path = (*course.path, *through(last, [run], tip)[1:])
        return replace(course, path=path, back=parallel(path, self._aside)[::-1])

    def _wire(
        self, wire: Wire, course: Course, ends: tuple[str, str], from_fork: bool = False, to_fork: bool = False
    ) -> None:
        """Draw a wire, and the edge back beside it if a norm is known; only edges that reach a shape have a tip."""
        source, target = ends
        texts = labels(wire.value, wrapped(wire.gradient), course.middle, self._aside, course.upright)
        told = "\n".join(filter(None, (wire.value, _told(wire))))
        edge = GraphEdge(f"{source}--{target}", source, target, "value", course.path, to_fork, texts, None, told)
        self.canvas.edges.append(edge)
        if self._aside and wire.norm is not None:
            name = f"{target}--{source}--back"
            back = GraphEdge(name, target, source, "gradient", course.back, from_fork, (), wire.norm, _told(wire))
            self.canvas.edges.append(back)

    def _enter(self, first: "_Placed") -> None:
        """Draw where the states come from if the step before is not shown."""
        for part in first.step.parts:
            if part.kind == "state" and first.step.t > 1:
                self._enter_state(first, part)

    def _enter_state(self, first: "_Placed", part: Part) -> None:
        x, y = first.at(part.id)
        t = first.step.t
        mark = came_back(self._rollout, part.state) + layer_mark(self._rollout, part.layer)
        text = f"{mark} of step {t - 1}"
        tip = (x - shape_size(part)[0] / 2, y)
        start = (tip[0] - width(text, text_size("gradient")) - 18, y)
        name = f"{first.name(part.id)}-in"
        self.canvas.nodes.append(GraphNode(name, "end", "", *start, 0.0, 6.0, t - 1, part.layer, ""))
        norm = self._gradients.carried(part.layer, part.state, t) if self._gradients else None
        path, middle = straight(start, tip), ((start[0] + tip[0]) / 2 - 4, y)
        course = Course(path, parallel(path, self._aside)[::-1], middle, False)
        self._wire(Wire(name, part.id, "", text, norm), course, (name, first.name(part.id)))

    def _explain(self, last: Step) -> None:
        self.canvas.explain("value", "h", "a value on its way forward")
        self.canvas.explain("gradient", "dh", "the gradient of L on its way back")
        if last.t < self._rollout.steps:
            marks = ", ".join(came_back(self._rollout, name) for name in self._rollout.layers[0].cell.states)
            self.canvas.explain("gradient", marks, "what comes back from the next step")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A laid-out step and where it begins."""

    step: Step
    panel: Panel
    x: float

    def name(self, part: str) -> str:
        """Return the id of a part in the whole picture."""
        return f"t{self.step.t}-{part}"

    def at(self, part: str) -> Point:
        """Return the centre of a part in the whole picture."""
        x, y = self.panel.places[part]
        return x + self.x, y

    def box_of(self, end: Part) -> Part | None:
        """Return the box through which a state that left the step before comes in; None if the step ignores it."""
        boxes = (part for part in self.step.parts if part.kind == "state" and end.kind == "end")
        return next((box for box in boxes if (box.layer, box.state) == (end.layer, end.state)), None)


def _moved(course: Course, dx: float) -> Course:
    middle = (course.middle[0] + dx, course.middle[1])
    return Course(moved(course.path, dx, 0.0), moved(course.back, dx, 0.0), middle, course.upright)


def _told(wire: Wire) -> str:
    size = "" if wire.norm is None else f", norm {wire.norm:.3g}"
    return f"gradient {wire.gradient}{size}" if wire.gradient else ""
