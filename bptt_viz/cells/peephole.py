"""LSTM with peephole connections (Gers & Schmidhuber 2000, "Recurrent nets that time and count")."""
# ruff: noqa: D102, the methods are documented in Cell

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar, Literal

from bptt_viz.cells.interface import Cell, Parameter, State, Values
from bptt_viz.ops import add, sigmoid, split, stop_gradient, tanh
from bptt_viz.tape import Node


@dataclass(frozen=True)
class PeepholeLSTM(Cell):
    """An LSTM whose gates see the cell state: i and f see c_{t−1}, o sees c_t, g sees none.

    Attributes:
        forget_bias: added to the forget gate's bias at the start.
        peephole: `diagonal` weighs each unit's own cell state (as ONNX does), `full` mixes all of them.
        error_through_peepholes: True for full backpropagation; False stops the gradient that would flow
            through the peepholes into the cell state, as in the original learning rule.
    """

    forget_bias: float = 1.0
    peephole: Literal["diagonal", "full"] = "diagonal"
    error_through_peepholes: bool = True

    states: ClassVar[tuple[str, ...]] = ("h", "c")
    gates: ClassVar[tuple[str, ...]] = ("i", "f", "o", "g")

    def parameters(self) -> Mapping[str, Parameter]:
        D, H = self.input_size, self.hidden_size
        shape = (H,) if self.peephole == "diagonal" else (H, H)
        return {
            "W_xh": Parameter((D, 4 * H), "input", self.gates),
            "W_hh": Parameter((H, 4 * H), "recurrent", self.gates),
            "b_h": Parameter((4 * H,), "bias", self.gates),
            "W_ci": Parameter(shape, "peephole", ("i",)),
            "W_cf": Parameter(shape, "peephole", ("f",)),
            "W_co": Parameter(shape, "peephole", ("o",)),
        }

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        raw = x @ p.W_xh + s.h @ p.W_hh + p.b_h
        i, f, o, g = split(raw, ("i_x", "f_x", "o_x", "g_raw"))
        i = sigmoid(add(i, self._peep(s.c, p.W_ci), "i_raw"), "i")
        f = sigmoid(add(f, self._peep(s.c, p.W_cf), "f_raw"), "f")
        c = f * s.c + i * tanh(g, "g")
        o = sigmoid(add(o, self._peep(c, p.W_co), "o_raw"), "o")
        h = o * tanh(c)
        return {"h": h, "c": c}

    def _peep(self, c: Node, weight: Node) -> Node:
        seen = c if self.error_through_peepholes else stop_gradient(c)
        return seen * weight if self.peephole == "diagonal" else seen @ weight

    def adjust(self, values: Values) -> None:
        values["b_h"][self.hidden_size : 2 * self.hidden_size] += self.forget_bias
