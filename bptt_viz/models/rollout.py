"""A recorded forward pass, with the nodes that analyses ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bptt_viz.arrays import Array
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Layer, Module, Pattern


@dataclass(frozen=True, slots=True, repr=False)
class Rollout:
    """What a model recorded. Dictionaries by time step are in the order of time.

    Attributes:
        tape: everything, in the order it was computed.
        pattern: at which steps inputs went in and outputs came out.
        layers: the cells' runs, from bottom to top; those of one row in the order of time.
        given: the real inputs by name, as they were given, such as x (T, N, D).
        starts: the initial states that could be given, by name.
        inputs: x_t where the pattern has an input.
        outputs: y_t (…, N, V), the scores, where the pattern has an output.
        asked: where in each row of y_t the true class stands, (N,).
        surprise: −log p(true class) of each row (…, N).
        losses: L_t, the mean of these over the rows that count, and any penalty, where the pattern has an output.
        loss: L = Σ_t L_t.
        parameters: the shared parameters by their name in the model.
        readout: the readout's parameters as used at each output step.
        modules: the parts without a state.
    """

    tape: Tape
    pattern: Pattern
    layers: tuple[Layer, ...]
    given: Mapping[str, Node]
    starts: Mapping[str, Node]
    inputs: Mapping[int, Node]
    outputs: Mapping[int, Node]
    asked: Mapping[int, Array]
    surprise: Mapping[int, Node]
    losses: Mapping[int, Node]
    loss: Node
    parameters: Mapping[str, Node]
    readout: Mapping[int, Mapping[str, Node]]
    modules: tuple[Module, ...] = field(default=())

    def __repr__(self) -> str:
        cells = ", ".join(type(run.cell).__name__ for run in self.layers)
        return f"<rollout: {cells}; T = {self.steps}, {len(self.tape.nodes):,} nodes, L = {float(self.loss.value):.4g}>"

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return self.pattern.steps

    @property
    def rows(self) -> int:
        """How many rows of layers there are; the readout's nodes have this number as their scope's layer."""
        return 1 + max(run.depth for run in self.layers)

    def run_at(self, t: int, row: int) -> Layer:
        """Return the layer of a row that has a step `t`.

        Raises:
            KeyError: there is none.
        """
        for run in self.layers:
            if run.depth == row and t in run.steps:
                return run
        raise KeyError(f"row {row} has no step {t}")

    def mark(self, row: int) -> str:
        """Return what tells a row's names from those of other rows: its direction and depth; empty if there is one."""
        if self.rows == 1 or row >= self.rows:
            return ""
        run = next(run for run in self.layers if run.depth == row)
        alike = sorted({other.depth for other in self.layers if other.backward == run.backward})
        if len(alike) == self.rows:
            return str(row)
        return ("←" if run.backward else "→") + (str(alike.index(row)) if len(alike) > 1 else "")

    @property
    def sequence(self) -> Node:
        """The whole input x (T, N, D) as it was given."""
        return self.given["x"]

    def at(self, t: int) -> tuple[Layer, ...]:
        """Return the layers that have a step `t`, from bottom to top."""
        return tuple(run for run in self.layers if t in run.steps)
