"""A stack of cells with a linear readout and a softmax cross-entropy loss: the lecture's recurrent model."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter, Values
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.interface import Feed, Model, cell_options
from bptt_viz.models.reading import NAMES, read_out, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import at_step
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Borders, Held, Pattern, Stack, unroll

Start = Sequence[Mapping[str, Array]]


@dataclass(frozen=True)
class SequenceModel(Model):
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

    @cached_property
    def stack(self) -> Stack:
        """The cells with their names in the model."""
        return Stack(self.cells)

    def parameters(self) -> dict[str, Parameter]:
        """Return every parameter's description by its name in the whole model.

        Raises:
            UsageError: a cell has a parameter of the readout's name.
        """
        found = self.stack.parameters()
        taken = found.keys() & set(NAMES)
        if taken:
            raise UsageError(f"parameter {min(taken)!r} is the readout's; give the cell's another name")
        return found | readout_parameters(self.cells[-1].hidden_size, self.output_size)

    def qualified(self, name: str, depth: int) -> str:
        """Return a cell parameter's name in the whole model: as it is for one layer, with `_lK` for layer K of more."""
        return self.stack.qualified(name, depth)

    def adjust(self, drawn: Values) -> None:
        """Let the cells adjust their parameters."""
        self.stack.adjust(drawn)

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of all initial states, by names such as `h_0` and `c_0_l1`."""
        return self.stack.starts(size)

    def zero_start(self, size: int, dtype: str = "float64") -> list[dict[str, Array]]:
        """Return zero initial states for a batch of `size`, one mapping a layer."""
        return [{name: np.zeros((size, cell.hidden_size), dtype) for name in cell.states} for cell in self.cells]

    def options(self) -> dict[str, str]:
        """Return the cells' own options."""
        return cell_options(self.cells[0])

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:  # noqa: ARG002, nothing is left to chance
        """Return a text's characters as one-hot rows, and the characters that follow as targets."""
        return Feed({"x": batch.one_hot(dtype)}, {"targets": batch.targets})

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal inputs, dense so that every entry of W_xh counts, and uniform targets."""
        steps = self.pattern.steps
        x = rng.standard_normal((steps, size, self.cells[0].input_size))
        return Feed({"x": x}, {"targets": rng.integers(0, self.output_size, (steps, size))})

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
        if start is not None and len(start) != len(self.cells):
            raise UsageError(f"initial states are given for {len(start)} of {len(self.cells)} layers")
        named = {
            self.qualified(f"{name}_0", depth): value
            for depth, states in enumerate(start or ())
            for name, value in states.items()
        }
        feed = Feed({"x": inputs}, {"targets": targets})
        return self.record(values, feed, named, Borders(cuts, held), differentiate_inputs)

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the forward pass on a new tape; the feed has the arrays `x` and the classes `targets` of `run`."""
        inputs, targets = feed.arrays["x"], feed.classes["targets"]
        self._check(inputs, targets)
        tape = Tape()
        with tape.at(role="parameter"):
            shared = {name: tape.leaf(values[name], name) for name in self.parameters()}
        first = self.stack.leaves(tape, start or {}, inputs.shape[-2], str(inputs.dtype))
        layers = self.stack.layers(tape, shared, first)
        given, xs = self._inputs(tape, inputs, differentiate_inputs)
        tops = unroll(layers, xs, borders)
        read, asked = set(self.pattern.inputs), self.pattern.outputs
        reader = read_out(
            tape, {t: tops[t - 1] for t in asked}, shared, {t: targets[t - 1] for t in asked}, len(layers)
        )
        seen = {t: x for t, x in enumerate(xs, start=1) if t in read}
        return reader.rollout(self.pattern, layers, {"x": given}, self.stack.named(first), seen, shared)

    def _check(self, inputs: Array, targets: Array) -> None:
        T = self.pattern.steps
        if inputs.ndim < 3 or inputs.shape[-3] != T or np.shape(targets) != inputs.shape[-3:-1]:
            expected = f"({T}, N, D) and ({T}, N)"
            raise UsageError(f"inputs and targets have shapes {inputs.shape} and {np.shape(targets)}, not {expected}")

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
