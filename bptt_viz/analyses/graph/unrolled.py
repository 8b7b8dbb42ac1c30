"""What surrounds the cells of an unrolled network: states, inputs, and the wires that lead to cells and away."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.folds import fold_label, middle, spread, spread_text
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import parallel, rounded, straight
from bptt_viz.analyses.graph.time_grid import ASIDE, HIGH, RADIUS, Row, TimeGrid
from bptt_viz.analyses.graph.timeline import Column
from bptt_viz.analyses.graph.truncation import Plan
from bptt_viz.arrays import Array, norm
from bptt_viz.models import Rollout
from bptt_viz.results.graph import Fold, GraphEdge, Path, Point, Spread
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node
from bptt_viz.topologies import Layer


class Wire(NamedTuple):
    """Where a wire begins, and its corners from there on."""

    source: str
    corners: tuple[Point, ...]


class Unrolled:
    """Draws everything but the cells' insides.

    Attributes:
        canvas: what it draws on.
        rollout: the recorded model.
        grid: where everything stands.
        gradients: norms for backward edges, which are drawn if there are any.
        plan: from which losses they come, and where they are cut.
        hidden: what is left out, of `input`, `output`, `loss` and `weights`.
        fans: each error has arrows of its own to the cells that it reaches, so there are none between the states.
    """

    def __init__(
        self,
        rollout: Rollout,
        grid: TimeGrid,
        gradients: Gradients | None,
        plan: Plan,
        hidden: Collection[str] = (),
        fans: bool = False,
    ) -> None:
        self.canvas = Canvas()
        self.rollout = rollout
        self.grid = grid
        self.gradients = gradients
        self.plan = plan
        self.hidden = frozenset(hidden)
        self.fans = fans

    @property
    def floor(self) -> float:
        """The lower end of the inputs or, if they are hidden, of the cells."""
        return self.grid.rows[0].bottom if "input" in self.hidden else self.grid.input_y - HIGH / 2

    def states(self, row: Row) -> None:
        """Draw a layer's states; where cells are drawn as their new states, only those before the first step."""
        if row.shape.is_whole:
            place = row.state_x(-1), row.bottom + row.shape.height / 2
            self._state(row, -1, row.states, "state", place, (row.wide, row.shape.height))
            return
        for order, name in enumerate(row.states):
            for k in range(-1, len(row.columns)):
                at = row.state_x(k), row.line(name)
                self._state(row, k, (name,), "memory" if order else "state", at, (row.wide, HIGH))

    def cell(self, row: Row, k: int) -> None:
        """Draw a column's cell as one box, and what joins it with the states before and behind."""
        column, shape = row.columns[k], row.shape
        place = row.middle(k), row.bottom + shape.height / 2
        if column.is_fold:
            self._fold(row, k, place)
        elif shape.is_whole:
            self._state(row, k, row.states, "state", place, (shape.width, shape.height))
        else:
            told = f"one step of {about(row.run(k))}"
            size = shape.width, shape.height
            label = f"f_W{row.number(row.run(k))}"
            self.canvas.box(row.cell(k), "cell", label, place, size, column.first, row.depth, told)
        for name in row.states:
            self._recur(row, k, name)
        wire = self.entrance(row, k)
        if wire:
            path = rounded(wire.corners, RADIUS)
            self.canvas.forward(wire.source, row.cell(k), path)
            self.lead_back(row, k, row.cell(k), path)

    def inputs(self) -> None:
        """Draw x_t below the bottom layer."""
        row = self.grid.rows[0]
        for k, column in enumerate(self.grid.columns):
            steps = self._read_at(k)
            if steps:
                size = self.grid.read_width(k), HIGH
                told = self.measured([self.rollout.inputs[t] for t in steps], column.told("x"))
                self.put(f"{column.id}-x", "input", column, "x", (row.entry(k), self.grid.input_y), size, 0, told)

    def put(
        self, name: str, kind: str, column: Column, letter: str, place: Point, size: Point, layer: int, told: str
    ) -> None:
        """Draw a box that is called after its step, or its steps."""
        label = column.named(letter)
        self.canvas.box(name, kind, label, place, size, column.first, layer, told, fold=column.fold)

    def entrance(self, row: Row, k: int) -> Wire | None:
        """Return the wire by which a column's input comes to the lower side of its cell; None without input."""
        x = row.entry(k)
        if row.depth:
            below = self.grid.rows[row.depth - 1]
            return self.upwards(below, k, row.lower(k))
        if not self._read_at(k):
            return None
        return Wire(f"{row.columns[k].id}-x", ((x, self.grid.input_y + HIGH / 2), (x, row.lower(k))))

    def upwards(self, row: Row, k: int, end: float) -> Wire:
        """Return the wire that leads up from the state that is read out behind a column."""
        name, x = row.states[0], row.riser(k)
        top = row.upper(k) if row.shape.is_whole else row.line(name) + HIGH / 2
        if not row.rises_aside:
            return Wire(row.state(name, k), ((x, top), (x, end)))
        y = row.line(name) + HIGH / 2 - RADIUS
        return Wire(row.state(name, k), ((row.state_x(k) + row.wide / 2, y), (x, y), (x, end)))

    def lead_back(self, row: Row, k: int, user: str, path: Path) -> None:
        """Draw what a column's cell sends back to its input."""
        wire, column = self.entrance(row, k), row.columns[k]
        if not self.gradients or not wire or (self.fans and row.depth):
            return
        if row.depth:
            below = self.grid.rows[row.depth - 1]
            read = {t: below.run(k).state(t)[below.states[0]] for t in column.steps}
            norms = norms_of(self.gradients.upward(node, t, row.depth) for t, node in read.items())
            what = f"what comes back to {column.told(clean(below.states[0]), below.mark)}"
        else:
            nodes = [self.rollout.inputs[t] for t in self._read_at(k)]
            norms = [self.gradients.of(node) for node in nodes if self.gradients.reaches(node)]
            what = column.told("dx")
        self.back(user, wire.source, path, norms, what)

    def back(self, source: str, target: str, path: Path, norms: Sequence[float], what: str) -> None:
        """Draw a backward edge beside a forward path, for one norm or for those of a fold."""
        self.back_along(source, target, backwards(path), norms, what)

    def back_along(self, source: str, target: str, path: Path, norms: Sequence[float], what: str) -> None:
        """Draw a backward edge along a course of its own."""
        if not norms:
            return
        if len(norms) == 1:
            self.canvas.backward(source, target, path, norms[0], what)
        else:
            told = spread_text(spread(what, norms))
            name = f"{source}--{target}--back"
            self.canvas.edges.append(
                GraphEdge(name, source, target, "gradient", path, norm=middle(norms), tooltip=told)
            )

    def measured(self, nodes: Sequence[Node], label: str) -> str:
        """Return what a tooltip says of a value, or of the values of a fold."""
        shape = " × ".join(map(str, nodes[0].shape))
        if len(nodes) > 1:
            lines = [
                label,
                f"shape {shape} each",
                spread_text(spread("the values", [norm(node.value) for node in nodes])),
            ]
            if self.gradients and nodes[0].active:
                lines.append(spread_text(spread("the gradients", map(self.gradients.of, nodes))))
            return "\n".join(lines)
        gradient = f"\ngradient norm {self.gradients.of(nodes[0]):.3g}" if self.gradients and nodes[0].active else ""
        return f"{label}\nshape {shape}, norm {norm(nodes[0].value):.3g}{gradient}"

    def _read_at(self, k: int) -> list[int]:
        """Return the steps of a column at which an input is drawn."""
        return [] if "input" in self.hidden else [t for t in self.grid.columns[k].steps if t in self.rollout.inputs]

    def _state(
        self, row: Row, k: int, names: Sequence[str], kind: str, place: Point, size: tuple[float, float]
    ) -> None:
        t = row.columns[k].last if k >= 0 else 0
        told = [self.measured([row.node(name, k)], row.label(name, k)) for name in names]
        label = "\n".join(row.label(name, k) for name in names)
        self.canvas.box(row.state(names[0], k), kind, label, place, size, t, row.depth, "\n".join(told))

    def _fold(self, row: Row, k: int, place: Point) -> None:
        column = row.columns[k]
        spreads = tuple(self._spread(row, k, name) for name in row.states) if self.gradients else ()
        label = fold_label(column, spreads)
        lines = [
            f"steps {column.first} to {column.last}: the same W, {len(column.steps)} times",
            f"cell {about(row.run(k))}",
        ]
        told = "\n".join([*lines, *map(spread_text, spreads)])
        fold = Fold(column.first, column.last, spreads)
        size = row.wide_at(k), row.high_at(k)
        self.canvas.box(row.cell(k), "fold", label, place, size, column.first, row.depth, told, fold=fold)

    def _spread(self, row: Row, k: int, name: str) -> Spread:
        assert self.gradients
        nodes = [row.run(k).state(t)[name] for t in row.columns[k].steps]
        return spread(f"d{clean(name)}", map(self.gradients.of, nodes))

    def _recur(self, row: Row, k: int, name: str) -> None:
        """Join a cell with one state before and behind it."""
        y, t = row.line(name), row.columns[k].first
        start = row.right(k - 1) if row.shape.is_whole and k else row.state_x(k - 1) + row.wide / 2
        before = straight((start, y), (row.lefts[k], y))
        mark = f"-{name}" if row.shape.is_whole and len(row.states) > 1 else ""
        self.canvas.forward(row.state(name, k - 1), row.cell(k), before, mark=mark)
        if self.gradients and not self.fans:
            sent = self.gradients.back(row.run(k), name, t)
            if sent is not None:
                what = f"what step {t} sends back to {row.label(name, k - 1)}"
                self.canvas.backward(row.cell(k), row.state(name, k - 1), backwards(before), norm(sent), what, mark)
        if not row.shape.is_whole:
            after = straight((row.right(k), y), (row.state_x(k) - row.wide / 2, y))
            self.canvas.forward(row.cell(k), row.state(name, k), after)
            if self.gradients and not self.fans:
                sent = self.gradients.outside(row.run(k), name, row.columns[k].last)
                what = f"what comes back to {row.label(name, k)}"
                self.back(row.state(name, k), row.cell(k), after, norms_of([sent]), what)


def norms_of(messages: Iterable[Array | None]) -> list[float]:
    """Return the norms of what comes back where anything does."""
    return [norm(message) for message in messages if message is not None]


def backwards(path: Path) -> Path:
    """Return the course back beside a forward one."""
    return parallel(path, ASIDE)[::-1]


def about(run: Layer) -> str:
    """Return a cell's name and its equations."""
    cell = type(run.cell)
    equations = (cell.__doc__ or "").strip().partition("\n\n")[0]
    return f"{cell.__name__}\n{equations}"
