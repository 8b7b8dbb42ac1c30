"""Reading a network out, step by step, and reading its input."""

from collections.abc import Mapping, Sequence

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.models.readouts import Exact, Readout
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import add, at_step, mean, stack, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Layer, Module, Pattern, alias_all

NAMES = ("W_hy", "b_y")
"""The parameters of the exact softmax."""


def readout_parameters(hidden: int, outputs: int) -> dict[str, Parameter]:
    """Return the description of W_hy (H, V) and b_y (V,)."""
    return Exact().parameters(hidden, outputs)


class Reader:
    """Reads a network out, step by step: y_t are scores, L_t = mean over the batch of −log p(target).

    Rows whose text has ended do not count, and the mean stays one over all N.

    Attributes:
        outputs: y_t, by step.
        losses: L_t, by step.
        surprise: −log p(target) of each row (…, N), by step.
        asked: where the true class stands in each row of y_t, (N,), by step.
        used: the parameters as used at each step.
    """

    def __init__(self, tape: Tape, shared: Mapping[str, Node], row: int, readout: Readout | None = None) -> None:
        """Set it up.

        Args:
            tape: where it records.
            shared: the model's parameters, among them the readout's.
            row: the layer of its scopes: one above all cells.
            readout: how a state is read out; by a softmax over all classes if left out.
        """
        self.outputs: dict[int, Node] = {}
        self.losses: dict[int, Node] = {}
        self.surprise: dict[int, Node] = {}
        self.asked: dict[int, Array] = {}
        self.used: dict[int, Mapping[str, Node]] = {}
        self._tape, self._row, self._readout = tape, row, readout or Exact()
        self._shared = {name: shared[name] for name in self._readout.parameters(1, 1)}

    def read(
        self, t: int, top: Node, targets: Array, counted: Array | None = None, penalty: Node | None = None
    ) -> Node:
        """Record the scores and the loss of one step and return the scores.

        Args:
            t: the step.
            top: the state that is read out (…, N, H).
            targets: the true classes (N,).
            counted: 1 for rows whose loss counts, 0 for others, (N,); all count if left out.
            penalty: what is added to the loss, (…), if anything.
        """
        y = self.score(t, top, targets)
        self.judge(t, y, targets, counted, penalty)
        return y

    def score(self, t: int, top: Node, targets: Array) -> Node:
        """Record the scores of one step; the arguments are as in `read`."""
        tape, readout = self._tape, self._readout
        with tape.at(t, self._row, "parameter"):
            used = self.used[t] = alias_all(tape, self._shared)
        with tape.at(t, self._row, "readout"):
            self.outputs[t] = readout.scores(used, top, targets, len(self.losses))
        return self.outputs[t]

    def judge(self, t: int, y: Node, targets: Array, counted: Array | None = None, penalty: Node | None = None) -> None:
        """Record the loss of one step from its scores; the other arguments are as in `read`."""
        tape, readout = self._tape, self._readout
        with tape.at(t, self._row, "loss"):
            self.surprise[t] = readout.loss(y, targets)
            rows = self.surprise[t] if counted is None else self.surprise[t] * counted
            loss = mean(rows, axis=-1, name="L")
            self.losses[t] = loss if penalty is None else add(loss, penalty, "L")
        self.asked[t] = readout.asked(targets)

    def rollout(
        self,
        pattern: Pattern,
        layers: Sequence[Layer],
        given: Mapping[str, Node],
        starts: Mapping[str, Node],
        inputs: Mapping[int, Node],
        parameters: Mapping[str, Node],
        modules: tuple[Module, ...] = (),
    ) -> Rollout:
        """Record L = Σ_t L_t and return the whole run; the arguments are as in `Rollout`."""
        with self._tape.at(role="loss"):
            loss = sum(stack(list(self.losses.values()), axis=-1), axis=-1, name="L")
        return Rollout(
            self._tape,
            pattern,
            tuple(layers),
            given,
            starts,
            inputs,
            outputs=self.outputs,
            asked=self.asked,
            surprise=self.surprise,
            losses=self.losses,
            loss=loss,
            parameters=parameters,
            readout=self.used,
            modules=modules,
        )


def read_out(
    tape: Tape,
    tops: Mapping[int, Node],
    shared: Mapping[str, Node],
    targets: Mapping[int, Array],
    row: int,
    readout: Readout | None = None,
) -> Reader:
    """Read the states of several steps out; the arguments are as in `Reader`, by step."""
    reader = Reader(tape, shared, row, readout)
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
