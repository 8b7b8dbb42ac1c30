"""The shared weights at step level: one box a layer, with an arc to every cell and the sum of what comes back."""

import math

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.folds import spread, spread_text
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import rounded
from bptt_viz.analyses.graph.time_grid import ASIDE, BIG, HIGH, RADIUS, Row, TimeGrid
from bptt_viz.results.graph import GraphEdge, Path, Point
from bptt_viz.results.lettering import clean
from bptt_viz.topologies import Layer

_RISE = 30.0
"""How far below a cell an arc turns in beneath it."""
_ENTRY = 12.0
"""How far left of its middle an arc meets a cell."""
_LANE = 15.0
"""How far left of a column's input an arc rises."""
_LOW = 24.0
"""How far below the inputs the first layer's line runs."""
_BOX = 52.0
"""How far below its cells the box of an upper layer stands."""


def weights_floor(grid: TimeGrid) -> float:
    """Return how low the first layer's line runs."""
    return grid.input_y - HIGH / 2 - _LOW


class WeightsDrawing:
    """Draws the weights of one layer of a row."""

    def __init__(self, canvas: Canvas, grid: TimeGrid, row: Row, run: Layer, gradients: Gradients | None) -> None:
        self._canvas = canvas
        self._grid = grid
        self._row = row
        self._run = run
        self._gradients = gradients
        self._columns = [k for k in range(len(row.columns)) if row.run(k) is run]
        first = row.depth == 0
        self._place = (row.weights_x(self._columns[0]), grid.input_y if first else row.bottom - _BOX)
        # The first layer's line runs below the inputs, the other ones' straight out of the box.
        self._line = weights_floor(grid) if first else self._place[1]
        self._name = f"l{row.depth}-W{row.number(run)}"
        self._mark = f"{f'_{row.number(run)}' if row.number(run) else ''}{row.mark}"

    def draw(self) -> None:
        """Draw the box, its arcs and, if norms are known, what comes back."""
        shapes = [f"{clean(name)} {list(node.shape)}" for name, node in self._run.parameters.items()]
        tooltip = "\n".join(["the same weights at every step", *shapes])
        self._canvas.box(self._name, "weights", f"W{self._mark}", self._place, BIG, None, self._row.depth, tooltip)
        for k in self._columns:
            self._canvas.forward(self._name, self._row.cell(k), self._arc(k), "weights")
        if self._gradients:
            self._draw_back(self._gradients)

    def _draw_back(self, gradients: Gradients) -> None:
        for k in self._columns:
            self._draw_share(k, gradients)
        total = math.hypot(*(gradients.of(node) for node in self._run.parameters.values()))
        last = self._row.cell(self._columns[-1])
        self._canvas.backward(
            last, self._name, self._sum(), total, f"dW{self._mark}, the sum over all its steps", "-sum"
        )

    def _draw_share(self, k: int, gradients: Gradients) -> None:
        """Draw dW_t of a column, or the sum over the steps of a fold; the tooltip has each weight's part."""
        column = self._row.columns[k]
        used = [self._run.used(t) for t in column.steps]
        if not any(gradients.reaches(node) for weights in used for node in weights.values()):
            return
        parts = {name: gradients.together([weights[name] for weights in used]) for name in used[0]}
        lines = [f"{column.told('dW', self._row.mark)}: norm {math.hypot(*parts.values()):.3g}"]
        if column.is_fold:
            lines[0] = f"the sum of {lines[0]}"
            norms = [math.hypot(*map(gradients.of, weights.values())) for weights in used]
            lines.append(spread_text(spread("each step’s share", norms)))
        lines += [f"d{clean(name)}: norm {part:.3g}" for name, part in parts.items()]
        source, norm = self._row.cell(k), math.hypot(*parts.values())
        name, told = f"{source}--{self._name}--back", "\n".join(lines)
        self._canvas.edges.append(
            GraphEdge(name, source, self._name, "gradient", self._share(k), norm=norm, tooltip=told)
        )

    def _arc(self, k: int) -> Path:
        """Return the course from the box along the common line up to one cell."""
        return rounded([*self._departure(), *self._rise(k, 0.0)[::-1]], RADIUS)

    def _share(self, k: int) -> Path:
        """Return the course of dW_t from one cell down to the line on which the shares are summed."""
        return rounded(self._rise(k, ASIDE), RADIUS)

    def _sum(self) -> Path:
        """Return the course of all shares together back into the box."""
        x, low = self._rise(self._columns[-1], ASIDE)[-1]
        return rounded([(x, low), *self._arrival(low)], RADIUS)

    def _rise(self, k: int, aside: float) -> list[Point]:
        """Return the corners from the lower side of a cell down to the common line."""
        x, bottom = self._row.middle(k) - aside, self._row.lower(k)
        knee, low = bottom - _RISE + aside, self._line - aside
        lane = x - self._grid.read_width(k) / 2 - _LANE
        return [(x - _ENTRY, bottom), (x - _ENTRY, knee), (lane, knee), (lane, low)]

    def _departure(self) -> list[Point]:
        x, y = self._place
        if self._line < y:
            return [(x, y - BIG[1] / 2), (x, self._line)]
        return [(x + BIG[0] / 2, y)]

    def _arrival(self, low: float) -> list[Point]:
        x, y = self._place
        if self._line < y:
            return [(x - ASIDE, low), (x - ASIDE, y - BIG[1] / 2)]
        return [(x + BIG[0] / 2, low)]
