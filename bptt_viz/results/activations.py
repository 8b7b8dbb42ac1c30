"""What gates and candidates do over a text: the values of their units, step by step."""

from dataclasses import dataclass

from bptt_viz.arrays import Array


@dataclass(frozen=True, slots=True)
class Activation:
    """The values behind one activation of one layer, for the first row of the batch.

    Attributes:
        layer: what the layer is called, as in the report of the norms.
        name: the node's name in the cell's equations, such as `f` or `tanh(c)`.
        kind: tanh, sigmoid or relu.
        steps: the times, in the order of the text.
        units: which units are kept, from 0.
        count: how many units there are.
        length: how many steps the layer has; `steps` are the last ones of them.
        values: (units, steps).
    """

    layer: str
    name: str
    kind: str
    steps: tuple[int, ...]
    units: tuple[int, ...]
    count: int
    length: int
    values: Array


@dataclass(frozen=True, slots=True)
class Activations:
    """All activations of a run.

    Attributes:
        inputs: the first window's characters x_t by step; None where nothing is read.
        found: layer by layer, in the order of the equations.
    """

    inputs: tuple[str | None, ...]
    found: tuple[Activation, ...]
