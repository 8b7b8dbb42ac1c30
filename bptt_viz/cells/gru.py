"""Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078), with the reset gate before or after the product."""
# ruff: noqa: D102, the methods are documented in Cell

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar, Literal

from bptt_viz.cells.interface import Cell, Parameter, State
from bptt_viz.ops import add, sigmoid, split, tanh
from bptt_viz.tape import Node


@dataclass(frozen=True)
class GRU(Cell):
    """r, z = σ(·); h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n, with the candidate n in one of two forms.

    before: n = tanh(x_t W_xn + (r ⊙ h_{t−1}) W_hn + b_n), the paper's and the lecture's;
    after: n = tanh(x_t W_xn + b_n + r ⊙ (h_{t−1} W_hn + b_hn)), that of PyTorch, cuDNN and Keras.

    Attributes:
        reset: whether r acts `before` or `after` the recurrent product.
    """

    reset: Literal["after", "before"] = "after"

    gates: ClassVar[tuple[str, ...]] = ("r", "z", "n")

    def parameters(self) -> Mapping[str, Parameter]:
        D, H = self.input_size, self.hidden_size
        shared = {"W_xh": Parameter((D, 3 * H), "input", self.gates), "b_h": Parameter((3 * H,), "bias", self.gates)}
        if self.reset == "after":
            return shared | {
                "W_hh": Parameter((H, 3 * H), "recurrent", self.gates),
                "b_hn": Parameter((H,), "bias", ("n",)),
            }
        return shared | {
            "W_hh": Parameter((H, 2 * H), "recurrent", ("r", "z")),
            "W_hn": Parameter((H, H), "recurrent", ("n",)),
        }

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        x_r, x_z, x_n = split(x @ p.W_xh + p.b_h, ("r_x", "z_x", "n_x"))
        if self.reset == "after":
            h_r, h_z, h_n = split(s.h @ p.W_hh, ("r_h", "z_h", "n_h"))
        else:
            h_r, h_z = split(s.h @ p.W_hh, ("r_h", "z_h"))
        r = sigmoid(add(x_r, h_r, "r_raw"), "r")
        z = sigmoid(add(x_z, h_z, "z_raw"), "z")
        recurrent = r * (h_n + p.b_hn) if self.reset == "after" else (r * s.h) @ p.W_hn
        n = tanh(add(x_n, recurrent, "n_raw"), "n")
        return {"h": z * s.h + (1 - z) * n}
