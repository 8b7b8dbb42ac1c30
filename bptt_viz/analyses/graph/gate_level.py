"""The picture at gate level: every cell opened up, as drawings of LSTMs and GRUs show them, side by side over time."""

from collections.abc import Collection, Iterable, Sequence

from bptt_viz.analyses.graph.axes import draw_axes
from bptt_viz.analyses.graph.folds import fold_size
from bptt_viz.analyses.graph.gates.cell import CellStep, Laid, cell_step, lay_out, structure
from bptt_viz.analyses.graph.gates.contraction import INPUT, entry
from bptt_viz.analyses.graph.gates.drawing import CellDrawing
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.outputs import Outputs
from bptt_viz.analyses.graph.time_grid import ASIDE, Shape, TimeGrid
from bptt_viz.analyses.graph.timeline import Column
from bptt_viz.analyses.graph.truncation import Plan
from bptt_viz.analyses.graph.truncation_marks import Marks
from bptt_viz.analyses.graph.unrolled import Unrolled
from bptt_viz.models import Rollout
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node

_CORRIDOR = 84.0
"""Between two layers."""
_GAP = 30.0
"""Between a cell and the states beside it; what is read out runs up there if other states are above it."""
_RISING_GAP = 42.0


class GateLevel:
    """The cells of a rollout, laid out."""

    def __init__(self, rollout: Rollout, gradients: Gradients | None, plan: Plan) -> None:
        self._rollout = rollout
        self._gradients = gradients
        self._plan = plan
        self._layouts: dict[tuple[object, ...], Laid] = {}
        self._nodes = _by_step(rollout.tape.nodes)

    def grid(self, columns: Sequence[Column]) -> TimeGrid:
        """Return the grid of a picture with these columns."""
        shapes = [self._shape(depth) for depth in range(self._rollout.rows)]
        return TimeGrid(self._rollout, columns, shapes, _CORRIDOR)

    def draw(self, columns: Sequence[Column], hidden: Collection[str] = ()) -> Unrolled:
        """Draw all columns.

        Args:
            columns: the time steps.
            hidden: what is left out, of `input`, `output` and `loss`.
        """
        drawing = Unrolled(self._rollout, self.grid(columns), self._gradients, self._plan, hidden)
        steps: list[CellStep] = []
        for row in drawing.grid.rows:
            drawing.states(row)
            for k, column in enumerate(columns):
                if column.is_fold:
                    drawing.cell(row, k)
                else:
                    step = self._step(row.depth, column.first)
                    steps.append(step)
                    CellDrawing(drawing, row, k, step, self._laid(step)).draw()
        drawing.inputs()
        Outputs(drawing).draw()
        if len(drawing.grid.rows) > 1:
            draw_axes(drawing.canvas, drawing.grid, drawing.floor, time=not self._plan.cuts)
        if self._plan.cuts:
            Marks(drawing, drawing.floor).draw()
        _explain(drawing, steps)
        return drawing

    def _step(self, depth: int, t: int) -> CellStep:
        run = next(run for run in self._rollout.at(t) if run.depth == depth)
        return cell_step(self._rollout, run, t, self._nodes[t])

    def _laid(self, step: CellStep) -> Laid:
        key = structure(step)
        if key not in self._layouts:
            self._layouts[key] = lay_out(step, ASIDE if self._gradients else 0.0)
        return self._layouts[key]

    def _shape(self, depth: int) -> Shape:
        """Return what a layer's cells take; all steps of a cell are alike, as far as is known."""
        step = self._step(depth, self._rollout.steps)
        wired = self._laid(step).wired
        lines = {name: wired.ports[entry(name)][1] for name in step.run.cell.states}
        first = lines[step.run.cell.states[0]]
        gap = _RISING_GAP if any(line > first for line in lines.values()) else _GAP
        wide, high = wired.size
        fold = fold_size(high, len(lines) if self._gradients else 0)
        return Shape(wide, high, lines, wired.ports[INPUT][0], gap, fold)


def _by_step(nodes: Iterable[Node]) -> dict[int, list[Node]]:
    found: dict[int, list[Node]] = {}
    for node in nodes:
        if node.scope.t:
            found.setdefault(node.scope.t, []).append(node)
    return found


def _explain(drawing: Unrolled, steps: Iterable[CellStep]) -> None:
    """Say in the legend what the states on lines of their own pass, and how peepholes look."""
    passed: dict[str, dict[str, None]] = {}
    for step in steps:
        for state, way in step.graph.highways.items():
            symbols = passed.setdefault(clean(state), {})
            symbols |= dict.fromkeys(step.graph.parts[part].symbol for part in way)
    for state, found in passed.items():
        text = f"{state} goes straight on through {' and '.join(found)}" if found else f"{state} is handed on"
        drawing.canvas.explain("highway", "", text)
    if any(edge.kind == "peephole" for edge in drawing.canvas.edges):
        drawing.canvas.explain("peephole", "", "peephole: a gate sees a state through weights of its own")
