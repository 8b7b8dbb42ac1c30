"""PyTorch's layers as cells of ours: the same equations, with weights of columns and one bias where it has two."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from bptt_viz.adapters.pytorch.calling import array
from bptt_viz.adapters.pytorch.layers import kind
from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter, State
from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.tape import Node

# Where each of our gates stands among PyTorch's.
_ORDERS = {"RNN": (0,), "LSTM": (0, 1, 3, 2), "GRU": (0, 1, 2)}


@dataclass(frozen=True)
class ProjectedLSTM(LSTM):
    """An LSTM whose h_t is projected: h_t = (o ⊙ tanh(c_t)) W_hr (Sak et al. 2014)."""

    projection: int = 1

    def parameters(self) -> Mapping[str, Parameter]:
        """Return the LSTM's parameters, W_hh narrower, and the projection."""
        P, H = self.projection, self.hidden_size
        whole = dict(super().parameters())
        return {**whole, "W_hh": Parameter((P, 4 * H), "recurrent", self.gates), "W_hr": Parameter((H, P), "recurrent")}

    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        """Return the states at t."""
        inner = super().step(p, x, s)
        return {"h": inner["h"] @ p.W_hr, "c": inner["c"]}


def cell_of(module: Any, row: int) -> Cell:
    """Return the cell of one layer of a module, counting directions."""
    sizes = _weights(module, row)["weight_ih"].shape[1], module.hidden_size
    if kind(module) == "LSTM":
        projection = getattr(module, "proj_size", 0)
        return ProjectedLSTM(*sizes, projection=projection) if projection else LSTM(*sizes)
    return GRU(*sizes) if kind(module) == "GRU" else VanillaRNN(*sizes, activation=module.nonlinearity)


def values_of(module: Any, row: int) -> dict[str, Array]:
    """Return the values of that cell's parameters."""
    given, order = _weights(module, row), _ORDERS[kind(module)]
    weights = {name: _turned(array(tensor), order) for name, tensor in given.items() if name != "weight_hr"}
    size = weights["weight_hh"].shape[-1]
    b_ih, b_hh = (weights.get(name, np.zeros(size)) for name in ("bias_ih", "bias_hh"))
    found = {"W_xh": weights["weight_ih"], "W_hh": weights["weight_hh"]}
    if "weight_hr" in given:
        found["W_hr"] = array(given["weight_hr"]).T
    if kind(module) != "GRU":
        return {**found, "b_h": b_ih + b_hh}
    # The candidate needs both biases: one of them is inside the reset gate's product.
    b_r, b_z, b_hn = np.split(b_hh, 3)
    return {**found, "b_h": b_ih + np.concatenate([b_r, b_z, 0 * b_hn]), "b_hn": b_hn}


def titles(module: Any) -> dict[str, str]:
    """Return what PyTorch calls the parameters; both of its biases have the gradient of their sum."""
    plain = {"W_xh": "weight_ih", "W_hh": "weight_hh", "W_hr": "weight_hr"}
    return {**plain, "b_h": "bias_ih", "b_hn": "bias_hh(n)"} if module.bias else plain


def suffix(module: Any, row: int) -> str:
    """Return what the names of one layer's weights end in: `_l0_reverse`, or nothing for a cell."""
    if not hasattr(module, "num_layers"):
        return ""
    ways = 2 if module.bidirectional else 1
    return f"_l{row // ways}{'_reverse' if row % ways else ''}"


def _weights(module: Any, row: int) -> dict[str, Any]:
    end = suffix(module, row)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    own = dict(module.named_parameters(recurse=False))
    return {name: own[name + end] for name in names if name + end in own}


def _turned(rows: Array, order: tuple[int, ...]) -> Array:
    """Put blocks of rows (k H, …) in our order and along the last axis."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[k] for k in order]).T
