"""Cells and stacks agree with PyTorch's recurrent layers in float64: outputs, final states and every gradient."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.ops import add, gates, sigmoid, split, stop_gradient, tanh
from bptt_viz.tape import backward

from . import torch_layout
from .recording import record, relative_error

CASES = [(kind, depth) for kind in torch_layout.CELLS for depth in (1, 2)]
STATES = {"h": "h_n", "c": "c_n"}


@cache
def stored(kind, depth):
    with np.load(Path(__file__).with_name(f"torch_{kind}_{depth}.npz")) as file:
        return dict(file)


def recorded(kind, depth, make=None, orders=torch_layout.ORDERS):
    """Record PyTorch's case with our cells, or with cells of the class `make` in their place."""
    vectors = stored(kind, depth)
    own, options = torch_layout.CELLS[kind]
    H, D = vectors["h_0"].shape[-1], vectors["x"].shape[-1]
    cells = [(make or own)(D if k == 0 else H, H, **options) for k in range(depth)]
    weights = [torch_layout.parameters(kind, vectors, k, orders) for k in range(depth)]
    start = [{name: vectors[f"{name}_0"][k] for name in cell.states} for k, cell in enumerate(cells)]
    return record(cells, weights, vectors["x"], start)


def seeds(run, vectors):
    """Return PyTorch's cotangents of all outputs and of the last states, by node."""
    found = dict(zip(run.tops, vectors["cotangent_output"], strict=True))
    for each in run.layers:
        for name, node in each.states[-1].items():
            found[node] = found.get(node, 0.0) + vectors[f"cotangent_{STATES[name]}"][each.depth]
    return found


def value_errors(kind, depth, **planted):
    run, vectors = recorded(kind, depth, **planted), stored(kind, depth)
    errors = {"output": relative_error(np.stack([top.value for top in run.tops]), vectors["output"])}
    for each in run.layers:
        for name, node in each.states[-1].items():
            errors[f"{name}_n of layer {each.depth}"] = relative_error(node.value, vectors[STATES[name]][each.depth])
    return errors


def gradient_errors(kind, depth, **planted):
    run, vectors = recorded(kind, depth, **planted), stored(kind, depth)
    cotangents = backward(run.tape, seeds(run, vectors))
    errors = {"x": relative_error(cotangents[run.x], vectors["grad_x"])}
    for each in run.layers:
        expected = torch_layout.gradients(kind, vectors, each.depth)
        leaves = dict(each.parameters)
        for name, node in each.states[0].items():
            leaves[f"{name}_0"], expected[f"{name}_0"] = node, vectors[f"grad_{name}_0"][each.depth]
        assert leaves.keys() == expected.keys()
        for name, node in leaves.items():
            errors[f"{name} of layer {each.depth}"] = relative_error(cotangents[node], expected[name])
    return errors


@pytest.mark.parametrize(("kind", "depth"), CASES)
def test_outputs_and_final_states_are_those_of_pytorch(kind, depth):
    errors = value_errors(kind, depth)
    assert max(errors.values()) <= 1e-14, errors


@pytest.mark.parametrize(("kind", "depth"), CASES)
def test_every_gradient_is_that_of_pytorch(kind, depth):
    errors = gradient_errors(kind, depth)
    assert max(errors.values()) <= 1e-13, errors


@pytest.mark.parametrize(("kind", "depth"), CASES)
def test_the_case_is_no_easy_one(kind, depth):
    """All sizes differ, nothing starts at 0, cotangents have both signs, no ReLU stands near its kink."""
    vectors = stored(kind, depth)
    T, N, D = vectors["x"].shape
    assert len({T, N, D, vectors["h_0"].shape[-1]}) == 4
    assert all(np.abs(vectors[name]).min() > 0 for name in ("h_0", "c_0") if name in vectors)
    assert all(np.ptp(np.sign(value)) == 2 for name, value in vectors.items() if name.startswith("cotangent"))
    if kind == "rnn_relu":
        raw = [node.value for node in recorded(kind, depth).tape.nodes if node.name == "h_raw"]
        assert min(np.abs(value).min() for value in raw) > 1e-4


def test_gates_in_pytorchs_order_do_not_pass():
    orders = torch_layout.ORDERS | {"lstm": (0, 1, 2, 3)}
    assert value_errors("lstm", 1, orders=orders)["output"] > 0.01


class SwappedGates(LSTM):
    def step(self, p, x, s):
        i, f, o, g = gates(x @ p.W_xh + s.h @ p.W_hh + p.b_h, i=sigmoid, f=sigmoid, o=sigmoid, g=tanh)
        c = i * s.c + f * g
        return {"h": o * tanh(c), "c": c}


class NoSquashing(LSTM):
    def step(self, p, x, s):
        i, f, o, g = gates(x @ p.W_xh + s.h @ p.W_hh + p.b_h, i=sigmoid, f=sigmoid, o=sigmoid, g=tanh)
        c = f * s.c + i * g
        return {"h": o * c, "c": c}


class SwappedUpdate(GRU):
    def step(self, p, x, s):
        x_r, x_z, x_n = split(x @ p.W_xh + p.b_h, "rzn")
        h_r, h_z, h_n = split(s.h @ p.W_hh, "rzn")
        z = sigmoid(x_z + h_z)
        n = tanh(x_n + sigmoid(x_r + h_r) * (h_n + p.b_hn))
        return {"h": (1 - z) * s.h + z * n}


class ResetOutsideBias(GRU):
    def step(self, p, x, s):
        x_r, x_z, x_n = split(x @ p.W_xh + p.b_h, "rzn")
        h_r, h_z, h_n = split(s.h @ p.W_hh, "rzn")
        z = sigmoid(x_z + h_z)
        n = tanh(x_n + sigmoid(x_r + h_r) * h_n + p.b_hn)
        return {"h": z * s.h + (1 - z) * n}


class NoBias(VanillaRNN):
    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + s.h @ p.W_hh)}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("lstm", SwappedGates),
        ("lstm", NoSquashing),
        ("gru", SwappedUpdate),
        ("gru", ResetOutsideBias),
        ("rnn_tanh", NoBias),
    ],
)
def test_wrong_equations_do_not_pass(kind, wrong):
    assert value_errors(kind, 1, make=wrong)["output"] > 0.01


class DetachedHidden(VanillaRNN):
    def step(self, p, x, s):
        return {"h": tanh(add(x @ p.W_xh, stop_gradient(s.h) @ p.W_hh) + p.b_h)}


class DetachedCell(LSTM):
    def step(self, p, x, s):
        s.c = stop_gradient(s.c)
        return super().step(p, x, s)


@pytest.mark.parametrize(("kind", "wrong"), [("rnn_tanh", DetachedHidden), ("lstm", DetachedCell)])
def test_right_equations_with_a_detached_carry_pass_on_values_but_not_on_gradients(kind, wrong):
    assert max(value_errors(kind, 1, make=wrong).values()) <= 1e-14
    assert max(gradient_errors(kind, 1, make=wrong).values()) > 0.01
