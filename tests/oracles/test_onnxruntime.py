"""Cells agree with onnxruntime's RNN, LSTM and GRU, which it computes in float32 only."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.peephole import PeepholeLSTM
from bptt_viz.cells.vanilla import VanillaRNN

from .recording import record, relative_error

# ONNX stacks the gates along rows: i, o, f, c (peepholes i, o, f) and z, r, h.
LSTM_ORDER, GRU_ORDER, PEEPHOLES = (0, 2, 1, 3), (1, 0, 2), {"W_ci": 0, "W_co": 1, "W_cf": 2}
CASES = {
    "rnn": (VanillaRNN, {"activation": "tanh"}),
    "rnn_sigmoid": (VanillaRNN, {"activation": "sigmoid"}),
    "rnn_relu": (VanillaRNN, {"activation": "relu"}),
    "lstm": (LSTM, {}),
    "peephole": (PeepholeLSTM, {"peephole": "diagonal"}),
    "gru_before": (GRU, {"reset": "before"}),
    "gru_after": (GRU, {"reset": "after"}),
}


@cache
def stored(kind):
    """Return onnxruntime's inputs and results in float64, without the axis for directions."""
    with np.load(Path(__file__).with_name(f"onnxruntime_{kind}.npz")) as file:
        found = {name: value.astype("float64") for name, value in file.items()}
    return {name: value if name == "X" else value.squeeze(1 if name == "Y" else 0) for name, value in found.items()}


def arranged(rows, order):
    """Put blocks of rows (k H, …) in our order and along the last axis."""
    blocks = np.split(rows, len(order))
    return np.concatenate([blocks[k] for k in order]).T


def parameters(kind, peepholes=PEEPHOLES):
    """Return ONNX's W, R, [Wb; Rb] and P in our layout."""
    vectors, family = stored(kind), kind.split("_")[0]
    order = {"rnn": (0,), "gru": GRU_ORDER}.get(family, LSTM_ORDER)
    W_xh, W_hh = arranged(vectors["W"], order), arranged(vectors["R"], order)
    b_x, b_h = (arranged(half, order) for half in np.split(vectors["B"], 2))
    if kind == "gru_after":
        b_hn = b_h[-b_h.size // 3 :].copy()
        b_h[-b_hn.size :] = 0
        return {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_x + b_h, "b_hn": b_hn}
    found = {"W_xh": W_xh, "W_hh": W_hh, "b_h": b_x + b_h}
    if kind == "gru_before":
        W_hr, W_hz, found["W_hn"] = np.split(W_hh, 3, axis=1)
        found["W_hh"] = np.concatenate([W_hr, W_hz], axis=1)
    if kind == "peephole":
        found |= {name: np.split(vectors["P"], 3)[k] for name, k in peepholes.items()}
    return found


def recorded(kind, weights=None, **options):
    make, own = CASES[kind]
    vectors = stored(kind)
    cell = make(vectors["X"].shape[-1], vectors["initial_h"].shape[-1], **own | options)
    start = {name: vectors[f"initial_{name}"] for name in cell.states}
    return record([cell], [weights or parameters(kind)], vectors["X"], [start])


def outputs(run):
    return np.stack([top.value for top in run.tops])


@pytest.mark.parametrize("kind", CASES)
def test_outputs_and_last_states_are_those_of_onnxruntime(kind):
    run, vectors = recorded(kind), stored(kind)
    assert relative_error(outputs(run), vectors["Y"]) <= 1e-6
    for name, node in run.layers[0].states[-1].items():
        assert relative_error(node.value, vectors[f"Y_{name}"]) <= 1e-6


def test_the_peepholes_order_is_i_o_f():
    weights = parameters("peephole", {"W_ci": 0, "W_cf": 1, "W_co": 2})
    assert relative_error(outputs(recorded("peephole", weights)), stored("peephole")["Y"]) > 1e-3


def test_where_the_reset_gate_acts_matters():
    """linear_before_reset = 0 is `before` and 1 is `after`; taken the other way round the outputs differ."""
    weights = parameters("gru_before")
    weights["W_hh"] = np.concatenate([weights["W_hh"], weights.pop("W_hn")], axis=1)
    weights["b_hn"] = np.zeros(weights["W_hh"].shape[0])
    run = recorded("gru_before", weights, reset="after")
    assert relative_error(outputs(run), stored("gru_before")["Y"]) > 1e-3


def test_a_full_peephole_matrix_with_a_diagonal_is_the_diagonal_one():
    weights = parameters("peephole")
    full = weights | {name: np.diag(weights[name]) for name in PEEPHOLES}
    run = recorded("peephole", full, peephole="full")
    assert relative_error(outputs(run), outputs(recorded("peephole"))) <= 1e-15
