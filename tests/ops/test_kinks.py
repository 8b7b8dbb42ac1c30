"""Where a derivative jumps or a formula breaks down: the conventions, written out."""

import numpy as np
import pytest

from bptt_viz.ops import absolute, divide, log, max, power, relu, sqrt, where
from bptt_viz.tape import Tape, backward, forward


def _gradient(operation, *operands, seed=None):
    tape = Tape()
    leaves = [tape.leaf(operand) for operand in operands]
    node = operation(*leaves)
    cotangents = backward(tape, {node: np.ones(node.shape) if seed is None else seed})
    return [cotangents[leaf] for leaf in leaves]


def test_relu_has_slope_zero_at_zero():
    assert _gradient(relu, [-1.0, -0.0, 0.0, 1.0])[0].tolist() == [0, 0, 0, 1]


def test_an_absolute_value_has_slope_zero_at_zero():
    assert _gradient(absolute, [-2.0, -0.0, 0.0, 2.0])[0].tolist() == [-1, 0, 0, 1]


def test_an_absolute_value_of_a_complex_number_follows_its_real_part():
    tape = Tape()
    x = tape.leaf([-1.0 + 5j, 2.0 - 5j])
    y = absolute(x)
    assert y.value.tolist() == [1 - 5j, 2 - 5j]
    assert backward(tape, {y: np.ones(2)})[x].tolist() == [-1, 1]


def test_relu_of_a_complex_number_follows_its_real_part():
    tape = Tape()
    x = tape.leaf([-1.0 + 5j, 2.0 - 5j])
    y = relu(x)
    assert y.value.tolist() == [0, 2 - 5j]
    assert backward(tape, {y: np.ones(2)})[x].tolist() == [0, 1]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_two_complex_steps_at_a_relus_kink_disagree(sign):
    tape = Tape()
    assert relu(tape.leaf([0.0 + sign * 1e-20j])).value.imag[0] == (1e-20 if sign > 0 else 0)


def test_entries_that_tie_for_the_maximum_share_its_gradient():
    assert _gradient(max, [1.0, 3.0, 3.0, 2.0])[0].tolist() == [0, 0.5, 0.5, 0]


def test_ties_share_along_the_reduced_axes_only():
    x = np.array([[2.0, 2.0, 1.0], [5.0, 2.0, 2.0]])
    (gradient,) = _gradient(lambda node: max(node, axis=-1), x, seed=np.array([[1.0, 3.0], [2.0, 0.0]]))
    assert gradient.tolist() == [[[0.5, 0.5, 0], [3, 0, 0]], [[1, 1, 0], [0, 0, 0]]]


def test_equal_complex_entries_share_the_maximum():
    assert _gradient(max, [1 + 1j, 1 + 1j, 0.5])[0].tolist() == [0.5, 0.5, 0]


def test_the_two_complex_steps_at_a_tie_disagree():
    tape = Tape()
    steps = [max(tape.leaf(np.array([1.0, 1.0 + sign * 1e-20j]))).value.imag for sign in (1, -1)]
    assert steps == [1e-20, 0]


@pytest.mark.parametrize(("exponent", "slope"), [(0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (2.5, 0.0)])
@pytest.mark.parametrize("dtype", [float, complex])
def test_a_constant_power_at_base_zero(exponent, slope, dtype):
    (gradient,) = _gradient(lambda a: power(a, exponent), np.array([0.0, 1.0], dtype))
    np.testing.assert_allclose(gradient, [slope, exponent])


def test_the_exponents_derivative_at_base_zero_is_zero():
    base, exponent = _gradient(power, [0.0, 0.0], [1.0, 2.0])
    assert base.tolist() == [1, 0]
    assert exponent.tolist() == [0, 0]


def test_a_constant_power_of_negative_numbers_needs_no_logarithm():
    tape = Tape()
    a = tape.leaf([-2.0, -0.5])
    y = a**3
    assert y.value.tolist() == [-8, -0.125]
    assert backward(tape, {y: np.ones(2)})[a].tolist() == [12, 0.75]
    assert forward(tape, {a: np.ones(2)})[y].tolist() == [12, 0.75]


def test_the_logarithm_of_a_complex_base_is_the_principal_one():
    base, exponent = _gradient(power, [-2.0 + 0.5j], [1.5 - 0.25j])
    a, b = -2.0 + 0.5j, 1.5 - 0.25j
    np.testing.assert_allclose(base, [b * a ** (b - 1)], rtol=1e-14)
    np.testing.assert_allclose(exponent, [a**b * np.log(a)], rtol=1e-14)


@pytest.mark.parametrize("operation", [sqrt, log, lambda x: divide(1.0, x)], ids=["sqrt", "log", "reciprocal"])
def test_a_pole_is_announced_not_hidden(operation):
    with pytest.warns(RuntimeWarning, match="divide by zero"), np.errstate(invalid="ignore"):
        (gradient,) = _gradient(operation, [0.0])
    assert not np.isfinite(gradient).any()


def test_where_keeps_an_infinite_derivative_out_of_the_branch_not_taken():
    tape = Tape()
    x, y = tape.leaf([1.0, 4.0]), tape.leaf([2.0, 3.0])
    node = where([True, False], x, y)
    cotangent = backward(tape, {node: np.array([np.inf, 1.0])})
    assert (cotangent[x].tolist(), cotangent[y].tolist()) == ([np.inf, 0], [0, 1])
    tangents = forward(tape, {x: np.array([1.0, np.inf]), y: np.array([np.nan, 2.0])})
    assert tangents[node].tolist() == [1, 2]
