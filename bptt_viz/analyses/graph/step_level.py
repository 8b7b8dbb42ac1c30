"""The picture at step level: states, cells, inputs, outputs and losses over time, as in lecture 10 of CS231n."""

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import parallel, rounded, straight
from bptt_viz.analyses.graph.step_grid import ASIDE, BIG, CELL, HIGH, LOSS_HIGH, RADIUS, Grid, Row
from bptt_viz.analyses.graph.step_weights import WeightsDrawing
from bptt_viz.arrays import norm
from bptt_viz.models import Rollout
from bptt_viz.results.graph import GraphEdge, Path
from bptt_viz.tape import Node


def draw_steps(rollout: Rollout, gradients: Gradients | None) -> Canvas:
    """Draw all time steps: layers from bottom to top, inputs below, outputs and losses above.

    Args:
        rollout: the recorded model.
        gradients: norms for backward edges, drawn if given.
    """
    drawing = _Drawing(rollout, gradients)
    for row in drawing.grid.rows:
        drawing.layer(row)
    drawing.inputs()
    drawing.outputs()
    if len(rollout.layers) > 1:
        drawing.axes()
    return drawing.canvas


class _Drawing:
    def __init__(self, rollout: Rollout, gradients: Gradients | None) -> None:
        self.canvas = Canvas()
        self.grid = Grid(rollout)
        self._rollout = rollout
        self._gradients = gradients
        self._steps = range(1, rollout.steps + 1)
        self._users = _users(rollout)
        self._size = (self.grid.narrow, HIGH)

    def layer(self, row: Row) -> None:
        """Draw one layer's states, cells and weights."""
        for k, name in enumerate(row.states):
            for t in (0, *self._steps):
                self._state(row, k, name, t)
        for t in self._steps:
            self._cell(row, t)
            for k, name in enumerate(row.states):
                self._recur(row, k, name, t)
            if row.depth:
                self._climb(row, t)
        WeightsDrawing(self.canvas, self.grid, row, self._gradients).draw()

    def inputs(self) -> None:
        """Draw x_t below the bottom layer."""
        row, y = self.grid.rows[0], self.grid.input_y
        for t, node in self._rollout.inputs.items():
            x, name = row.cell_x(t), f"t{t}-x"
            self.canvas.box(name, "input", f"x_{t}", (x, y), self._size, t, 0, self._measured(node, f"x_{t}"))
            path = straight((x, y + HIGH / 2), (x, row.bottom))
            self.canvas.forward(name, row.cell(t), path)
            if node.active:
                self._back(row.cell(t), name, path, node, f"dx_{t}")

    def outputs(self) -> None:
        """Draw y_t above the top layer, L_t beside it and L, which gathers all L_t."""
        for t in self._rollout.outputs:
            self._output(self.grid.rows[-1], t)
        top = len(self.grid.rows)
        total = f"L = {self._rollout.loss.value.item():.4g}, the sum of all L_t"
        self.canvas.box("L", "loss", "L", self.grid.loss, BIG, None, top, total)
        for t in self._rollout.losses:
            self._gather(t)

    def axes(self) -> None:
        """Draw arrows for depth and time."""
        left, low = self.grid.rows[0].state_x(0) - 70, self.grid.input_y - 74
        high = self.grid.rows[-1].top + 40
        right = self.grid.rows[0].state_x(self._rollout.steps) + 20
        for name, end, text in (
            ("depth", (left, high), (left - 14, high + 12)),
            ("time", (right, low), (right + 6, low)),
        ):
            path = straight((left, low), end)
            self.canvas.edges.append(GraphEdge(f"axis-{name}", "", "", "axis", path))
            self.canvas.write(name, "note", *text)

    def _state(self, row: Row, k: int, name: str, t: int) -> None:
        label = row.label(name, t)
        tooltip = self._measured(row.run.states[t][name], label)
        kind, place = ("memory" if k else "state"), (row.state_x(t), row.line(k))
        self.canvas.box(row.state(k, t), kind, label, place, (row.wide, HIGH), t, row.depth, tooltip)

    def _cell(self, row: Row, t: int) -> None:
        cell = type(row.run.cell)
        about = (cell.__doc__ or "").strip().partition("\n\n")[0]
        place, size = (row.cell_x(t), row.bottom + row.cell_height / 2), (CELL[0], row.cell_height)
        self.canvas.box(row.cell(t), "cell", "f_W", place, size, t, row.depth, f"one step of {cell.__name__}\n{about}")

    def _recur(self, row: Row, k: int, name: str, t: int) -> None:
        """Join a cell with one state before and after it."""
        y, cell = row.line(k), row.cell(t)
        before = straight((row.state_x(t - 1) + self.grid.wide / 2, y), (row.cell_x(t) - CELL[0] / 2, y))
        after = straight((row.cell_x(t) + CELL[0] / 2, y), (row.state_x(t) - self.grid.wide / 2, y))
        self.canvas.forward(row.state(k, t - 1), cell, before)
        self.canvas.forward(cell, row.state(k, t), after)
        if self._gradients:
            carried = self._gradients.carried(row.depth, name, t)
            what = f"what step {t} sends back to {row.label(name, t - 1)}"
            self.canvas.backward(cell, row.state(k, t - 1), _back(before), carried, what)
        self._back(row.state(k, t), cell, after, row.run.states[t][name], f"d{row.label(name, t)}")

    def _climb(self, row: Row, t: int) -> None:
        """Join a cell with the state below it."""
        below = self.grid.rows[row.depth - 1]
        path = straight((row.cell_x(t), below.top + HIGH / 2), (row.cell_x(t), row.bottom))
        self.canvas.forward(below.state(0, t), row.cell(t), path)
        self._back_to_state(below, t, row.cell(t), path, ("cell", row.depth))

    def _back_to_state(self, row: Row, t: int, user: str, path: Path, scope: tuple[str, int]) -> None:
        """Draw what those users of a state send back to it that were recorded with this role and layer."""
        if self._gradients:
            value = row.run.states[t][row.states[0]]
            users = [node for node in self._users.get(value.index, ()) if (node.scope.role, node.scope.layer) == scope]
            what = f"what comes back to {row.label(row.states[0], t)}"
            self.canvas.backward(user, row.state(0, t), _back(path), self._gradients.into(value, users), what)

    def _output(self, row: Row, t: int) -> None:
        x, y = row.state_x(t), self.grid.output_y
        output, loss = self._rollout.outputs[t], self._rollout.losses[t]
        place, top = self.grid.step_loss(t), row.depth + 1
        score, cost = f"t{t}-y", f"t{t}-L"
        self.canvas.box(
            score, "output", f"y_{t}", (x, y), self._size, t, top, self._measured(output, f"y_{t}, the scores")
        )
        self.canvas.box(
            cost, "loss", f"L_{t}", place, (self.grid.narrow, LOSS_HIGH), t, top, f"L_{t} = {loss.value.item():.4g}"
        )
        read = straight((x, row.top + HIGH / 2), (x, y - HIGH / 2))
        judged = straight((x + self.grid.narrow / 2, y), (place[0] - self.grid.narrow / 2, y))
        self.canvas.forward(row.state(0, t), score, read)
        self.canvas.forward(score, cost, judged)
        self._back_to_state(row, t, score, read, ("readout", top))
        self._back(cost, score, judged, output, f"dy_{t}")

    def _gather(self, t: int) -> None:
        """Lead L_t to L."""
        (x, y), (end, level) = self.grid.step_loss(t), self.grid.loss
        start, end = y + LOSS_HIGH / 2, end - BIG[0] / 2
        path = rounded(((x, start), (x, level), (end, level)), RADIUS)
        self.canvas.forward(f"t{t}-L", "L", path)
        side, low = x + ASIDE, level - ASIDE
        if self._gradients:
            back = rounded(((end, low), (side, low), (side, start)), RADIUS / 2)
            norm = self._gradients.of(self._rollout.losses[t])
            self.canvas.backward("L", f"t{t}-L", back, norm, f"dL_{t}")

    def _back(self, source: str, target: str, path: Path, node: Node, what: str) -> None:
        if self._gradients:
            self.canvas.backward(source, target, _back(path), self._gradients.of(node), what)

    def _measured(self, node: Node, label: str) -> str:
        shape = " × ".join(map(str, node.shape))
        gradient = f"\ngradient norm {self._gradients.of(node):.3g}" if self._gradients and node.active else ""
        return f"{label}\nshape {shape}, norm {norm(node.value):.3g}{gradient}"


def _back(path: Path) -> Path:
    return parallel(path, ASIDE)[::-1]


def _users(rollout: Rollout) -> dict[int, list[Node]]:
    """Return who uses each state, by the state's index."""
    states = {node.index for run in rollout.layers for found in run.states for node in found.values()}
    users: dict[int, list[Node]] = {}
    for node in rollout.tape.nodes:
        for parent in node.parents:
            if parent.index in states:
                users.setdefault(parent.index, []).append(node)
    return users
