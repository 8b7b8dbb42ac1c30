"""Code of the corpus that is called right gives PyTorch's outputs and gradients, which are stored in tests/oracles."""

from pathlib import Path

import numpy as np
import pytest

from corpus.oracle.run import module
from corpus.twins import FILES

VECTORS = Path(__file__).parents[1] / "oracles"


def vectors(name):
    with np.load(VECTORS / f"{name}.npz") as stored:
        return dict(stored)


def parts(v, prefix=""):
    """Return PyTorch's one layer as people write it: weights transposed, one bias."""
    biases = v[f"{prefix}bias_ih_l0"] if prefix else v["bias_ih_l0"] + v["bias_hh_l0"]
    return v[f"{prefix}weight_ih_l0"].T, v[f"{prefix}weight_hh_l0"].T, biases


def upstream(v):
    """Return the cotangents of all hidden states; that of the last state belongs to the last step."""
    dh = v["cotangent_output"].copy()
    dh[-1] += v["cotangent_h_n"][0]
    return dh


def same(found, expected):
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def loaded(file):
    return module(file, (FILES / file).read_text(encoding="utf-8"))


def test_an_lstm_over_time():
    v, code = vectors("torch_lstm_1"), loaded("nested_caches.py")
    hs, c, cache = code.lstm_layer_forward(v["x"], v["h_0"][0], v["c_0"][0], *parts(v))
    same((hs, c), (v["output"], v["c_n"][0]))
    found = code.lstm_layer_backward(upstream(v), v["cotangent_c_n"][0], cache)
    same(found, (v["grad_x"], v["grad_h_0"][0], v["grad_c_0"][0], *parts(v, "grad_")))


@pytest.mark.parametrize(
    ("file", "forward", "backward"),
    [
        ("rnn_layers.py", "rnn_forward", "rnn_backward"),
        ("odd_names.py", "seq_forward", "seq_backward"),
        ("assignment3/cs231n/layers.py", "rnn_forward", "rnn_backward"),
    ],
)
def test_a_vanilla_rnn_with_the_batch_first(file, forward, backward):
    v, code = vectors("torch_rnn_tanh_1"), loaded(file)
    hs, cache = getattr(code, forward)(v["x"].swapaxes(0, 1), v["h_0"][0], *parts(v))
    same((hs.swapaxes(0, 1),), (v["output"],))
    dx, *found = getattr(code, backward)(upstream(v).swapaxes(0, 1), cache)
    same((dx.swapaxes(0, 1), *found), (v["grad_x"], v["grad_h_0"][0], *parts(v, "grad_")))
