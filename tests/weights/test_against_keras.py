"""Weights from Keras's files do here what they did there: outputs and every gradient, in float64."""

from pathlib import Path

import numpy as np
import pytest

from bptt_viz.weights import mapped, read_weights
from tests.oracles.recording import relative_error

from .played import Played, arranged

pytest.importorskip("h5py")

FILES = Path(__file__).parents[1] / "oracles" / "keras"
# Where our blocks stand among Keras's, i f c o and z r h, written down once more: a mistake in the mapping shows.
ORDERS = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (1, 0, 2)}
NAMES = [
    "rnn.keras", "rnn.h5", "rnn_relu.keras", "lstm.keras", "lstm.h5", "lstm.weights.h5", "lstm_stacked.keras",
    "lstm_stacked.h5", "gru_after.keras", "gru_after.h5", "gru_before.keras", "gru_before.h5",
    "bidirectional_lstm.keras", "bidirectional_gru.keras", "bidirectional_gru.h5", "bidirectional_gru.weights.h5",
    "char_lstm.keras", "char_lstm.h5", "char_gru.keras", "char_gru.weights.h5", "keras2.keras", "keras2.h5",
    "keras2_weights.h5",
]  # fmt: skip


def stored(name):
    with np.load(FILES / f"{name.split('.')[0].removesuffix('_weights')}.npz") as vectors:
        return dict(vectors)


def played(name):
    vectors = stored(name)
    return Played(mapped(read_weights(FILES / name)), np.moveaxis(vectors["x"], 0, 1)), vectors


def softmax(scores):
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def expected(vectors, network):
    """Keras's gradients by our names."""
    left = [value for name, value in vectors.items() if name.startswith("grad_") and name != "grad_x"]
    found = {"x": np.moveaxis(vectors["grad_x"], 0, 1)} if "grad_x" in vectors else {}
    if network.table is not None:
        found["E"] = left.pop(0)
    for depth in range(network.layers):
        for way in range(network.directions):
            W_x, W_h, *bias = [left.pop(0) for _ in range(min(3, len(left)))]
            found |= {(name, depth, way): g for name, g in direction(network, W_x, W_h, *bias).items()}
    if network.readout:
        found["W_hy"], found["b_y"] = left
    return found


def direction(network, W_x, W_h, bias=None):
    order = ORDERS[network.cell]
    found = {"W_xh": arranged(W_x, order), "W_hh": arranged(W_h, order)}
    if network.settings.get("reset") == "before":
        r, z, found["W_hn"] = np.split(found["W_hh"], 3, axis=1)
        found["W_hh"] = np.concatenate([r, z], axis=1)
    if bias is not None:
        found["b_h"] = arranged(bias if bias.ndim == 1 else bias[0], order)
    if network.settings.get("reset") == "after":
        found["b_hn"] = np.split(bias[1], 3)[2]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_outputs_and_every_gradient_are_those_of_keras(name):
    run, vectors = played(name)
    y, cotangent = (np.moveaxis(vectors[which], 0, 1) for which in ("y", "cotangent"))
    found = run.scores if run.network.readout else run.top
    if name.startswith("char_gru"):
        found = softmax(found)
        cotangent = found * (cotangent - (found * cotangent).sum(axis=-1, keepdims=True))
    assert relative_error(found, y) <= 1e-12
    ours, theirs = run.gradients(cotangent), expected(vectors, run.network)
    assert len(theirs) >= 3
    for place, value in theirs.items():
        assert relative_error(ours[place], value) <= 1e-12, place


def test_the_gates_of_an_lstm_are_not_in_our_order():
    """Taken as i f o g, Keras's candidate would be our output gate."""
    run, vectors = played("lstm.keras")
    network = run.network
    for name, value in network.forward[0].items():
        network.forward[0][name] = arranged(value, (0, 1, 3, 2))
    wrong = Played(network, np.moveaxis(vectors["x"], 0, 1))
    assert relative_error(np.moveaxis(wrong.top, 0, 1), vectors["y"]) > 1e-2
