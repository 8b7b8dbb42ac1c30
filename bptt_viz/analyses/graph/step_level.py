"""The picture at step level: states, cells, inputs, outputs and losses over time, as in lecture 10 of CS231n."""

from collections.abc import Collection, Sequence

from bptt_viz.analyses.graph.axes import draw_axes
from bptt_viz.analyses.graph.folds import fold_size
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.outputs import Outputs
from bptt_viz.analyses.graph.step_weights import WeightsDrawing, weights_floor
from bptt_viz.analyses.graph.time_grid import ABOVE, HIGH, Shape, TimeGrid, rows_of, state_width
from bptt_viz.analyses.graph.timeline import Column
from bptt_viz.analyses.graph.truncation import Plan
from bptt_viz.analyses.graph.truncation_marks import Marks, draw_fans
from bptt_viz.analyses.graph.unrolled import Unrolled
from bptt_viz.cells import Cell
from bptt_viz.models import Rollout

_CORRIDOR = 108.0
"""Between two layers, where the upper one's weights run."""
_CLIMB = 52.0
"""Between two layers if weights are hidden."""

_CELL = 46.0
_STACK = 64.0
"""From one state's line to the next one's."""
_GAP = 28.0
_WHOLE_GAP = 32.0
"""Between cells that are drawn as their new states: their weights come in between."""
_FAN, _LEAST_FAN, _HIGHEST_FAN = 30.0, 90.0, 220.0
"""Room between cells and outputs for each cell that an error has an arrow to, at the least and at the most."""
_LINE = 19.0
"""From one state's line to the next one's where cells are drawn as their new states."""


def step_grid(
    rollout: Rollout, columns: Sequence[Column], is_compact: bool = False, fan: int = 0, hidden: Collection[str] = ()
) -> TimeGrid:
    """Return the grid of a picture at step level.

    Args:
        rollout: the recorded model.
        columns: the time steps.
        is_compact: draw each cell as its new state.
        fan: how many cells each error has arrows of its own to.
        hidden: what is left out.
    """
    wide = state_width(rollout)
    cells = [runs[0].cell for runs in rows_of(rollout)]
    shapes = [_whole_shape(cell, wide) if is_compact else _cell_shape(cell) for cell in cells]
    above = min(max(_LEAST_FAN, _FAN * fan), _HIGHEST_FAN) if fan else ABOVE
    return TimeGrid(rollout, columns, shapes, _CLIMB if "weights" in hidden else _CORRIDOR, above)


def draw_steps(
    rollout: Rollout, grid: TimeGrid, gradients: Gradients | None, plan: Plan, hidden: Collection[str] = ()
) -> Unrolled:
    """Draw all time steps: layers from bottom to top, inputs below, outputs and losses above.

    Args:
        rollout: the recorded model.
        grid: where everything stands.
        gradients: norms for backward edges, drawn if given.
        plan: from which losses they come, and where they are cut.
        hidden: what is left out, of `input`, `output`, `loss` and `weights`.
    """
    drawing = Unrolled(rollout, grid, gradients, plan, hidden, fans=plan.reach is not None)
    for row in grid.rows:
        drawing.states(row)
        for k in range(len(row.columns)):
            drawing.cell(row, k)
        for run in row.runs if "weights" not in hidden else ():
            WeightsDrawing(drawing.canvas, grid, row, run, gradients).draw()
    drawing.inputs()
    Outputs(drawing).draw()
    floor = weights_floor(grid) if "weights" not in hidden else drawing.floor
    if len(grid.rows) > 1:
        draw_axes(drawing.canvas, grid, floor, time=not plan.cuts)
    if plan.cuts:
        Marks(drawing, floor).draw()
    if plan.reach and "output" not in hidden:
        draw_fans(drawing)
    return drawing


def _cell_shape(cell: Cell) -> Shape:
    """Return what a cell takes, with the state that is read out on the highest line."""
    below = range(len(cell.states) - 1, -1, -1)
    lines = {name: _CELL / 2 + _STACK * k for name, k in zip(cell.states, below, strict=True)}
    high = _CELL + _STACK * below[0]
    return Shape(_CELL, high, lines, _CELL / 2, _GAP, fold_size(high, len(cell.states)))


def _whole_shape(cell: Cell, wide: float) -> Shape:
    high = max(HIGH, _LINE * len(cell.states) + 12)
    lines = {name: high / 2 + _LINE * ((len(cell.states) - 1) / 2 - k) for k, name in enumerate(cell.states)}
    return Shape(wide, high, lines, wide / 2, _WHOLE_GAP, fold_size(high, len(cell.states)), is_whole=True)
