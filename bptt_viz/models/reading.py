"""Reading a network out: linear scores of its top states, their softmax cross-entropy, and the total loss."""

from collections.abc import Mapping, Sequence

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.ops import add, at_step, mean, softmax_cross_entropy, stack, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import alias_all

NAMES = ("W_hy", "b_y")


def readout_parameters(hidden: int, outputs: int) -> dict[str, Parameter]:
    """Return the description of W_hy (H, V) and b_y (V,)."""
    return {"W_hy": Parameter((hidden, outputs), "input"), "b_y": Parameter((outputs,), "bias")}


class Reader:
    """Reads a network out, step by step: y_t = h_t W_hy + b_y, L_t = mean over the batch of −log softmax(y_t)[target].

    Attributes:
        outputs: y_t (…, N, V), by step.
        losses: L_t, by step.
        used: W_hy and b_y as used at each step.
    """

    def __init__(self, tape: Tape, shared: Mapping[str, Node], row: int) -> None:
        """Set it up.

        Args:
            tape: where it records.
            shared: the model's parameters, among them W_hy and b_y.
            row: the layer of its scopes: one above all cells.
        """
        self.outputs: dict[int, Node] = {}
        self.losses: dict[int, Node] = {}
        self.used: dict[int, Mapping[str, Node]] = {}
        self._tape, self._row = tape, row
        self._shared = {name: shared[name] for name in NAMES}

    def read(self, t: int, top: Node, targets: Array) -> Node:
        """Record the scores and the loss of one step and return the scores.

        Args:
            t: the step.
            top: the state that is read out (…, N, H).
            targets: the true classes (N,).
        """
        with self._tape.at(t, self._row, "parameter"):
            used = self.used[t] = alias_all(self._tape, self._shared)
        with self._tape.at(t, self._row, "readout"):
            y = self.outputs[t] = add(top @ used["W_hy"], used["b_y"], "y")
        with self._tape.at(t, self._row, "loss"):
            self.losses[t] = mean(softmax_cross_entropy(y, targets), axis=-1, name="L")
        return y

    def total(self) -> Node:
        """Record L = Σ_t L_t."""
        with self._tape.at(role="loss"):
            return sum(stack(list(self.losses.values()), axis=-1), axis=-1, name="L")


def read_out(
    tape: Tape, tops: Mapping[int, Node], shared: Mapping[str, Node], targets: Mapping[int, Array], row: int
) -> Reader:
    """Read the states of several steps out; the arguments are as in `Reader`, by step."""
    reader = Reader(tape, shared, row)
    for t, top in tops.items():
        reader.read(t, top, targets[t])
    return reader


def inputs_by_step(
    tape: Tape, x: Array, steps: Sequence[int], differentiate: bool, row: int = 0
) -> tuple[Node, dict[int, Node]]:
    """Record a sequence x (T, N, D) and its entries x_t.

    Args:
        tape: where.
        x: the whole sequence, one entry for each of `steps`.
        steps: their times on the clock.
        differentiate: let backward passes reach it.
        row: the layer of the entries' scopes.
    """
    with tape.at(role="input"):
        whole = (tape.leaf if differentiate else tape.constant)(x, "x")
    found = {}
    for place, t in enumerate(steps):
        with tape.at(t, row, "input"):
            found[t] = at_step(whole, place, "x")
    return whole, found
