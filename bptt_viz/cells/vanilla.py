"""The vanilla recurrent cell (Elman 1990; CS231n lecture 10)."""
# ruff: noqa: D102, the methods are documented in Cell

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Literal

from bptt_viz import ops
from bptt_viz.cells.interface import Cell, Parameter, State
from bptt_viz.tape import Node

Activation = Literal["tanh", "sigmoid", "relu", "identity"]


@dataclass(frozen=True)
class VanillaRNN(Cell):
    """h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h).

    Attributes:
        activation: φ.
    """

    activation: Activation = "tanh"

    def parameters(self) -> Mapping[str, Parameter]:
        D, H = self.input_size, self.hidden_size
        return {
            "W_xh": Parameter((D, H), "input"),
            "W_hh": Parameter((H, H), "recurrent"),
            "b_h": Parameter((H,), "bias"),
        }

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        activation = getattr(ops, self.activation)
        h_raw = ops.add(x @ p.W_xh + s.h @ p.W_hh, p.b_h, "h_raw")
        return {"h": activation(h_raw)}
