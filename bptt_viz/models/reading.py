"""Reading a network out: linear scores of its top states, their softmax cross-entropy, and the total loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.ops import add, at_step, mean, softmax_cross_entropy, stack, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import alias_all

NAMES = ("W_hy", "b_y")


def readout_parameters(hidden: int, outputs: int) -> dict[str, Parameter]:
    """Return the description of W_hy (H, V) and b_y (V,)."""
    return {"W_hy": Parameter((hidden, outputs), "input"), "b_y": Parameter((outputs,), "bias")}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read out, by step.

    Attributes:
        outputs: y_t (…, N, V).
        losses: L_t.
        loss: L = Σ_t L_t.
        used: W_hy and b_y as used at each step.
    """

    outputs: dict[int, Node]
    losses: dict[int, Node]
    loss: Node
    used: dict[int, Mapping[str, Node]]


def read_out(
    tape: Tape, tops: Mapping[int, Node], shared: Mapping[str, Node], targets: Mapping[int, Array], row: int
) -> Reading:
    """Record y_t = h_t W_hy + b_y, L_t = mean over the batch of −log softmax(y_t)[target], and their sum.

    Args:
        tape: where.
        tops: by step, the state that is read out (…, N, H).
        shared: the model's parameters, among them W_hy and b_y.
        targets: by step, the true classes (N,).
        row: the layer of the readout's scopes: one above all cells.
    """
    outputs: dict[int, Node] = {}
    losses: dict[int, Node] = {}
    readout: dict[int, Mapping[str, Node]] = {}
    for t, top in tops.items():
        with tape.at(t, row, "parameter"):
            used = readout[t] = alias_all(tape, {name: shared[name] for name in NAMES})
        with tape.at(t, row, "readout"):
            outputs[t] = add(top @ used["W_hy"], used["b_y"], "y")
        with tape.at(t, row, "loss"):
            losses[t] = mean(softmax_cross_entropy(outputs[t], targets[t]), axis=-1, name="L")
    with tape.at(role="loss"):
        loss = sum(stack(list(losses.values()), axis=-1), axis=-1, name="L")
    return Reading(outputs, losses, loss, readout)


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
