"""The grid of an unrolled network: where each layer's cells and states stand, column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bptt_viz.analyses.graph.names import layer_mark
from bptt_viz.analyses.graph.timeline import Column
from bptt_viz.models import Rollout
from bptt_viz.results.graph import Point
from bptt_viz.results.lettering import clean, text_size, width
from bptt_viz.tape import Node
from bptt_viz.topologies import Layer

HIGH = 50.0
"""Height of states, inputs and outputs."""
LOSS_HIGH = 34.0
BIG = (44.0, 40.0)
"""Size of W and L."""
RADIUS = 12.0
"""Of the corners of long wires."""
ASIDE = 8.0
"""From a forward edge to the backward one beside it."""
RISER = 16.0
"""How far to the right of a state the wire runs that leads up past the states above it."""
NARROWEST = 38.0
"""Width of states, inputs, outputs and the steps' losses, unless a name needs more."""

_BELOW = 54.0
"""Between the bottom layer and the inputs."""
ABOVE = 44.0
"""Between the top layer and the outputs."""
_BESIDE = 28.0
"""Between an output and its loss."""
_CLEAR = 14.0
"""Between a loss and the outputs of a fold behind it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one cell of a layer takes.

    Attributes:
        width: of the cell.
        height: of the cell.
        lines: how far above its lower side each state's line runs.
        entry: how far right of its left side the input comes in.
        gap: between a cell and the states beside it.
        fold: width and height of a folded column.
        is_whole: the cell is drawn as its new state, so that no states stand beside it.
    """

    width: float
    height: float
    lines: Mapping[str, float]
    entry: float
    gap: float
    fold: tuple[float, float]
    is_whole: bool = False


@dataclass(slots=True)
class Row:
    """Where one layer stands.

    Attributes:
        runs: its layers, in the order of time.
        mark: what its names end in.
        wide: width of its states.
        shape: of its cells.
        columns: the time steps.
        bottom: lower side of its cells.
        lefts: left side of each column's cell.
        ends: middle of the states behind each column, and of those before the first at the end.
    """

    runs: tuple[Layer, ...]
    mark: str
    wide: float
    shape: Shape
    columns: Sequence[Column]
    bottom: float = 0.0
    lefts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """Its place in the stack."""
        return self.runs[0].depth

    @property
    def states(self) -> tuple[str, ...]:
        """Names of its states, the one that is read out first."""
        return self.runs[0].cell.states

    def run(self, k: int) -> Layer:
        """Return the layer that has a column's steps."""
        t = self.columns[max(k, 0)].first
        return next(run for run in self.runs if t in run.steps)

    def number(self, run: Layer) -> str:
        """Return which of the row's layers one is, from 1; nothing if there is one alone."""
        return str(self.runs.index(run) + 1) if len(self.runs) > 1 else ""

    def weights_x(self, k: int) -> float:
        """Return where a layer's weights stand whose first column this is: below the states that it starts from."""
        if k == 0 or not self.shape.is_whole:
            return self.state_x(k - 1)
        return (self.right(k - 1) + self.lefts[k]) / 2

    def node(self, name: str, k: int) -> Node:
        """Return a state behind a column; −1 is before the first."""
        run = self.run(k)
        return run.state(self.columns[k].last)[name] if k >= 0 else run.before(self.columns[0].first)[name]

    @property
    def top(self) -> float:
        """Upper side of its cells."""
        return self.bottom + self.shape.height

    def line(self, state: str) -> float:
        """Return the height of one state's line."""
        return self.bottom + self.shape.lines[state]

    def wide_at(self, k: int) -> float:
        """Return the width of a column's cell."""
        return self.shape.fold[0] if self.columns[k].is_fold else self.shape.width

    def high_at(self, k: int) -> float:
        """Return the height of a column's cell."""
        return self.shape.fold[1] if self.columns[k].is_fold else self.shape.height

    def lower(self, k: int) -> float:
        """Return the lower side of a column's cell."""
        return self.bottom + (self.shape.height - self.high_at(k)) / 2

    def upper(self, k: int) -> float:
        """Return the upper side of a column's cell."""
        return self.lower(k) + self.high_at(k)

    def right(self, k: int) -> float:
        """Return the right side of a column's cell."""
        return self.lefts[k] + self.wide_at(k)

    def middle(self, k: int) -> float:
        """Return the middle of a column's cell."""
        return self.lefts[k] + self.wide_at(k) / 2

    def entry(self, k: int) -> float:
        """Return where a column's input comes in."""
        return self.middle(k) if self.columns[k].is_fold else self.lefts[k] + self.shape.entry

    def state_x(self, k: int) -> float:
        """Return the middle of the states behind a column; −1 is before the first."""
        return self.middle(k) if self.shape.is_whole and k >= 0 else self.ends[k]

    @property
    def rises_aside(self) -> bool:
        """Whether what is read out has to pass other states on its way up."""
        first, *others = (self.shape.lines[state] for state in self.states)
        return not self.shape.is_whole and any(line > first for line in others)

    def riser(self, k: int) -> float:
        """Return where the wire runs that leads up from the state behind a column."""
        return self.state_x(k) + (self.wide / 2 + RISER if self.rises_aside else 0.0)

    def label(self, name: str, k: int) -> str:
        """Return what is written into a state behind a column."""
        return f"{clean(name)}_{self.columns[k].last if k >= 0 else 0}{self.mark}"

    def cell(self, k: int) -> str:
        """Return the id of a column's cell."""
        return f"{self.columns[k].id}-l{self.depth}-f"

    def state(self, name: str, k: int) -> str:
        """Return the id of a state behind a column."""
        if self.shape.is_whole and k >= 0:
            return self.cell(k)
        place = 0 if self.shape.is_whole else self.states.index(name)
        return f"t{self.columns[k].last if k >= 0 else 0}-l{self.depth}-s{place}"


class TimeGrid:
    """All rows, with the inputs below and the outputs above.

    Attributes:
        rows: from bottom to top.
        columns: the time steps.
        narrow: width of the inputs, outputs and the steps' losses.
    """

    def __init__(
        self,
        rollout: Rollout,
        columns: Sequence[Column],
        shapes: Sequence[Shape],
        corridor: float,
        above: float = ABOVE,
    ) -> None:
        """Lay the grid out.

        Args:
            rollout: the recorded model.
            columns: the time steps, in order.
            shapes: of each layer's cells.
            corridor: room between two layers.
            above: room between the top layer and the outputs.
        """
        self._above = above
        self.columns = columns
        wide = state_width(rollout)
        self.narrow = _wide_enough(f"y_{rollout.steps}")
        self.rows = [
            Row(runs, layer_mark(rollout, depth), wide, shape, columns)
            for depth, (runs, shape) in enumerate(zip(rows_of(rollout), shapes, strict=True))
        ]
        for below, row in zip(self.rows, self.rows[1:], strict=False):
            row.bottom = below.top + corridor
        for k in range(len(columns)):
            for row in self.rows:
                self._add_column(row, k)
        for row in self.rows:
            row.ends.append(row.lefts[0] - row.shape.gap - wide / 2)

    def _add_column(self, row: Row, k: int) -> None:
        """Put a cell behind the states before it and above the state that it reads."""
        own = row.shape
        left = row.ends[k - 1] + row.wide / 2 + own.gap if k else 0.0
        if own.is_whole and k:
            left = row.right(k - 1) + (own.gap if row.run(k) is row.run(k - 1) else BIG[0] + 2 * own.gap)
        if row.depth:
            below = self.rows[row.depth - 1]
            into = row.wide_at(k) / 2 if self.columns[k].is_fold else own.entry
            left = max(left, below.riser(k) - into)
            below.ends[k] += left + into - below.riser(k)
        row.lefts.append(left)
        row.ends.append(row.right(k) + own.gap + row.wide / 2)

    @property
    def width(self) -> float:
        """From the first states to the last ones, in all rows."""
        lefts, rights = (
            [row.state_x(-1) for row in self.rows],
            [row.state_x(len(self.columns) - 1) for row in self.rows],
        )
        return max(rights) - min(lefts) + self.rows[0].wide

    @property
    def input_y(self) -> float:
        """Height of the inputs."""
        return self.rows[0].bottom - _BELOW - HIGH / 2

    @property
    def output_y(self) -> float:
        """Height of the outputs."""
        return self.rows[-1].top + self._above + HIGH / 2

    def output_x(self, k: int) -> float:
        """Return where a column's outputs stand: above its state, or above the fold, behind all that stands before."""
        row = self.rows[-1]
        if not self.columns[k].is_fold:
            return row.riser(k)
        before = self._output_end(k - 1) + _CLEAR if k else row.middle(k)
        return max(row.middle(k), before + self.output_width(k, "y") / 2)

    def _output_end(self, k: int) -> float:
        """Return how far to the right the outputs of a column reach that is no fold."""
        if self.rows[-1].shape.is_whole:
            return self.output_x(k) + self.output_width(k, "y") / 2
        return self.step_loss(k)[0] + self.output_width(k, "L") / 2

    def output_width(self, k: int, letter: str) -> float:
        """Return the width of a column's outputs or losses."""
        return max(self.narrow, _wide_enough(self.columns[k].named(letter)))

    def step_loss(self, k: int) -> Point:
        """Return where a column's loss stands: beside its output, or above it where columns are close."""
        if self.rows[-1].shape.is_whole:
            return self.output_x(k), self.output_y + HIGH / 2 + _BESIDE + LOSS_HIGH / 2
        wide = self.output_width(k, "y") / 2 + self.output_width(k, "L") / 2
        return self.output_x(k) + wide + _BESIDE, self.output_y

    def read_width(self, k: int) -> float:
        """Return the width of a column's inputs."""
        return max(self.narrow, _wide_enough(self.columns[k].named("x")))


def rows_of(rollout: Rollout) -> list[tuple[Layer, ...]]:
    """Return the layers row by row, from bottom to top."""
    return [tuple(run for run in rollout.layers if run.depth == depth) for depth in range(rollout.rows)]


def state_width(rollout: Rollout) -> float:
    """Return the width of the states of a rollout, wide enough for their names."""
    marked = [(run, layer_mark(rollout, run.depth)) for run in rollout.layers]
    return max(_wide_enough(f"{clean(name)}_{rollout.steps}{mark}") for run, mark in marked for name in run.cell.states)


def _wide_enough(name: str) -> float:
    return max(NARROWEST, width(name, text_size("state")) + 8)
