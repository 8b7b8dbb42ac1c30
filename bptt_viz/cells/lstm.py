"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate of Gers et al. 2000; CS231n lecture 10)."""
# ruff: noqa: D102, the methods are documented in Cell

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

from bptt_viz.cells.interface import Cell, Parameter, State, Values
from bptt_viz.ops import gates, sigmoid, tanh
from bptt_viz.tape import Node


@dataclass(frozen=True)
class LSTM(Cell):
    """i, f, o = σ(·), g = tanh(·) of x_t W_xh + h_{t−1} W_hh + b_h; c_t = f ⊙ c_{t−1} + i ⊙ g; h_t = o ⊙ tanh(c_t).

    Attributes:
        forget_bias: added to the forget gate's bias at the start; 1 lets gradients through (Jozefowicz et al. 2015).
    """

    forget_bias: float = 1.0

    states: ClassVar[tuple[str, ...]] = ("h", "c")
    gates: ClassVar[tuple[str, ...]] = ("i", "f", "o", "g")

    def parameters(self) -> Mapping[str, Parameter]:
        D, H = self.input_size, self.hidden_size
        return {
            "W_xh": Parameter((D, 4 * H), "input", self.gates),
            "W_hh": Parameter((H, 4 * H), "recurrent", self.gates),
            "b_h": Parameter((4 * H,), "bias", self.gates),
        }

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        raw = x @ p.W_xh + s.h @ p.W_hh + p.b_h
        i, f, o, g = gates(raw, i=sigmoid, f=sigmoid, o=sigmoid, g=tanh)
        c = f * s.c + i * g
        h = o * tanh(c)
        return {"h": h, "c": c}

    def adjust(self, values: Values) -> None:
        values["b_h"][self.hidden_size : 2 * self.hidden_size] += self.forget_bias
