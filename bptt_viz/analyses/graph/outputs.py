"""Outputs and losses above the top layer of an unrolled network, and what they send back."""

from collections.abc import Sequence
from dataclasses import dataclass

from bptt_viz.analyses.graph.layout.paths import rounded, straight
from bptt_viz.analyses.graph.time_grid import ASIDE, BIG, HIGH, LOSS_HIGH, RADIUS
from bptt_viz.analyses.graph.unrolled import Unrolled, Wire, norms_of
from bptt_viz.results.graph import Path, Point
from bptt_viz.results.lettering import text_size, width

_INSIDE = 14.0
"""How far from a fold's right side its outputs leave it at the most."""
_ASIDE_OF = 53.0
"""How far right of the last loss their sum stands."""
_ABOVE = 34.0
"""How far above the losses their sum stands."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of losses that is backpropagated as one.

    Attributes:
        id: of its node.
        label: what is written into it.
        told: its tooltip.
        columns: those whose losses it gathers.
    """

    id: str
    label: str
    told: str
    columns: Sequence[int]


class Outputs:
    """Draws y_t above the states that are read out, L_t beside it and L, which gathers the L_t."""

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
        for total in self._sums():
            self._total(total)

    def _sums(self) -> list[_Sum]:
        """Return one sum of losses for each piece that is backpropagated; those that a fold hides are one."""
        plan = self._drawing.plan
        found: list[_Sum] = []
        seeded = {k: both for k, shown in self._shown.items() if (both := plan.seeded & set(shown))}
        left = dict(seeded)
        for chunk in plan.chunks:
            columns = [k for k, steps in seeded.items() if steps & set(chunk)]
            if any(not self._grid.columns[k].is_fold for k in columns):
                found.append(self._sum(len(found), columns, plan.seeded & set(chunk)))
                left = {k: steps for k, steps in left.items() if k not in columns}
        return found + [self._sum(len(found) + more, [k], steps) for more, (k, steps) in enumerate(left.items())]

    def _sum(self, number: int, columns: Sequence[int], steps: frozenset[int]) -> _Sum:
        total = sum(self._rollout.losses[t].value.item() for t in steps)
        first, last = min(steps), max(steps)
        if len(self._drawing.plan.chunks) == 1 and len(steps) == len(self._rollout.losses):
            return _Sum("L", "L", f"L = {total:.4g}, the sum of all L_t", columns)
        label = f"L_{first}…{last}" if last > first else f"L_{first}"
        called = f"steps {first} to {last}" if last > first else f"step {first}"
        return _Sum(
            f"L-{number}" if number else "L", label, f"L of {called} = {total:.4g}, the sum of its L_t", columns
        )

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
        start = min(x, self._row.right(k) - _INSIDE)
        return Wire(self._row.cell(k), ((start, top), (start, low - HIGH / 2), (x, low - HIGH / 2), (x, low)))

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

    def _total(self, total: _Sum) -> None:
        """Draw a sum: a bar right above its losses where columns are close, else a box to their right."""
        places = [self._grid.step_loss(k) for k in total.columns]
        wide = max(BIG[0], width(total.label, text_size("loss")) + 10)
        if self._row.shape.is_whole:
            (left, y), (right, _) = places[0], places[-1]
            half = self._grid.output_width(total.columns[-1], "L") / 2
            place = (left + right) / 2, y + LOSS_HIGH / 2 + _ABOVE + BIG[1] / 2
            size = max(wide, right - left + 2 * half), BIG[1]
        else:
            x, y = places[-1]
            right = x + self._grid.output_width(total.columns[-1], "L") / 2
            place = right + _ASIDE_OF + (wide - BIG[0]) / 2, self._grid.output_y + HIGH / 2 + _ABOVE
            size = wide, BIG[1]
        self._canvas.box(total.id, "loss", total.label, place, size, None, self._layer, total.told)
        for k, (x, y) in zip(total.columns, places, strict=True):
            start = y + LOSS_HIGH / 2
            self._gather(total.id, k, (x, start), place, size)

    def _gather(self, total: str, k: int, start: Point, place: Point, size: Point) -> None:
        """Lead a column's loss to a sum."""
        x, y = start
        if self._row.shape.is_whole:
            end = place[1] - size[1] / 2
            path, back = straight(start, (x, end)), straight((x + ASIDE, end), (x + ASIDE, y))
        else:
            end, level = place[0] - size[0] / 2, place[1]
            path = rounded((start, (x, level), (end, level)), RADIUS)
            back = rounded(((end, level - ASIDE), (x + ASIDE, level - ASIDE), (x + ASIDE, y)), RADIUS / 2)
        self._canvas.forward(self._name(k, "L"), total, path)
        self._back_from(total, k, back)

    def _back_from(self, total: str, k: int, path: Path) -> None:
        gradients = self._drawing.gradients
        if gradients:
            norms = [gradients.of(self._rollout.losses[t]) for t in self._seeded(k)]
            self._drawing.back_along(total, self._name(k, "L"), path, norms, self._grid.columns[k].told("dL"))
