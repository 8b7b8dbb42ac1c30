"""Forward mode on whole tapes."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import exp, tanh
from bptt_viz.tape import Tape, backward, forward

from .graphs import decimals, unrolled


def test_forward_is_the_transpose_of_backward_through_time():
    rnn = unrolled()
    u = {node: decimals(*node.shape, seed=k) for k, node in enumerate((*rnn.parameters, rnn.x, rnn.states[0]))}
    v = decimals(*rnn.h.shape)
    cotangents = backward(rnn.tape, {rnn.h: v})
    pulled = sum(np.sum(cotangents[node] * tangent) for node, tangent in u.items())
    assert np.sum(v * forward(rnn.tape, u)[rnn.h]) == pytest.approx(pulled, rel=1e-12)


def test_tangents_follow_the_complex_step_through_time():
    rnn = unrolled()
    u = decimals(*rnn.W_hh.shape)
    x, W, b = rnn.x.value, rnn.W_hh.value + 1e-20j * u, rnn.b.value
    h = rnn.states[0].value.astype(complex)
    tangents = forward(rnn.tape, {rnn.W_hh: u})
    for t, state in enumerate(rnn.states[1:]):
        h = np.tanh(x[t] @ rnn.W_xh.value + h @ W + b)
        np.testing.assert_allclose(tangents[state], h.imag / 1e-20, rtol=1e-11, atol=1e-12)


def test_tangents_along_a_leading_axis_equal_one_pass_each():
    rnn = unrolled()
    u = decimals(3, *rnn.W_hh.shape)
    together = forward(rnn.tape, {rnn.W_hh: u})
    assert together.lead == (3,)
    for k in range(3):
        alone = forward(rnn.tape, {rnn.W_hh: u[k]})
        for node in rnn.tape.nodes:
            np.testing.assert_allclose(together[node][k], alone[node], rtol=1e-13, atol=1e-15)


def test_a_tangent_at_an_inner_node_adds_to_what_flows_in():
    tape = Tape()
    x = tape.leaf(decimals(3))
    y = exp(x)
    tangents = forward(tape, {x: np.ones(3), y: np.ones(3)})
    np.testing.assert_allclose(tangents[y], y.value + 1)


def test_nodes_with_no_seed_upstream_have_zeros_of_their_shape():
    rnn = unrolled()
    tangents = forward(rnn.tape, {rnn.states[2]: decimals(7, *rnn.h.shape)})
    assert tangents[rnn.states[1]].shape == (7, *rnn.h.shape)
    assert not tangents[rnn.states[1]].any()


def test_a_node_recorded_after_the_pass_is_refused():
    tape = Tape()
    x = tape.leaf(decimals(3))
    tangents = forward(tape, {x: np.ones(3)})
    with pytest.raises(KeyError, match="after"):
        tangents[tanh(x)]


def test_a_forward_pass_changes_nothing():
    rnn = unrolled()
    before, u = [node.value.copy() for node in rnn.tape.nodes], decimals(*rnn.W_hh.shape)
    forward(rnn.tape, {rnn.W_hh: u})
    assert all(np.array_equal(node.value, value) for node, value in zip(rnn.tape.nodes, before, strict=True))
    assert np.array_equal(u, decimals(*rnn.W_hh.shape))


@pytest.mark.parametrize("shape", [(3, 2), (3,), ()], ids=str)
def test_a_tangent_that_does_not_end_with_the_nodes_shape_is_refused(shape):
    tape = Tape()
    x = tape.leaf(decimals(2, 3))
    with pytest.raises(UsageError, match=r"expected \(2, 3\)"):
        forward(tape, {x: np.ones(shape)})


def test_tangents_with_different_leading_axes_are_refused():
    tape = Tape()
    a, b = tape.leaf(decimals(3)), tape.leaf(decimals(3))
    with pytest.raises(UsageError, match="leading axes"):
        forward(tape, {a: np.ones((2, 3)), b: np.ones(3)})


def test_an_integer_tangent_is_refused():
    tape = Tape()
    with pytest.raises(UsageError, match="integer"):
        forward(tape, {tape.leaf(decimals(3)): np.ones(3, int)})
