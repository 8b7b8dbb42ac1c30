"""Bad input of each operation is a UsageError that names the operation, what was given and what is expected."""

import numpy as np
import pytest

from bptt_viz import ops
from bptt_viz.errors import UsageError
from bptt_viz.tape import Tape

V, M, S = np.ones(3), np.ones((2, 3)), np.ones((4, 2, 3))


def _refused(operation, *operands, match):
    tape = Tape()
    nodes = [tape.leaf(operand) for operand in operands]
    with pytest.raises(UsageError, match=match) as refusal:
        operation(*nodes)
    assert "\n" not in str(refusal.value)
    assert all(node.primitive.name == "leaf" for node in tape.nodes)


@pytest.mark.parametrize(
    ("a", "b"),
    [(V, M.T), (M, V), (1.0, M), (M, M), (S, M), (S, np.ones((3, 3, 5)))],
    ids=["row", "column", "number", "inner sizes", "inner sizes of a batch", "batches"],
)
def test_matmul_of_shapes_that_do_not_fit(a, b):
    _refused(ops.matmul, a, b, match=r"matmul: shapes \(.*\) and \(.*\) do not fit \(…, n, k\) @ \(…, k, m\)")


def test_matmul_of_a_step_with_a_weight_of_another_size():
    tape = Tape()
    x, W = tape.leaf(S), tape.leaf(np.ones((4, 5)))
    with pytest.raises(UsageError, match=r"matmul: shapes \(2, 3\) and \(4, 5\)"):
        ops.at_step(x, 0) @ ops.alias(W)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power"])
def test_shapes_that_do_not_broadcast(name):
    _refused(getattr(ops, name), M, np.ones((3, 2)), match=rf"{name}: .*\(2, ?3\).*\(3, ?2\)")


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
@pytest.mark.parametrize("axis", [2, -3, (0, 5)], ids=str)
def test_an_axis_out_of_range(name, axis):
    _refused(lambda x: getattr(ops, name)(x, axis=axis), M, match="out of range for 2 axes")


def test_the_maximum_of_nothing():
    _refused(ops.max, np.ones((0, 3)), match="max: ")


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_the_softmax_of_a_number(name):
    _refused(getattr(ops, name), 1.0, match=f"{name}: ")


@pytest.mark.parametrize("axes", [(0,), (0, 0), (0, 2), (0, 1, 2), ()], ids=str)
def test_transpose_axes_that_are_no_order(axes):
    _refused(lambda x: ops.transpose(x, axes), M, match="transpose: .* no order of 2 axes")


def test_a_reshape_of_another_size():
    _refused(lambda x: ops.reshape(x, (4, 2)), M, match=r"reshape: ")


def test_a_broadcast_to_a_shape_that_does_not_fit():
    _refused(lambda x: ops.broadcast(x, (3, 2)), M, match=r"broadcast: ")


def test_concatenating_or_stacking_nothing():
    for operation in (ops.concatenate, ops.stack):
        with pytest.raises(UsageError, match="no operand is on a tape"):
            operation([])


@pytest.mark.parametrize("axis", [2, -3])
def test_concatenating_along_an_axis_that_is_not_there(axis):
    _refused(lambda a, b: ops.concatenate((a, b), axis), M, M, match="concatenate: axis .* out of range for 2 axes")


@pytest.mark.parametrize("axis", [3, -4])
def test_stacking_along_an_axis_that_is_not_there(axis):
    _refused(lambda a, b: ops.stack((a, b), axis), M, M, match="stack: axis .* out of range for 3 axes")


@pytest.mark.parametrize("other", [np.ones(4), np.ones((3, 4))], ids=["axes", "sizes"])
def test_joining_arrays_that_do_not_fit(other):
    _refused(lambda a, b: ops.concatenate((a, b), axis=0), M, other, match="concatenate: ")
    _refused(lambda a, b: ops.stack((a, b)), M, other, match="stack: ")


@pytest.mark.parametrize("rows", [[-1], [2], [[0, 1], [1, 5]]], ids=str)
def test_embedding_rows_out_of_range(rows):
    _refused(lambda table: ops.embedding(table, rows), M, match=r"embedding: rows must lie in \[0, 2\)")


@pytest.mark.parametrize("rows", [[0.0], [True], [], "a"], ids=repr)
def test_embedding_rows_that_are_no_integers(rows):
    _refused(lambda table: ops.embedding(table, rows), M, match="embedding: rows must be integers")


@pytest.mark.parametrize("table", [V, 1.0], ids=["vector", "number"])
def test_an_embedding_table_without_rows_and_columns(table):
    _refused(lambda node: ops.embedding(node, np.array([], int)), table, match=r"embedding: .*\(…, V, D\)")


@pytest.mark.parametrize("targets", [[0, 3], [-1, 0]], ids=str)
def test_targets_out_of_range(targets):
    _refused(lambda x: ops.softmax_cross_entropy(x, targets), M, match=r"targets must lie in \[0, 3\)")


@pytest.mark.parametrize("targets", [0, [0], [0, 1, 2], [[0, 1], [1, 2]], [0.0, 1.0], [True, False]], ids=repr)
def test_targets_of_a_wrong_shape_or_type(targets):
    _refused(lambda x: ops.softmax_cross_entropy(x, targets), M, match=r"targets must be integers of shape \(2,\)")


def test_targets_of_a_batch_of_another_size():
    _refused(lambda x: ops.softmax_cross_entropy(x, np.zeros((3, 2), int)), S, match=r"targets must be integers")


@pytest.mark.parametrize("mask", [[1.0], [1.0, 0.0, 1.0], np.ones((3, 2)), 1.0], ids=str)
def test_a_mask_of_another_shape(mask):
    _refused(lambda x: ops.softmax_cross_entropy(x, [0, 1], mask=mask), M, match=r"mask .*\(2,\)")


def test_the_cross_entropy_of_a_number():
    _refused(lambda x: ops.softmax_cross_entropy(x, 0), 1.0, match="softmax_cross_entropy: ")


@pytest.mark.parametrize("condition", [[1, 0, 1], [1.0, 0.0, 1.0], "yes"], ids=repr)
def test_a_condition_that_is_not_boolean(condition):
    _refused(lambda a, b: ops.where(condition, a, b), M, M, match="where: the condition must be boolean")


def test_a_condition_that_does_not_fit():
    _refused(lambda a, b: ops.where([True, False], a, b), M, M, match="where: ")
