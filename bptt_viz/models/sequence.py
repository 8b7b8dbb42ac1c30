"""A stack of cells with a linear readout and a softmax cross-entropy loss: the lecture's recurrent model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter, Values, described
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator, Initialisation
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import add, alias, at_step, mean, softmax_cross_entropy, stack, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Held, Layer, Pattern, layer, unroll

Start = Sequence[Mapping[str, Array]]


@dataclass(frozen=True)
class SequenceModel:
    """Cells in depth over time; y_t = h_t W_hy + b_y where the pattern has an output; L = Σ_t L_t.

    L_t is the mean over the batch of −log softmax(y_t)[target].

    Attributes:
        cells: from bottom to top; each one's input size is the hidden size of the one below.
        output_size: V, the number of classes.
        pattern: at which steps inputs go in and outputs come out.
    """

    cells: tuple[Cell, ...]
    output_size: int
    pattern: Pattern

    def parameters(self) -> dict[str, Parameter]:
        """Return every parameter's description by its name in the whole model.

        Raises:
            UsageError: a cell has a parameter of the readout's name.
        """
        found = {
            self.qualified(name, depth): parameter
            for depth, cell in enumerate(self.cells)
            for name, parameter in described(cell).items()
        }
        top = self.cells[-1].hidden_size
        taken = found.keys() & {"W_hy", "b_y"}
        if taken:
            raise UsageError(f"parameter {min(taken)!r} is the readout's; give the cell's another name")
        return found | {
            "W_hy": Parameter((top, self.output_size), "input"),
            "b_y": Parameter((self.output_size,), "bias"),
        }

    def qualified(self, name: str, depth: int) -> str:
        """Return a cell parameter's name in the whole model: as it is for one layer, with `_lK` for layer K of more."""
        return name if len(self.cells) == 1 else f"{name}_l{depth}"

    def draw(self, rng: Generator, initialisation: Initialisation, dtype: str = "float64") -> Values:
        """Draw all parameters; the cells may adjust theirs (an LSTM its forget bias)."""
        drawn = {name: _drawn(rng, parameter, initialisation) for name, parameter in self.parameters().items()}
        for depth, cell in enumerate(self.cells):
            own = {name: drawn[self.qualified(name, depth)] for name in described(cell)}
            cell.adjust(own)
            drawn |= {self.qualified(name, depth): value for name, value in own.items()}
        return {name: value.astype(dtype) for name, value in drawn.items()}

    def zero_start(self, size: int, dtype: str = "float64") -> list[dict[str, Array]]:
        """Return zero initial states for a batch of `size`, one mapping a layer."""
        return [{name: np.zeros((size, cell.hidden_size), dtype) for name in cell.states} for cell in self.cells]

    def run(
        self,
        values: Mapping[str, Array],
        inputs: Array,
        targets: Array,
        start: Start | None = None,
        cuts: Collection[int] = (),
        held: Held | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the forward pass on a new tape.

        Args:
            values: the parameters by name; each may carry one leading axis of perturbed copies, with axes of
                length 1 behind it so that every parameter has at least two axes of its own.
            inputs: x (T, N, D), T as the pattern has it; where it has no input, zeros go in instead.
            targets: true classes (T, N), integers.
            start: initial states, one mapping a layer; zeros if left out.
            cuts: the steps before which the gradient through time stops.
            held: constants that enter the cut steps in place of the states before them.
            differentiate_inputs: let backward passes reach the inputs.

        Raises:
            UsageError: inputs or targets have other lengths than the pattern, or initial states do not fit the cells.
        """
        self._check(inputs, targets)
        tape = Tape()
        shared = self._leaves(tape, values)
        first = self.zero_start(inputs.shape[-2], str(inputs.dtype)) if start is None else start
        layers = self._layers(tape, shared, first)
        sequence, xs = self._inputs(tape, inputs, differentiate_inputs)
        tops = unroll(layers, xs, cuts, held)
        outputs, losses, readout = self._read(tape, tops, shared, targets)
        with tape.at(role="loss"):
            loss = sum(stack(list(losses.values()), axis=-1), axis=-1, name="L")
        read = set(self.pattern.inputs)
        kept = {t: x for t, x in enumerate(xs, start=1) if t in read}
        return Rollout(tape, self.pattern, tuple(layers), sequence, kept, outputs, losses, loss, shared, readout)

    def _check(self, inputs: Array, targets: Array) -> None:
        T = self.pattern.steps
        if inputs.ndim < 3 or inputs.shape[-3] != T or np.shape(targets) != inputs.shape[-3:-1]:
            expected = f"({T}, N, D) and ({T}, N)"
            raise UsageError(f"inputs and targets have shapes {inputs.shape} and {np.shape(targets)}, not {expected}")

    def _leaves(self, tape: Tape, values: Mapping[str, Array]) -> dict[str, Node]:
        with tape.at(role="parameter"):
            return {name: tape.leaf(values[name], name) for name in self.parameters()}

    def _layers(self, tape: Tape, shared: Mapping[str, Node], start: Start) -> list[Layer]:
        if len(start) != len(self.cells):
            raise UsageError(f"initial states are given for {len(start)} of {len(self.cells)} layers")
        layers = []
        for depth, (cell, states) in enumerate(zip(self.cells, start, strict=True)):
            with tape.at(0, depth, "state"):
                first = {name: tape.leaf(value, name) for name, value in states.items()}
            own = {name: shared[self.qualified(name, depth)] for name in described(cell)}
            layers.append(layer(tape, cell, depth, own, first))
        return layers

    def _inputs(self, tape: Tape, inputs: Array, differentiate: bool) -> tuple[Node, list[Node]]:
        read = np.zeros(self.pattern.steps, bool)
        read[np.array(self.pattern.inputs) - 1] = True
        with tape.at(role="input"):
            given = (tape.leaf if differentiate else tape.constant)(inputs, "x")
            sequence = given if read.all() else given * read[:, None, None].astype(inputs.real.dtype)
        nodes = []
        for t in range(self.pattern.steps):
            with tape.at(t + 1, 0, "input"):
                nodes.append(at_step(sequence, t, "x"))
        return given, nodes

    def _read(
        self, tape: Tape, tops: Sequence[Node], shared: Mapping[str, Node], targets: Array
    ) -> tuple[dict[int, Node], dict[int, Node], dict[int, dict[str, Node]]]:
        outputs: dict[int, Node] = {}
        losses: dict[int, Node] = {}
        readout: dict[int, dict[str, Node]] = {}
        depth = len(self.cells)
        for t in self.pattern.outputs:
            with tape.at(t, depth, "parameter"):
                used = readout[t] = {name: alias(shared[name], name) for name in ("W_hy", "b_y")}
            with tape.at(t, depth, "readout"):
                outputs[t] = add(tops[t - 1] @ used["W_hy"], used["b_y"], "y")
            with tape.at(t, depth, "loss"):
                losses[t] = mean(softmax_cross_entropy(outputs[t], targets[t - 1]), axis=-1, name="L")
        return outputs, losses, readout


def _drawn(rng: Generator, parameter: Parameter, initialisation: Initialisation) -> Array:
    """Draw one parameter, block by block where it packs gates."""
    if len(parameter.shape) == 1:
        size = parameter.shape[0]
        return rng.standard_normal(size) / np.sqrt(size) if parameter.role == "peephole" else np.zeros(size)
    blocks = max(1, len(parameter.gates))
    rows, columns = parameter.shape[0], parameter.shape[1] // blocks
    draw = initialisation.recurrent if parameter.role == "recurrent" else initialisation.other
    return np.concatenate([draw(rng, rows, columns) for _ in range(blocks)], axis=1)
