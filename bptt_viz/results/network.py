"""A kind of network whose gradients are compared with others of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Network:
    """One cell with a readout, drawn many times.

    Attributes:
        name: how it is written, such as `tanh` or `lstm, orthogonal W`.
        cell: a built-in cell's name or `file.py:ClassName`, without its folder.
        activation: φ of a vanilla cell; empty for others.
        matrix: how each gate's recurrent matrix is drawn before it is scaled: normal, orthogonal or identity.
        options: the cell's own options by name, as texts.
    """

    name: str
    cell: str
    activation: str
    matrix: str
    options: Mapping[str, str]
