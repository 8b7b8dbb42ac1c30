"""A recorded forward pass, with the nodes that analyses ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Layer, Pattern


@dataclass(frozen=True, slots=True)
class Rollout:
    """What a model recorded. Dictionaries by time step are in the order of time.

    Attributes:
        tape: everything, in the order it was computed.
        pattern: at which steps inputs went in and outputs came out.
        layers: the cells' runs, from bottom to top.
        sequence: the whole input x (T, N, D) as it was given.
        inputs: x_t where the pattern has an input.
        outputs: y_t (…, N, V), the scores, where the pattern has an output.
        losses: L_t, where the pattern has an output.
        loss: L = Σ_t L_t.
        parameters: the shared parameters by their name in the model.
        readout: the readout's parameters as used at each output step.
    """

    tape: Tape
    pattern: Pattern
    layers: tuple[Layer, ...]
    sequence: Node
    inputs: Mapping[int, Node]
    outputs: Mapping[int, Node]
    losses: Mapping[int, Node]
    loss: Node
    parameters: Mapping[str, Node]
    readout: Mapping[int, Mapping[str, Node]]

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return self.pattern.steps
