"""The shared weights at step level: one box a layer, with an arc to every cell and the sum of what comes back."""

import math

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.layout.paths import rounded
from bptt_viz.analyses.graph.step_grid import ASIDE, BIG, HIGH, RADIUS, Grid, Row
from bptt_viz.results.graph import Path, Point
from bptt_viz.results.lettering import clean

_RISE = 30.0
"""How far below a cell an arc turns in beneath it."""
_ENTRY = 12.0
"""How far left of its middle an arc meets a cell."""
_LANE = 34.0
"""How far left of a cell's middle an arc rises, between the states before it and its input."""


class WeightsDrawing:
    """Draws one layer's weights."""

    def __init__(self, canvas: Canvas, grid: Grid, row: Row, gradients: Gradients | None) -> None:
        self._canvas = canvas
        self._row = row
        self._gradients = gradients
        self._steps = range(1, grid.steps + 1)
        first = row.depth == 0
        self._place = (row.state_x(0), grid.input_y if first else row.bottom - 52)
        # The first layer's line runs below the inputs, the other ones' straight out of the box.
        self._line = grid.input_y - HIGH / 2 - 24 if first else self._place[1]
        self._name = f"l{row.depth}-W"

    def draw(self) -> None:
        """Draw the box, its arcs and, if norms are known, what comes back."""
        shapes = [f"{clean(name)} {list(node.shape)}" for name, node in self._row.run.parameters.items()]
        lines = ["the same weights at every step", *shapes]
        tooltip = "\n".join(lines)
        self._canvas.box(self._name, "weights", f"W{self._row.mark}", self._place, BIG, None, self._row.depth, tooltip)
        for t in self._steps:
            self._canvas.forward(self._name, self._row.cell(t), self._arc(t), "weights")
        if self._gradients:
            self._draw_back(self._gradients)

    def _draw_back(self, gradients: Gradients) -> None:
        for t in self._steps:
            norm = math.hypot(*(gradients.of(node) for node in self._row.run.aliases[t - 1].values()))
            self._canvas.backward(self._row.cell(t), self._name, self._share(t), norm, f"dW_{t}{self._row.mark}")
        total = math.hypot(*(gradients.of(node) for node in self._row.run.parameters.values()))
        last = self._row.cell(self._steps[-1])
        self._canvas.backward(
            last, self._name, self._sum(), total, f"dW{self._row.mark}, the sum over all steps", "-sum"
        )

    def _arc(self, t: int) -> Path:
        """Return the course from the box along the common line up to one cell."""
        return rounded([*self._departure(), *self._rise(t, 0.0)[::-1]], RADIUS)

    def _share(self, t: int) -> Path:
        """Return the course of dW_t from one cell down to the line on which the shares are summed."""
        return rounded(self._rise(t, ASIDE), RADIUS)

    def _sum(self) -> Path:
        """Return the course of all shares together back into the box."""
        x, low = self._rise(self._steps[-1], ASIDE)[-1]
        return rounded([(x, low), *self._arrival(low)], RADIUS)

    def _rise(self, t: int, aside: float) -> list[Point]:
        """Return the corners from the lower side of a cell down to the common line."""
        x, knee = self._row.cell_x(t) - aside, self._row.bottom - _RISE + aside
        low = self._line - aside
        return [(x - _ENTRY, self._row.bottom), (x - _ENTRY, knee), (x - _LANE, knee), (x - _LANE, low)]

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
