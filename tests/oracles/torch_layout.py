"""PyTorch's layout of recurrent layers in this package's: gates along rows, two biases."""

import numpy as np

from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.vanilla import VanillaRNN

CELLS = {
    "rnn_tanh": (VanillaRNN, {"activation": "tanh"}),
    "rnn_relu": (VanillaRNN, {"activation": "relu"}),
    "lstm": (LSTM, {}),
    "gru": (GRU, {"reset": "after"}),
}
# Where each of our blocks stands in PyTorch's rows: an LSTM has i, f, g, o there and i, f, o, g here.
ORDERS = {"rnn_tanh": (0,), "rnn_relu": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}


def _arranged(rows, order):
    """Put blocks of rows (k H, …) in our order and along the last axis."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[k] for k in order]).T


def _read(vectors, depth, order, prefix=""):
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return [_arranged(vectors[f"{prefix}{name}_l{depth}"], order) for name in names]


def parameters(kind, vectors, depth, orders=ORDERS):
    """Return one layer's parameters: biases added, except a GRU's candidate, which needs both."""
    W_xh, W_hh, b_ih, b_hh = _read(vectors, depth, orders[kind])
    if kind != "gru":
        return {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_ih + b_hh}
    b_r, b_z, b_hn = np.split(b_hh, 3)
    return {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_ih + np.concatenate([b_r, b_z, 0 * b_hn]), "b_hn": b_hn}


def gradients(kind, vectors, depth):
    """Return the gradients of one layer's parameters; that of a sum of biases is that of either one."""
    W_xh, W_hh, b_ih, b_hh = _read(vectors, depth, ORDERS[kind], "grad_")
    found = {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_ih}
    return found | {"b_hn": np.split(b_hh, 3)[2]} if kind == "gru" else found
