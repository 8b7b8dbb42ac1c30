"""Parts of arrays: any basic index, equal blocks, one time step."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import at_step, split
from bptt_viz.tape import Tape, backward

X = np.arange(24.0).reshape(2, 3, 4)

KEYS = [
    0,
    -1,
    np.int64(1),
    slice(1, None),
    slice(None, None, -1),
    ...,
    (0, 1),
    (0, 1, 2),
    (slice(None), 1),
    (..., 1),
    (..., slice(1, 3)),
    (0, ..., slice(None, None, 2)),
    (slice(None), ..., 0),
    (0, ...),
    (0, 1, 2, ...),
    (),
]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_an_index_means_what_it_means_in_numpy(key):
    tape = Tape()
    node = tape.leaf(X)[key]
    assert np.array_equal(node.value, X[key])
    assert node.shape == np.shape(X[key])


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("lead", [(), (3,)], ids=str)
def test_the_cotangent_of_a_part_stands_at_its_place_among_zeros(key, lead):
    tape = Tape()
    x = tape.leaf(X)
    part = x[key]
    found = backward(tape, {part: np.ones(lead + part.shape)})[x]
    expected = np.zeros(lead + X.shape)
    for index in np.ndindex(*lead):
        expected[index][key] = 1.0
    assert np.array_equal(found, expected)


def test_parts_that_overlap_add_up():
    tape = Tape()
    x = tape.leaf(np.arange(4.0))
    seeds = {x[:3]: np.ones(3), x[1:]: np.ones(3), x[1]: np.array(5.0), x[::-1]: np.arange(4.0)}
    assert np.array_equal(backward(tape, seeds)[x], [1 + 3, 2 + 5 + 2, 2 + 1, 1 + 0])


@pytest.mark.parametrize(
    "key", [[0, 1], np.array([0, 1]), np.array([[True, False]]), True, None, (0, None), "a", 1.0], ids=repr
)
def test_an_index_that_is_not_basic_is_refused(key):
    tape = Tape()
    x = tape.leaf(X)
    with pytest.raises(UsageError, match="only integers, slices"):
        x[key]


@pytest.mark.parametrize("key", [(0, 0, 0, 0), (..., ...), (..., 0, 0, 0, 0)], ids=str)
def test_an_index_with_too_many_parts_is_refused(key):
    tape = Tape()
    x = tape.leaf(X)
    with pytest.raises(UsageError, match="too many parts"):
        x[key]


def test_split_cuts_the_last_axis_into_named_equal_blocks():
    tape = Tape()
    i, f, o, g = split(tape.leaf(X), ("i", "f", "o", "g"))
    assert [node.name for node in (i, f, o, g)] == ["i", "f", "o", "g"]
    assert all(np.array_equal(node.value, X[..., k : k + 1]) for k, node in enumerate((i, f, o, g)))


@pytest.mark.parametrize("lead", [(), (3,)], ids=str)
@pytest.mark.parametrize("used", [(0, 1), (1,), (1, 0), (0, 1, 1), (0, 0)], ids=str)
def test_cotangents_of_blocks_come_together_whichever_are_used(used, lead):
    tape = Tape()
    x = tape.leaf(X)
    blocks = split(x, ("a", "b"))
    nodes = [blocks[k] * float(n + 1) for n, k in enumerate(used)]
    found = backward(tape, {node: np.ones(lead + node.shape) for node in nodes})[x]
    expected = np.zeros(lead + X.shape)
    for n, k in enumerate(used):
        expected[..., 2 * k : 2 * k + 2] += n + 1
    assert np.array_equal(found, expected)


def test_blocks_of_two_splits_of_one_array_add_up():
    tape = Tape()
    x = tape.leaf(X)
    seeds = {node: np.full(node.shape, 1.0 + k) for k, node in enumerate((*split(x, "ab"), *split(x, "ab")))}
    assert np.array_equal(backward(tape, seeds)[x][0, 0], [4.0, 4.0, 6.0, 6.0])
    first_halves = {split(x, "ab")[0]: np.ones((2, 3, 2)), split(x, "ab")[0] * 1.0: np.ones((2, 3, 2))}
    assert np.array_equal(backward(tape, first_halves)[x][0, 0], [2.0, 2.0, 0.0, 0.0])
    halves_and_quarters = {node: np.ones(node.shape) for node in (*split(x, "ab"), *split(x, "wxyz")[:3])}
    assert np.array_equal(backward(tape, halves_and_quarters)[x][0, 0], [2.0, 2.0, 2.0, 1.0])


@pytest.mark.parametrize("names", [(), ("a", "b", "c"), tuple("abcde")], ids=len)
def test_a_split_that_does_not_come_out_even_is_refused(names):
    tape = Tape()
    x = tape.leaf(X)
    with pytest.raises(UsageError, match=rf"split: a last axis of 4 cannot be cut into {len(names)} equal blocks"):
        split(x, names)


def test_a_number_cannot_be_split():
    tape = Tape()
    with pytest.raises(UsageError, match="split"):
        split(tape.leaf(1.0), ("a",))


@pytest.mark.parametrize("t", [0, 1, -1])
def test_at_step_is_one_entry_of_the_time_axis(t):
    tape = Tape()
    assert np.array_equal(at_step(tape.leaf(X), t).value, X[t])
    assert np.array_equal(at_step(tape.leaf(np.stack([X, -X])), t).value, [X[t], -X[t]])


@pytest.mark.parametrize("t", [2, -3])
def test_a_step_beyond_the_sequence_is_refused(t):
    tape = Tape()
    x = tape.leaf(X)
    with pytest.raises(UsageError, match=rf"at_step: .*{t}"):
        at_step(x, t)


def test_a_step_of_something_that_is_no_sequence_is_refused():
    tape = Tape()
    x = tape.leaf(X[0])
    with pytest.raises(UsageError, match=r"at_step: .*\(…, T, N, D\)"):
        at_step(x, 0)
