"""What crosses an edge: over all users of a value the messages sum to its cotangent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import recorded
from bptt_viz import ops
from bptt_viz.analyses.messages import crossing_norm, message_norms, messages
from bptt_viz.cells import discover_cells
from bptt_viz.tape import Tape, backward


def gathered(tape, cotangents):
    """Return the sum of all messages to each node that gets one."""
    sums = {}
    for node in tape.nodes:
        for parent, message in zip(node.parents, messages(node, cotangents), strict=True):
            if message is not None:
                sums[parent.index] = sums.get(parent.index, 0) + message
    return sums


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from(["many-to-many", "many-to-one", "delayed"]),
    st.integers(1, 3),
    st.integers(2, 4),
    st.integers(1, 3),
)
def test_messages_sum_to_the_cotangents(cell, topology, layers, steps, batch):
    rollout = recorded(cell, topology=topology, layers=layers, steps=steps, batch=batch)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    sums = gathered(rollout.tape, cotangents)
    for node in rollout.tape.nodes:
        if node is not rollout.loss and node.active:
            np.testing.assert_allclose(sums.get(node.index, 0.0), cotangents[node], rtol=1e-12, atol=1e-15)


def test_leading_axes_of_seeds_go_along():
    tape = Tape()
    x, w = tape.leaf(np.ones((2, 3))), tape.leaf(np.ones((3, 4)))
    y = ops.tanh(x @ w)
    cotangents = backward(tape, {y: np.ones((5, 2, 4))})
    to_x, to_w = messages(tape.nodes[y.parents[0].index], cotangents)
    assert to_x.shape == (5, 2, 3)
    assert to_w.shape == (5, 3, 4)


def test_nothing_flows_to_constants_through_stops_or_from_unused_nodes():
    tape = Tape()
    x, c = tape.leaf([2.0]), tape.constant([3.0])
    product, unused = x * c, ops.exp(x)
    cut = ops.stop_gradient(product) + product
    cotangents = backward(tape, {cut: [1.0]})
    assert messages(product, cotangents)[1] is None
    assert messages(unused, cotangents) == (None,)
    stop = cut.parents[0]
    assert messages(stop, cotangents) == (None,)
    norms = message_norms([product, unused, stop], cotangents)
    assert norms == {(product.index, 0): 3.0, (unused.index, 0): 0.0, (stop.index, 0): 0.0}


def test_norms_survive_extreme_and_broken_numbers():
    tape = Tape()
    x = tape.leaf([1.0, 1.0])
    y = x * [3e200, 4e200]
    assert message_norms([y], backward(tape, {y: [1.0, 1.0]}))[y.index, 0] == pytest.approx(5e200)
    assert np.isnan(message_norms([y], backward(tape, {y: [1.0, np.nan]}))[y.index, 0])


def test_messages_of_several_users_can_cancel():
    tape = Tape()
    x = tape.leaf([1.0])
    up, down = x * 2.0, x * -2.0
    cotangents = backward(tape, {up: [1.0], down: [1.0]})
    assert crossing_norm(x, [up], cotangents) == 2
    assert crossing_norm(x, [up, down], cotangents) == 0
