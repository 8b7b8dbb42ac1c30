"""The grid of the picture at step level: where each box stands."""

from dataclasses import dataclass

from bptt_viz.analyses.graph.names import layer_mark
from bptt_viz.models import Rollout
from bptt_viz.results.graph import Point
from bptt_viz.results.lettering import clean, text_size, width
from bptt_viz.topologies import Layer

HIGH = 50.0
"""Height of states, inputs and outputs."""
CELL = (46.0, 46.0)
LOSS_HIGH = 34.0
BIG = (44.0, 40.0)
"""Size of W and L."""
RADIUS = 12.0
"""Of the corners of long wires."""
ASIDE = 8.0
"""From a forward edge to the backward one beside it."""

_NARROWEST = 38.0
"""Width of states, inputs, outputs and the steps' losses, unless a name needs more."""
_STEP = 140.0
_STACK = 64.0
"""From one state's line to the next one's."""
_CORRIDOR = 104.0
"""Between two layers, where the upper one's weights run."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where one layer stands: half a step further right than the one below, so that its cells are above its states.

    Attributes:
        run: the layer.
        mark: what its names end in.
        wide: width of its states.
    """

    run: Layer
    mark: str
    wide: float

    @property
    def step(self) -> float:
        """From one step to the next."""
        return _STEP + 1.5 * (self.wide - _NARROWEST)

    @property
    def depth(self) -> int:
        """Its place in the stack."""
        return self.run.depth

    @property
    def states(self) -> tuple[str, ...]:
        """Names of its states, the one that is read out first."""
        return self.run.cell.states

    @property
    def top(self) -> float:
        """Height of the line of the state that is read out."""
        return self.depth * (HIGH + _CORRIDOR + (len(self.states) - 1) * _STACK)

    @property
    def bottom(self) -> float:
        """Lower side of the cells."""
        return self.line(len(self.states) - 1) - CELL[1] / 2

    @property
    def cell_height(self) -> float:
        """Height of the cells, which reach over the lines of all states."""
        return self.top - self.bottom + CELL[1] / 2

    def line(self, state: int) -> float:
        """Return the height of one state's line."""
        return self.top - state * _STACK

    def cell_x(self, t: int) -> float:
        """Return where the cell of step `t` stands."""
        return (t - 1) * self.step + self.depth * self.step / 2

    def state_x(self, t: int) -> float:
        """Return where the states of step `t` stand."""
        return self.cell_x(t) + self.step / 2

    def label(self, name: str, t: int) -> str:
        """Return what is written into a state of step `t`."""
        return f"{clean(name)}_{t}{self.mark}"

    def cell(self, t: int) -> str:
        """Return the id of the cell of step `t`."""
        return f"t{t}-l{self.depth}-f"

    def state(self, k: int, t: int) -> str:
        """Return the id of the k-th state of step `t`."""
        return f"t{t}-l{self.depth}-s{k}"


class Grid:
    """All rows of a rollout, with the inputs below and the outputs above.

    Attributes:
        rows: from bottom to top.
        steps: T.
        wide: width of the states.
        narrow: width of the inputs, outputs and the steps' losses.
    """

    def __init__(self, rollout: Rollout) -> None:
        marked = [(run, layer_mark(rollout, run.depth)) for run in rollout.layers]
        names = [f"{clean(name)}_{rollout.steps}{mark}" for run, mark in marked for name in run.cell.states]
        self.wide = max(map(_wide_enough, names))
        self.narrow = _wide_enough(f"y_{rollout.steps}")
        self.rows = [Row(run, mark, self.wide) for run, mark in marked]
        self.steps = rollout.steps
        self._last_output = max(rollout.outputs)

    @property
    def input_y(self) -> float:
        """Height of the inputs."""
        return self.rows[0].bottom - 54 - HIGH / 2

    @property
    def output_y(self) -> float:
        """Height of the outputs."""
        return self.rows[-1].top + HIGH + 44

    def step_loss(self, t: int) -> Point:
        """Return where L_t stands."""
        return self.rows[-1].state_x(t) + self.narrow + 28, self.output_y

    @property
    def loss(self) -> Point:
        """Where L stands."""
        return self.step_loss(self._last_output)[0] + self.narrow / 2 + 53, self.output_y + HIGH / 2 + 34


def _wide_enough(name: str) -> float:
    return max(_NARROWEST, width(name, text_size("state")) + 8)
