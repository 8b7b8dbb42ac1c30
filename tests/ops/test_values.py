"""Each public operation against the NumPy expression or the written-out sum that it stands for."""

import numpy as np
import pytest

from bptt_viz import ops
from bptt_viz.tape import Tape

A = np.array([[0.5, -1.5, 2.0], [-0.3, 0.8, 1.1]])
B = np.array([[1.2, 0.4, -0.7], [2.5, -0.2, 0.6]])
P = np.abs(A)
S = np.arange(24.0).reshape(4, 2, 3)


def _logistic(x):
    return 1 / (1 + np.exp(-x))


def _softmax(x):
    return np.array([np.exp(row) / sum(np.exp(row)) for row in x])


CASES = {
    "add": (ops.add, (A, B), A + B),
    "subtract": (ops.subtract, (A, B), A - B),
    "multiply": (ops.multiply, (A, B), A * B),
    "divide": (ops.divide, (A, B), A / B),
    "power": (ops.power, (P, B), P**B),
    "negate": (ops.negate, (A,), -A),
    "exp": (ops.exp, (A,), np.exp(A)),
    "log": (ops.log, (P,), np.log(P)),
    "sqrt": (ops.sqrt, (P,), np.sqrt(P)),
    "tanh": (ops.tanh, (A,), np.tanh(A)),
    "sigmoid": (ops.sigmoid, (A,), _logistic(A)),
    "absolute": (ops.absolute, (A,), np.sqrt(A * A)),
    "relu": (ops.relu, (A,), np.where(A > 0, A, 0.0)),
    "identity": (ops.identity, (A,), A),
    "alias": (ops.alias, (A,), A),
    "stop_gradient": (ops.stop_gradient, (A,), A),
    "matmul": (ops.matmul, (A, B.T), np.einsum("nk,mk->nm", A, B)),
    "matmul of batches": (ops.matmul, (S, B.T), np.einsum("tnk,mk->tnm", S, B)),
    "sum": (ops.sum, (S,), 276.0),
    "sum over an axis": (lambda a: ops.sum(a, axis=0), (S,), S[0] + S[1] + S[2] + S[3]),
    "sum, axes kept": (lambda a: ops.sum(a, axis=(0, -1), keepdims=True), (S,), [[[120.0], [156.0]]]),
    "mean": (lambda a: ops.mean(a, axis=-1), (S,), S[..., 1]),
    "max": (lambda a: ops.max(a, axis=1), (A,), [2.0, 1.1]),
    "max, axis kept": (lambda a: ops.max(a, axis=np.int64(1), keepdims=True), (A,), [[2.0], [1.1]]),
    "transpose": (ops.transpose, (S,), S.swapaxes(1, 2)),
    "transpose of a vector": (ops.transpose, (A[0],), A[0]),
    "transpose with axes": (lambda a: ops.transpose(a, (2, 0, 1)), (S,), np.moveaxis(S, -1, 0)),
    "reshape": (lambda a: ops.reshape(a, (-1, 4)), (S,), np.arange(24.0).reshape(6, 4)),
    "broadcast": (lambda a: ops.broadcast(a, (2, 2, 3)), (A,), [A, A]),
    "concatenate": (lambda a, b: ops.concatenate((a, b)), (A, B), np.hstack([A, B])),
    "concatenate along axis 0": (lambda a, b: ops.concatenate((a, b), axis=0), (A, B), np.vstack([A, B])),
    "concatenate, repeated by row": (lambda a, b: ops.concatenate((a, b[0])), (A, B), np.hstack([A, [B[0], B[0]]])),
    "stack, repeated by row": (lambda a, b: ops.stack((a, b[0])), (A, B), [A, [B[0], B[0]]]),
    "stack": (lambda a, b: ops.stack((a, b)), (A, B), [A, B]),
    "stack along the last axis": (lambda a, b: ops.stack((a, b), axis=-1), (A, B), np.dstack([A, B])),
    "slice": (lambda a: a[1], (A,), A[1]),
    "at_step": (lambda a: ops.at_step(a, 2), (S,), S[2]),
    "embedding": (lambda a: ops.embedding(a, [[1, 0], [1, 1]]), (A,), [[A[1], A[0]], [A[1], A[1]]]),
    "where": (lambda a, b: ops.where(A > 0, a, b), (A, B), [[0.5, 0.4, 2.0], [2.5, 0.8, 1.1]]),
    "softmax": (ops.softmax, (A,), _softmax(A)),
    "log_softmax": (ops.log_softmax, (A,), np.log(_softmax(A))),
    "softmax_cross_entropy": (
        lambda a: ops.softmax_cross_entropy(a, [2, 0]),
        (A,),
        [-np.log(_softmax(A)[0, 2]), -np.log(_softmax(A)[1, 0])],
    ),
    "softmax_cross_entropy with a mask": (
        lambda a: ops.softmax_cross_entropy(a, [2, 0], mask=[False, True]),
        (A,),
        [0.0, -np.log(_softmax(A)[1, 0])],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_value(name):
    operation, operands, expected = CASES[name]
    tape = Tape()
    node = operation(*(tape.leaf(operand) for operand in operands))
    np.testing.assert_allclose(node.value, expected, rtol=1e-15)
    assert node.shape == np.shape(expected)


@pytest.mark.parametrize("name", CASES)
def test_the_recorded_value_is_the_primitives_value_of_its_parents(name):
    operation, operands, _ = CASES[name]
    tape = Tape()
    node = operation(*(tape.leaf(operand) for operand in operands))
    if node.parents:
        again = node.primitive.value(*(parent.value for parent in node.parents), **node.attributes)
        assert np.array_equal(node.value, again)


def test_cross_entropy_of_hello_is_the_lectures():
    tape = Tape()
    logits = [[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]]
    losses = ops.softmax_cross_entropy(tape.leaf(logits), [1, 2, 2, 3]).value
    np.testing.assert_allclose(losses, [2.0785, 2.9001, 0.3796, 0.2314], atol=5e-5)
    assert losses.sum() == pytest.approx(5.58957, abs=5e-6)


def test_identity_records_nothing():
    tape = Tape()
    x = tape.leaf(A)
    assert ops.identity(x) is x
    assert len(tape) == 1


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: ops.tanh(x, "h"),
        lambda x: ops.add(x, 1.0, "h"),
        lambda x: ops.alias(x, "h"),
        lambda x: ops.matmul(x, x, "h"),
        lambda x: ops.sum(x, name="h"),
        lambda x: ops.reshape(x, (9,), "h"),
        lambda x: ops.concatenate((x, x), name="h"),
        lambda x: ops.embedding(x, [0], "h"),
        lambda x: ops.where(x.value > 0, x, 0.0, "h"),
        lambda x: ops.softmax_cross_entropy(x, [0, 1, 2], name="h"),
        lambda x: ops.at_step(ops.stack((x, x)), 0, "h"),
        lambda x: ops.split(x, ("h",))[0],
    ],
)
def test_a_node_gets_the_name_it_is_given(operation):
    tape = Tape()
    assert operation(tape.leaf(np.ones((3, 3)))).name == "h"
