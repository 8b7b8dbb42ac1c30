"""Nodes read like arrays in equations: operators, reflected ones, Python numbers and arrays beside nodes."""

import operator

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import tanh
from bptt_viz.tape import Tape

A = np.array([[0.5, -1.5], [2.0, 0.8]])
B = np.array([[1.2, 0.4], [-0.7, 2.5]])

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.matmul]
names = pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.__name__)


@names
def test_an_operator_between_nodes_is_numpys(operation):
    tape = Tape()
    assert np.array_equal(operation(tape.leaf(A), tape.leaf(B)).value, operation(A, B))


@names
def test_an_array_on_either_side_becomes_a_constant(operation):
    tape = Tape()
    a = tape.leaf(A)
    assert np.array_equal(operation(a, B).value, operation(A, B))
    assert np.array_equal(operation(B, a).value, operation(B, A))
    assert [node.active for node in tape.nodes if not node.parents] == [True, False, False]


@pytest.mark.parametrize("operation", BINARY[:4], ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("number", [3, 0.5])
def test_a_python_number_on_either_side(operation, number):
    tape = Tape()
    a = tape.leaf(A)
    assert np.array_equal(operation(a, number).value, operation(A, number))
    assert np.array_equal(operation(number, a).value, operation(number, A))


def test_powers_and_minus():
    tape = Tape()
    a = tape.leaf(A)
    np.testing.assert_allclose((a**2).value, A * A, rtol=1e-15)
    np.testing.assert_allclose((2**a).value, np.exp2(A), rtol=1e-15)
    assert np.array_equal((-a).value, -A)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64, np.longdouble])
@pytest.mark.parametrize("number", [3, 0.1])
def test_a_python_number_does_not_change_the_type(dtype, number):
    tape = Tape()
    a = tape.leaf(np.abs(A).astype(dtype))
    for node in (a + number, number - a, a * number, number / a, a**number):
        assert node.value.dtype == dtype


def test_a_python_complex_number_keeps_the_precision():
    tape = Tape()
    assert (tape.leaf(A.astype(np.float32)) * 2j).value.dtype == np.complex64
    assert (tape.leaf(A) * 2j).value.dtype == np.complex128


def test_a_float64_array_widens_float32_as_in_numpy():
    tape = Tape()
    assert (tape.leaf(A.astype(np.float32)) * B).value.dtype == np.float64


@names
def test_integer_arrays_beside_a_node_are_refused(operation):
    tape = Tape()
    a = tape.leaf(A)
    for pair in ((a, np.ones((2, 2), int)), (np.ones((2, 2), int), a)):
        with pytest.raises(UsageError, match="integer"):
            operation(*pair)


def test_an_operation_without_any_node_is_refused():
    with pytest.raises(UsageError, match=r"tanh: no operand is on a tape"):
        tanh(A)


def test_a_node_unpacks_into_its_rows():
    tape = Tape()
    first, second = tape.leaf(A)
    assert np.array_equal(first.value, A[0])
    assert np.array_equal(second.value, A[1])
