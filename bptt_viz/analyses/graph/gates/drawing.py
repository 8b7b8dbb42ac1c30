"""Draws one step of a cell: its frame, its parts, and its wires with what comes back over them."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.analyses.expressions import Expressions
from bptt_viz.analyses.graph.gates.cell import GATE_HIGH, WEIGHTS_HIGH, CellStep, Laid, onward
from bptt_viz.analyses.graph.gates.contraction import INPUT, Part, Tie, entry, leaving
from bptt_viz.analyses.graph.gates.flow import Flow
from bptt_viz.analyses.graph.layout.paths import beside, rounded
from bptt_viz.analyses.graph.time_grid import ASIDE, Row
from bptt_viz.analyses.graph.unrolled import Unrolled, about
from bptt_viz.analyses.graph.wiring.courses import Branch
from bptt_viz.arrays import Array, norm
from bptt_viz.results.graph import Frame, Label, Point
from bptt_viz.results.lettering import clean, height, text_size, width
from bptt_viz.tape import Node

_RADIUS = 9.0
_INNER = 5.0
"""Of corners of wires, and of those of what runs back beside them."""
_BESIDE = 5.0
"""Between a gate's name and the wire beside it."""


class CellDrawing:
    """Draws one layer in one column."""

    def __init__(self, drawing: Unrolled, row: Row, k: int, step: CellStep, laid: Laid) -> None:
        self._drawing = drawing
        self._canvas = drawing.canvas
        self._row = row
        self._k = k
        self._step = step
        self._laid = laid
        self._prefix = f"{row.columns[k].id}-l{row.depth}-"
        gradients = drawing.gradients
        self._flow = Flow(step.graph, step.operations, step.nodes, gradients.across) if gradients else None
        self._text = Expressions(step.operations, step.names, {})
        self._ahead = onward(step.graph)
        self._ties = {(tie.source, tie.target): tie for tie in step.graph.ties}
        self._entrance = drawing.entrance(row, k)

    def draw(self) -> None:
        """Draw all of it."""
        wide, high = self._laid.wired.size
        x, y = self._at((wide / 2, high / 2))
        told = f"step {self._step.t} of {about(self._step.run)}"
        self._canvas.frames.append(Frame(f"{self._prefix}cell", "cell", x, y, wide, high, told))
        for part in self._step.graph.parts.values():
            self._part(part)
        for name, place in self._laid.wired.forks.items():
            self._put(self._id(name), "fork", "", self._at(place), (5.0, 5.0), "")
        for branches in self._laid.wired.branches:
            root = branches[0].source
            for branch in branches:
                self._branch(root, branch)

    def _at(self, place: Point) -> Point:
        return place[0] + self._row.lefts[self._k], place[1] + self._row.bottom

    def _put(self, name: str, kind: str, label: str, place: Point, size: Point, told: str, gate: str = "") -> None:
        self._canvas.box(name, kind, label, place, size, self._step.t, self._row.depth, told, gate)

    def _part(self, part: Part) -> None:
        block = self._laid.board.blocks[part.id]
        x, y = self._at(self._laid.wired.places[part.id])
        if part.kind != "layer":
            label = "stack" if part.kind == "stack" else part.symbol
            self._put(self._id(part.id), part.kind, label, (x, y), (block.width, block.height), self._told(part))
            return
        size = (block.width, WEIGHTS_HIGH)
        low = y - GATE_HIGH / 2 if part.symbol else y
        number = self._row.number(self._step.run)
        label = f"W_{number}" if number else "W"
        self._put(f"{self._id(part.id)}-W", "weights", label, (x, low), size, self._told_weights(part), part.name)
        if part.symbol:
            place, size = (x, y + WEIGHTS_HIGH / 2), (block.width, GATE_HIGH)
            self._put(self._id(part.id), "gate", part.symbol, place, size, self._told(part), part.name)
        if part.name and part.symbol:
            self._name(part.name, x, y + block.height / 2)

    def _name(self, name: str, x: float, top: float) -> None:
        """Write a gate's name beside the wire that leaves it upwards."""
        size = text_size("value")
        wide, high = width(name, size), height(name, size)
        self._canvas.labels.append(Label(name, "value", x - _BESIDE - wide / 2, top + high / 2 + 1, wide, high))

    def _told(self, part: Part) -> str:
        if part.kind == "stack":
            names = [self._text.values[key[0]] for tie in self._into(part.id) for key in tie.values]
            return f"[{', '.join(names)}], which the same weights multiply"
        node = self._step.operations[part.key[0]].node
        name, formula = self._text.values[node.index], self._text.formulas[node.index]
        return "\n".join([name if name == formula else f"{name} = {formula}", *self._measures(node)])

    def _measures(self, node: Node) -> list[str]:
        shape, value = " × ".join(map(str, node.shape)), node.value
        lines = [f"shape {shape}, from {value.min():.3g} to {value.max():.3g}, norm {norm(value):.3g}"]
        if self._drawing.gradients and node.active:
            lines.append(f"gradient norm {self._drawing.gradients.of(node):.3g}")
        return lines

    def _told_weights(self, part: Part) -> str:
        names = [clean(self._step.operations[index].node.name) for index in part.weights]
        return f"{', '.join(names)}{f', the part for {part.name}' if part.name else ''}"

    def _into(self, name: str) -> list[Tie]:
        return [tie for tie in self._step.graph.ties if tie.target == name]

    def _id(self, name: str) -> str:
        return f"{self._prefix}{name.replace(':', '-')}"

    def _branch(self, root: str, branch: Branch) -> None:
        forks = self._laid.wired.forks
        ties = [self._ties[root, target] for target in branch.behind]
        source, before = self._begin(branch)
        target, behind = self._end(root, branch)
        corners = [*before, *map(self._at, branch.corners[1:-1]), *behind]
        corners = _straightened(corners)
        path, back = rounded(corners, _RADIUS), rounded(beside(corners, ASIDE)[::-1], _INNER)
        self._canvas.forward(source, target, path, self._kind(root, ties), headless=branch.target in forks)
        message = self._passed(root, branch, ties)
        if message is not None and not (root == INPUT and self._entrance is None):
            what = f"what comes back to {self._called(root)}"
            self._canvas.backward(target, source, back, norm(message), what, headless=branch.source in forks)

    def _passed(self, root: str, branch: Branch, ties: Sequence[Tie]) -> Array | None:
        """Return what comes back over a branch; to a state before the step, only what passes the border."""
        gradients = self._drawing.gradients
        state = next((name for name in self._row.states if root == entry(name)), None)
        if gradients and state is not None:
            passing = gradients.back(self._step.run, state, self._step.t)
            if passing is None or branch.source == root:
                return passing
        return self._message(ties)

    def _kind(self, root: str, ties: Sequence[Tie]) -> str:
        if self._ahead.get(root) in {tie.target for tie in ties}:
            return "highway"
        return "peephole" if all(tie.way == "peephole" for tie in ties) else "value"

    def _message(self, ties: Sequence[Tie]) -> Array | None:
        """Return what comes back over several ties of one value together; None if nothing does."""
        gradients = self._drawing.gradients
        if gradients is None or self._flow is None:
            return None
        states = {leaving(name): name for name in self._row.states}
        found = [
            gradients.outside(self._step.run, states[tie.target], self._step.t)
            if tie.target in states
            else self._flow.over(tie)
            for tie in ties
        ]
        reached = [message.ravel() for message in found if message is not None]
        return np.asarray(np.add.reduce(reached)) if reached else None

    def _called(self, root: str) -> str:
        tie = next(tie for tie in self._step.graph.ties if tie.source == root)
        return ", ".join(self._text.values[key[0]] for key in tie.values)

    def _begin(self, branch: Branch) -> tuple[str, list[Point]]:
        """Return the node that a branch leaves, and its corners from there to where its inner ones begin."""
        first = self._at(branch.corners[0])
        if branch.source == INPUT:
            if self._entrance:
                return self._entrance.source, [*self._entrance.corners, first]
            return self._without_input(first)
        for name in self._row.states:
            if branch.source == entry(name):
                edge = self._row.state_x(self._k - 1) + self._row.wide / 2
                return self._row.state(name, self._k - 1), _led((edge, self._row.line(name)), first)
        part = self._step.graph.parts.get(branch.source)
        is_bare = part is not None and part.kind == "layer" and not part.symbol
        return f"{self._id(branch.source)}{'-W' if is_bare else ''}", [first]

    def _end(self, root: str, branch: Branch) -> tuple[str, list[Point]]:
        last = self._at(branch.corners[-1])
        for name in self._row.states:
            if branch.target == leaving(name):
                edge = self._row.state_x(self._k) - self._row.wide / 2
                return self._row.state(name, self._k), _led((edge, self._row.line(name)), last)[::-1]
        part = self._step.graph.parts.get(branch.target)
        is_weighed = part is not None and part.kind == "layer" and self._ties[root, part.id].way == "value"
        return f"{self._id(branch.target)}{'-W' if is_weighed else ''}", [last]

    def _without_input(self, rim: Point) -> tuple[str, list[Point]]:
        """Draw the zeros that go in where there is no input, or nothing if inputs are not to be seen."""
        name = self._id("0")
        if "input" in self._drawing.hidden:
            self._put(name, "end", "", rim, (0.0, 0.0), "")
            return name, [rim]
        place = rim[0], self._row.bottom - GATE_HIGH - 24
        self._put(name, "constant", "0", place, (GATE_HIGH, GATE_HIGH), "no input at this step: zeros")
        return name, [(rim[0], place[1] + GATE_HIGH / 2), rim]


def _led(outside: Point, rim: Point) -> list[Point]:
    """Return the corners from a state's edge to where its line comes through the rim."""
    middle = (outside[0] + rim[0]) / 2
    return [outside, (middle, outside[1]), (middle, rim[1]), rim]


def _straightened(corners: Sequence[Point]) -> list[Point]:
    """Return corners without those at which nothing turns."""
    found = [corners[0]]
    for k in range(1, len(corners) - 1):
        (x0, y0), (x, y), (x1, y1) = found[-1], corners[k], corners[k + 1]
        if abs((x - x0) * (y1 - y) - (y - y0) * (x1 - x)) > 1e-6:
            found.append((x, y))
    return [*found, corners[-1]]
