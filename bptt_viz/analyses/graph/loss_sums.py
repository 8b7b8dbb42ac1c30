"""Sums of losses that are backpropagated as one: L over all steps, or one for each piece of a truncated sequence."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from bptt_viz.analyses.graph.layout.paths import rounded, straight
from bptt_viz.analyses.graph.time_grid import ASIDE, BIG, HIGH, LOSS_HIGH, RADIUS
from bptt_viz.analyses.graph.unrolled import Unrolled
from bptt_viz.results.graph import Point
from bptt_viz.results.lettering import text_size, width

_BESIDE = 53.0
"""How far right of its last loss a sum stands."""
_ABOVE = 34.0
"""How far above the losses a sum stands."""
_STOREY = 56.0
"""From one sum to another that stands above it."""
_APART = 4.0
"""Half of what lies between two bars over one fold."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """One sum.

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


class LossSums:
    """Draws the sums, and the wires from each step's loss to them."""

    def __init__(self, drawing: Unrolled, shown: Mapping[int, Sequence[int]]) -> None:
        """Find out which losses are summed.

        Args:
            drawing: what is drawn.
            shown: by column, its steps that have a loss.
        """
        self._drawing = drawing
        self._grid, self._plan = drawing.grid, drawing.plan
        self._losses = drawing.rollout.losses
        self._seeded = {k: both for k, steps in shown.items() if (both := self._plan.seeded & set(steps))}
        self._sums = self._all_sums()

    def draw(self) -> None:
        """Draw them all."""
        for total in self._sums:
            place, size = self._bar(total) if self._grid.rows[-1].shape.is_whole else self._box(total)
            layer = len(self._grid.rows)
            self._drawing.canvas.box(total.id, "loss", total.label, place, size, None, layer, total.told)
            for k in total.columns:
                self._gather(total, k, place, size)

    def _all_sums(self) -> list[_Sum]:
        """Return a sum for each piece; those of which a fold hides every step are one."""
        found: list[_Sum] = []
        left = dict(self._seeded)
        for chunk in self._plan.chunks:
            columns = [k for k, steps in self._seeded.items() if steps & set(chunk)]
            if any(not self._grid.columns[k].is_fold for k in columns):
                found.append(self._sum(len(found), columns, self._plan.seeded & set(chunk)))
                left = {k: steps for k, steps in left.items() if k not in columns}
        return found + [self._sum(len(found) + more, [k], steps) for more, (k, steps) in enumerate(left.items())]

    def _sum(self, number: int, columns: Sequence[int], steps: Set[int]) -> _Sum:
        total = sum(self._losses[t].value.item() for t in steps)
        first, last = min(steps), max(steps)
        if len(self._plan.chunks) == 1 and len(steps) == len(self._losses):
            return _Sum("L", "L", f"L = {total:.4g}, the sum of all L_t", columns)
        label = f"L_{first}…{last}" if last > first else f"L_{first}"
        called = f"steps {first} to {last}" if last > first else f"step {first}"
        told = f"L of {called} = {total:.4g}, the sum of its L_t"
        return _Sum(f"L-{number}" if number else "L", label, told, columns)

    def _sharing(self, k: int) -> list[_Sum]:
        """Return the sums that gather losses of one column: two where a fold lies between them."""
        return [total for total in self._sums if k in total.columns]

    def _room(self, total: _Sum, k: int) -> tuple[float, float, float]:
        """Return where a column's loss is met by a wire to a sum, and the ends of what of its width is the sum's."""
        x, half = self._grid.step_loss(k)[0], self._grid.output_width(k, "L") / 2
        sharing = self._sharing(k)
        if len(sharing) == 1:
            return x, x - half, x + half
        if total is sharing[0]:
            return x - half / 2, x - half, x - _APART
        return x + half / 2, x + _APART, x + half

    def _bar(self, total: _Sum) -> tuple[Point, Point]:
        """Return the place and the size of a sum right above its losses."""
        _, left, _ = self._room(total, total.columns[0])
        _, _, right = self._room(total, total.columns[-1])
        y = self._grid.step_loss(total.columns[0])[1] + LOSS_HIGH / 2 + _ABOVE + BIG[1] / 2
        return ((left + right) / 2, y), (right - left, BIG[1])

    def _box(self, total: _Sum) -> tuple[Point, Point]:
        """Return the place and the size of a sum to the right of its losses, above those sums that share some."""
        last = total.columns[-1]
        wide = max(BIG[0], width(total.label, text_size("loss")) + 10)
        right = self._grid.step_loss(last)[0] + self._grid.output_width(last, "L") / 2
        storey = max(self._sharing(k).index(total) for k in total.columns)
        level = self._grid.output_y + HIGH / 2 + _ABOVE + storey * _STOREY
        return (right + _BESIDE + (wide - BIG[0]) / 2, level), (wide, BIG[1])

    def _gather(self, total: _Sum, k: int, place: Point, size: Point) -> None:
        """Lead a column's loss to a sum, and what comes back beside that."""
        x, y = self._room(total, k)[0], self._grid.step_loss(k)[1] + LOSS_HIGH / 2
        if self._grid.rows[-1].shape.is_whole:
            end = place[1] - size[1] / 2
            path, back = straight((x, y), (x, end)), straight((x + ASIDE, end), (x + ASIDE, y))
        else:
            end, level = place[0] - size[0] / 2, place[1]
            path = rounded(((x, y), (x, level), (end, level)), RADIUS)
            back = rounded(((end, level - ASIDE), (x + ASIDE, level - ASIDE), (x + ASIDE, y)), RADIUS / 2)
        loss = f"{self._grid.columns[k].id}-L"
        self._drawing.canvas.forward(loss, total.id, path)
        if self._drawing.gradients:
            norms = [self._drawing.gradients.of(self._losses[t]) for t in sorted(self._seeded[k])]
            self._drawing.back_along(total.id, loss, back, norms, self._grid.columns[k].told("dL"))
