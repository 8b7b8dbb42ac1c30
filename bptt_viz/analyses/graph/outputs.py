"""Outputs and losses above the top layer of an unrolled network, and what they send back."""

from bptt_viz.analyses.graph.layout.paths import rounded, straight
from bptt_viz.analyses.graph.loss_sums import LossSums
from bptt_viz.analyses.graph.time_grid import HIGH, LOSS_HIGH, RADIUS
from bptt_viz.analyses.graph.unrolled import Unrolled, Wire, norms_of

_INSIDE = 14.0
"""How far from a fold's right side its outputs leave it at the most."""


class Outputs:
    """Draws y_t above the states that are read out, L_t beside it, and what gathers the L_t."""

    def __init__(self, drawing: Unrolled) -> None:
        self._drawing = drawing
        self._canvas, self._grid, self._rollout = drawing.canvas, drawing.grid, drawing.rollout
        self._row = self._grid.rows[-1]
        self._layer = len(self._grid.rows)
        self._shown = {k: found for k, column in enumerate(self._grid.columns) if (found := self._read(column.steps))}

    def _read(self, steps: range) -> list[int]:
        return [t for t in steps if t in self._rollout.outputs]

    def draw(self) -> None:
        """Draw them all."""
        if "output" in self._drawing.hidden:
            return
        for k in self._shown:
            self._output(k)
        if "loss" in self._drawing.hidden:
            return
        for k in self._shown:
            self._loss(k)
        LossSums(self._drawing, self._shown).draw()

    def _name(self, k: int, letter: str) -> str:
        return f"{self._grid.columns[k].id}-{letter}"

    def _output(self, k: int) -> None:
        column, grid = self._grid.columns[k], self._grid
        found = [self._rollout.outputs[t] for t in self._shown[k]]
        told = self._drawing.measured(found, f"{column.told('y')}, the scores")
        place, size = (grid.output_x(k), grid.output_y), (grid.output_width(k, "y"), HIGH)
        self._drawing.put(self._name(k, "y"), "output", column, "y", place, size, self._layer, told)
        wire = self._read_out(k)
        path = rounded(wire.corners, RADIUS)
        self._canvas.forward(wire.source, self._name(k, "y"), path)
        gradients, run = self._drawing.gradients, self._row.run(k)
        if gradients and not self._drawing.fans:
            read = {t: run.state(t)[self._row.states[0]] for t in self._shown[k]}
            norms = norms_of(gradients.upward(node, t, self._layer) for t, node in read.items())
            what = f"what comes back to {column.told(self._row.states[0], self._row.mark)}"
            self._drawing.back(self._name(k, "y"), wire.source, path, norms, what)

    def _read_out(self, k: int) -> Wire:
        """Return the wire from the state, or from the fold that hides it, to the output."""
        low = self._grid.output_y - HIGH / 2
        if not self._grid.columns[k].is_fold:
            return self._drawing.upwards(self._row, k, low)
        x, top = self._grid.output_x(k), self._row.upper(k)
        start, knee = min(x, self._row.right(k) - _INSIDE), low - HIGH / 2
        bend = ((start, knee), (x, knee)) if x - start > 1 else ()
        return Wire(self._row.cell(k), ((start if bend else x, top), *bend, (x, low)))

    def _loss(self, k: int) -> None:
        column, grid = self._grid.columns[k], self._grid
        place, wide = grid.step_loss(k), grid.output_width(k, "L")
        values = [self._rollout.losses[t].value.item() for t in self._shown[k]]
        told = f"{column.told('L')}{', together' if column.is_fold else ''} = {sum(values):.4g}"
        self._drawing.put(self._name(k, "L"), "loss", column, "L", place, (wide, LOSS_HIGH), self._layer, told)
        x, y = grid.output_x(k), grid.output_y
        if place[0] == x:
            path = straight((x, y + HIGH / 2), (x, place[1] - LOSS_HIGH / 2))
        else:
            path = straight((x + grid.output_width(k, "y") / 2, y), (place[0] - wide / 2, y))
        self._canvas.forward(self._name(k, "y"), self._name(k, "L"), path)
        if self._drawing.gradients:
            norms = [self._drawing.gradients.of(self._rollout.outputs[t]) for t in self._seeded(k)]
            self._drawing.back(self._name(k, "L"), self._name(k, "y"), path, norms, column.told("dy"))

    def _seeded(self, k: int) -> list[int]:
        return [t for t in self._shown[k] if t in self._drawing.plan.seeded]
