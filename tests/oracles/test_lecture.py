"""The lecture's numbers: the "hello" example and a unit's response to its own past (CS231n, lecture 10)."""

import numpy as np
import pytest

from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.models import windows
from bptt_viz.ops import softmax, softmax_cross_entropy
from bptt_viz.tape import Tape
from bptt_viz.texts import read_text

from .recording import record

Y = np.array([[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]])
LOSSES = [2.0785, 2.9001, 0.3796, 0.2314]
TOTAL = 5.58957


def test_hello_makes_the_lectures_vocabulary_inputs_and_targets():
    batch = windows(read_text("hello"))
    assert batch.vocabulary == "helo"
    assert "".join(batch.vocabulary[k] for k in batch.inputs[:, 0]) == "hell"
    assert "".join(batch.vocabulary[k] for k in batch.targets[:, 0]) == "ello"


def test_hello_losses_are_the_lectures():
    targets = windows("hello").targets[:, 0]
    tape = Tape()
    losses = softmax_cross_entropy(tape.leaf(Y), targets).value
    np.testing.assert_allclose(losses, LOSSES, atol=5e-5)
    assert losses.sum() == pytest.approx(TOTAL, abs=5e-6)


def test_hello_samples_e_first_though_o_is_likeliest():
    tape = Tape()
    first = softmax(tape.leaf(Y)).value[0]
    assert "helo"[int(first.argmax())] == "o"
    assert first["helo".index("e")] == pytest.approx(0.125, abs=5e-3)


# h(t) = φ(w h(t − 1)) from h = 1, first and 21st value; None where the table has none.
RESPONSES = [
    ("sigmoid", 0.5, 0.6225, 0.5709),
    ("sigmoid", 0.9, 0.7109, 0.6402),
    ("sigmoid", 0.99, None, 0.6571),
    ("sigmoid", 1.0, 0.7311, 0.6590),
    ("sigmoid", 1.1, 0.7503, 0.6783),
    ("tanh", 0.5, 0.4621, 0.0),
    ("tanh", 0.9, 0.7163, 0.0555),
    ("tanh", 0.99, None, 0.2287),
    ("tanh", 1.0, 0.7616, 0.2558),
    ("tanh", 1.1, 0.8005, 0.5059),
    ("relu", 0.5, 0.5, 0.0),
    ("relu", 0.9, 0.9, 0.1094),
    ("relu", 0.99, 0.99, 0.8097),
    ("relu", 1.0, 1.0, 1.0),
    ("relu", 1.1, 1.1, 7.4002),
]


@pytest.mark.parametrize(("activation", "w", "first", "last"), RESPONSES)
def test_a_unit_without_input_responds_as_in_the_lectures_figure(activation, w, first, last):
    weights = {"W_xh": np.zeros((1, 1)), "W_hh": np.full((1, 1), w), "b_h": np.zeros(1)}
    run = record([VanillaRNN(1, 1, activation)], [weights], np.zeros((21, 1, 1)), [{"h": np.ones((1, 1))}])
    response = [top.value.item() for top in run.tops]
    assert first is None or response[0] == pytest.approx(first, abs=5e-5)
    assert response[-1] == pytest.approx(last, abs=5e-5)
