"""Truncation drawn: cuts between steps, pieces along the axis of time, each error's own arrows to what it reaches."""

from collections.abc import Sequence
from itertools import pairwise

from bptt_viz.analyses.graph.folds import middle, spread, spread_text
from bptt_viz.analyses.graph.layout.paths import straight
from bptt_viz.analyses.graph.time_grid import HIGH, LOSS_HIGH, Row
from bptt_viz.analyses.graph.unrolled import Unrolled
from bptt_viz.results.graph import Frame, GraphEdge, Label, Point
from bptt_viz.results.lettering import height, text_size, width

_BEYOND = 12.0
"""How far a cut's mark goes beyond the cells above and below."""
_BELOW = 30.0
"""Between what is drawn and the axis of time."""
_BETWEEN = 9.0
"""Between the arrows forward and backward along it, and between pieces."""
_MARGIN = 9.0
"""Between a piece's frame and what is in it."""
_INSIDE = 5.0
"""How far from a box's corner the outermost of several arrows meets it."""
_OWN = 8.0
"""How far left of its middle a box is met by its own error's arrow."""


class Marks:
    """Draws where the gradient is cut into pieces."""

    def __init__(self, drawing: Unrolled, floor: float) -> None:
        """Set it up.

        Args:
            drawing: what is marked.
            floor: how low it reaches.
        """
        self._drawing = drawing
        self._floor = floor - (_MARGIN if drawing.gradients else 0.0)
        self._canvas, self._grid, self._plan = drawing.canvas, drawing.grid, drawing.plan
        self._cuts = [k for k, column in enumerate(self._grid.columns) if column.first in self._plan.cuts]

    def draw(self) -> None:
        """Draw all of it."""
        for k in self._cuts:
            for row in self._grid.rows:
                x = self._border(row, k)
                path = straight((x, row.top + _BEYOND), (x, row.bottom - _BEYOND))
                name = f"cut-{self._grid.columns[k].id}-l{row.depth}"
                self._canvas.edges.append(GraphEdge(name, "", "", "cut", path, headless=True))
        ends = [0, *self._cuts, len(self._grid.columns)]
        for first, behind in pairwise(ends):
            self._piece(first, behind - 1)
        self._canvas.explain("cut", "", "the state goes on, the gradient is cut")
        self._canvas.explain("pass", "", "backward pass")

    def _border(self, row: Row, k: int) -> float:
        """Return where a column begins: in the middle between its cell and the states before it."""
        if row.shape.is_whole:
            return (row.right(k - 1) + row.lefts[k]) / 2 if k else row.lefts[0] - row.shape.gap / 2
        # What is read out may rise in the gap, right behind the states.
        return row.lefts[k] - (_MARGIN if row.rises_aside else row.shape.gap / 2)

    def _end(self, row: Row, k: int) -> float:
        """Return where a column ends."""
        if k + 1 < len(self._grid.columns):
            return self._border(row, k + 1)
        return row.state_x(k) + row.wide / 2 + row.shape.gap / 2

    def _piece(self, first: int, last: int) -> None:
        """Draw a piece along the axis of time, and a frame around it where columns are close."""
        columns, row = self._grid.columns, self._grid.rows[0]
        steps = range(columns[first].first, columns[last].last + 1)
        left, right = self._border(row, first) + _BETWEEN, self._end(row, last) - _BETWEEN
        y, name = self._floor - _BELOW, f"piece-{steps[0]}"
        is_seeded = bool(self._plan.seeded & set(steps))
        self._canvas.edges.append(GraphEdge(f"{name}-forward", "", "", "axis", straight((left, y), (right, y))))
        if is_seeded:
            low = y - _BETWEEN
            self._canvas.edges.append(GraphEdge(f"{name}-back", "", "", "pass", straight((right, low), (left, low))))
        inside = sum(steps[0] < cut <= steps[-1] for cut in self._plan.cuts)
        label = f"steps {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"step {steps[0]}"
        self._write(f"{label}, {inside + 1} pieces" if inside else label, ((left + right) / 2, y - _BETWEEN - 14))
        if is_seeded and self._grid.rows[-1].shape.is_whole and len(columns) > last - first + 1:
            self._frame(name, first, last)

    def _write(self, text: str, place: Point) -> None:
        size = text_size("note")
        self._canvas.labels.append(Label(text, "note", *place, width(text, size), height(text, size)))

    def _frame(self, name: str, first: int, last: int) -> None:
        rows, hidden = self._grid.rows, self._drawing.hidden
        left, right = self._border(rows[0], first) + 2, self._end(rows[-1], last) - 2
        low = self._grid.input_y - HIGH / 2 if "input" not in hidden else rows[0].bottom
        if "loss" in hidden or "output" in hidden:
            high = self._grid.output_y + HIGH / 2 if "output" not in hidden else rows[-1].top
        else:
            high = self._grid.step_loss(first)[1] + LOSS_HIGH / 2
        low, high = low - _MARGIN, high + _MARGIN
        place = (left + right) / 2, (low + high) / 2
        self._canvas.frames.append(Frame(name, "chunk", *place, right - left, high - low, "backpropagated together"))


def draw_fans(drawing: Unrolled) -> None:
    """Draw the arrows of each error to its own cell and to those before that it reaches."""
    found = drawing.plan.reach
    assert found, "there are fans only where errors reach so far and no further"
    columns = drawing.grid.columns
    for source in range(len(columns)):
        for target in range(source, -1, -1):
            pairs = [
                pair for pair in found.norms if pair[0] in columns[source].steps and pair[1] in columns[target].steps
            ]
            if pairs:
                _fan(drawing, source, target, [found.norms[pair] for pair in sorted(pairs)])
    before = f" and the {found.n - 1} before it" if found.n > 1 else ""
    told = f"each error goes back to its own cell{before}"
    if drawing.gradients:
        drawing.canvas.explain("gradient", "L_t", told)
    else:
        drawing.canvas.explain("pass", "", told)


def _fan(drawing: Unrolled, source: int, target: int, norms: Sequence[float]) -> None:
    grid, row = drawing.grid, drawing.grid.rows[-1]
    columns, name = grid.columns, f"{grid.columns[source].id}-y"
    start = grid.output_x(source) + _leaving(grid.output_width(source, "y") / 2, source - target)
    end = row.middle(target) + _arriving(row.wide_at(target) / 2, source - target)
    path = straight((start, grid.output_y - HIGH / 2), (end, row.upper(target)))
    edge_id = f"{name}--{row.cell(target)}--back"
    what = f"what {columns[source].told('L')} sends to {columns[target].told(row.states[0], row.mark)}"
    told = f"{what}: norm {norms[0]:.3g}" if len(norms) == 1 else spread_text(spread(what, norms))
    if drawing.gradients:
        edge = GraphEdge(edge_id, name, row.cell(target), "gradient", path, norm=middle(norms), tooltip=told)
    else:
        edge = GraphEdge(edge_id, name, row.cell(target), "pass", path, tooltip=what)
    drawing.canvas.edges.append(edge)


def _leaving(half: float, back: int) -> float:
    """Return where along an output's lower side an arrow leaves it: the further it goes, the further left."""
    return -_OWN if back == 0 else -(half - _INSIDE * 0.5 ** (back - 1))


def _arriving(half: float, back: int) -> float:
    """Return where along a cell's upper side an arrow arrives: its own left of the middle, others at the right."""
    return -_OWN if back == 0 else (half - _INSIDE) * (1 - 0.5**back)
