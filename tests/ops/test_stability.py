"""Extreme arguments: finite values and gradients, and no warning (pytest makes every warning an error)."""

import numpy as np
import pytest

from bptt_viz.ops import log_softmax, sigmoid, softmax, softmax_cross_entropy, tanh
from bptt_viz.tape import Tape, backward

EXTREMES = np.array([[800.0, -800.0, 0.0], [-800.0, 800.0, 799.0], [-800.0, -800.0, -800.0]])


def _run(operation, x):
    tape = Tape()
    leaf = tape.leaf(x)
    node = operation(leaf)
    return node.value, backward(tape, {node: np.ones(node.shape)})[leaf]


def _cross_entropy(x):
    return softmax_cross_entropy(x, [1, 1, 2])


every_operation = pytest.mark.parametrize(
    "operation",
    [sigmoid, tanh, softmax, log_softmax, _cross_entropy],
    ids=["sigmoid", "tanh", "softmax", "log_softmax", "cross-entropy"],
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@every_operation
def test_values_and_gradients_are_finite_at_800(operation, dtype):
    value, gradient = _run(operation, EXTREMES.astype(dtype))
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


@every_operation
def test_a_complex_step_at_800_is_finite(operation):
    value, gradient = _run(operation, EXTREMES + 1e-20j)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_half_precision_does_not_overflow():
    value, _ = _run(sigmoid, np.array([-800.0, -20.0, 0.0, 800.0], np.float16))
    assert value.dtype == np.float16
    np.testing.assert_allclose(value, [0, 0, 0.5, 1], atol=1e-4)


@pytest.mark.parametrize("x", [-40.0, -700.0])
def test_sigmoid_is_accurate_in_its_tail(x):
    value, gradient = _run(sigmoid, np.array([x]))
    np.testing.assert_allclose(value, np.exp([x]), rtol=1e-14)
    np.testing.assert_allclose(gradient, np.exp([x]), rtol=1e-14)


# Not −700: there the imaginary part, 1e-20 exp(x), is below the smallest number.
@pytest.mark.parametrize("x", [-40.0, -600.0])
def test_sigmoids_complex_step_is_accurate_in_its_tail(x):
    value, gradient = _run(sigmoid, np.array([x + 1e-20j]))
    np.testing.assert_allclose(value.imag / 1e-20, np.exp([x]), rtol=1e-12)
    np.testing.assert_allclose(gradient.real, np.exp([x]), rtol=1e-12)


def test_sigmoid_saturates_exactly():
    value, gradient = _run(sigmoid, np.array([40.0, 800.0]))
    assert value.tolist() == [1.0, 1.0]
    assert gradient.tolist() == [0.0, 0.0]


def test_softmax_at_800_picks_the_largest():
    value, _ = _run(softmax, EXTREMES)
    np.testing.assert_allclose(value, [[1, 0, 0], [0, 1 / (1 + np.exp(-1)), 1 / (1 + np.e)], [1 / 3] * 3], rtol=1e-14)


def test_log_softmax_keeps_differences_that_softmax_loses():
    value, _ = _run(log_softmax, EXTREMES)
    np.testing.assert_allclose(value[0], [0, -1600, -800], rtol=1e-15)


def test_cross_entropy_of_a_hopeless_row_is_the_gap_in_scores():
    value, gradient = _run(_cross_entropy, EXTREMES)
    assert value[0] == 1600
    assert gradient[0].tolist() == [1, -1, 0]


def test_cross_entropy_and_its_gradient_do_not_change_when_all_scores_move():
    scores = np.array([[0.5, -1.0, 2.0], [0.25, 1.5, -0.75], [0.0, 0.5, 1.0]])
    for moved in (-700.0, 700.0):
        for found, expected in zip(_run(_cross_entropy, scores + moved), _run(_cross_entropy, scores), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_score_of_minus_infinity_excludes_its_class():
    value, gradient = _run(lambda x: softmax_cross_entropy(x, [1]), np.array([[0.0, 0.0, -np.inf]]))
    assert value[0] == pytest.approx(np.log(2))
    np.testing.assert_allclose(gradient, [[0.5, -0.5, 0.0]])
