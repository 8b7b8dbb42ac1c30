"""Weights from ONNX files do here what they do in onnxruntime, in ONNX's own evaluator and in PyTorch."""

from pathlib import Path

import numpy as np
import pytest

from bptt_viz.weights import mapped, read_weights
from tests.oracles.recording import relative_error

from .played import Played, arranged

FILES = Path(__file__).parents[1] / "oracles" / "onnx"
OPERATORS = [
    "rnn", "rnn_relu", "rnn_bidirectional", "lstm", "lstm_without_bias", "peephole", "peephole_bidirectional",
    "gru_before", "gru_after", "gru_bidirectional",
]  # fmt: skip
EXACT = ["rnn", "lstm", "lstm_without_bias", "peephole", "gru_before", "gru_after"]
MODELS = {
    "torch_rnn": "layer", "torch_lstm_bidirectional": "layer", "torch_gru_stacked": "layer",
    "torch_gru_new_exporter": "layer", "torch_char_model": "recurrent", "torch_char_model_external": "recurrent",
}  # fmt: skip
# Where our blocks stand among PyTorch's rows, written down once more.
ORDERS = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}


def stored(kind):
    with np.load(FILES / f"{kind}.npz") as vectors:
        return dict(vectors)


def outputs(kind, network=None):
    """Our outputs in ONNX's layout, (T, directions, N, H), in float64 from weights in float32."""
    vectors = stored(kind)
    network = network or mapped(read_weights(FILES / f"{kind}.onnx"))
    starts = {name[-1]: value.astype("f8") for name, value in vectors.items() if name.startswith("initial_")}
    top = Played(network, vectors["X"].astype("f8"), starts).top
    return np.stack(np.split(top, network.directions, axis=-1), axis=1), vectors


@pytest.mark.parametrize("kind", OPERATORS)
def test_outputs_are_those_of_onnxruntime_in_float32(kind):
    ours, vectors = outputs(kind)
    assert relative_error(ours, vectors["Y"]) <= 1e-6


@pytest.mark.parametrize("kind", EXACT)
def test_outputs_are_those_of_the_reference_evaluator_in_float64(kind):
    ours, vectors = outputs(kind)
    assert relative_error(ours, vectors["exact_Y"]) <= 1e-12


def test_peepholes_and_gates_in_another_order_do_not_pass():
    network = mapped(read_weights(FILES / "peephole.onnx"))
    (values,) = network.forward
    values["W_ci"], values["W_cf"] = values["W_cf"], values["W_ci"]
    ours, vectors = outputs("peephole", network)
    assert relative_error(ours, vectors["exact_Y"]) > 1e-3


def expected(kind, network):
    """PyTorch's gradients by our names."""
    theirs = {name.removeprefix("grad_"): value for name, value in stored(kind).items() if name.startswith("grad_")}
    order, found = ORDERS[network.cell], {}
    for depth in range(network.layers):
        for way, end in enumerate(("", "_reverse")[: network.directions]):
            W_x, W_h, b_x, b_h = (
                theirs[f"{MODELS[kind]}.{each}_l{depth}{end}"]
                for each in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            found |= {("W_xh", depth, way): arranged(W_x.T, order), ("W_hh", depth, way): arranged(W_h.T, order)}
            found["b_h", depth, way] = arranged(b_x, order)
            if network.cell == "gru":
                found["b_hn", depth, way] = np.split(b_h, 3)[2]
    if network.readout:
        found |= {"W_hy": theirs["scores.weight"].T, "b_y": theirs["scores.bias"], "E": theirs["embedding.weight"]}
    return found | ({"x": theirs["x"]} if "x" in theirs else {})


@pytest.mark.parametrize("kind", MODELS)
def test_outputs_and_every_gradient_are_those_of_the_pytorch_model_that_was_exported(kind):
    vectors, network = stored(kind), mapped(read_weights(FILES / f"{kind}.onnx"))
    x, y, cotangent = (vectors[name] for name in ("x", "y", "cotangent"))
    if network.table is not None:
        x, y, cotangent = (np.moveaxis(array, 0, 1) for array in (x, y, cotangent))
    run = Played(network, x)
    assert relative_error(run.scores if network.readout else run.top, y) <= 1e-12
    ours, theirs = run.gradients(cotangent), expected(kind, network)
    for place, value in theirs.items():
        assert relative_error(ours[place], value) <= 1e-12, place
