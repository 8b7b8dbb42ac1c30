"""Reverse mode on whole tapes: what a backward pass returns, keeps, refuses and leaves alone."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import exp, multiply, stop_gradient, sum, tanh
from bptt_viz.tape import Tape, backward

from .graphs import backward_by_hand, decimals, unrolled


def _close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


def _seeds(rnn):
    return [decimals(*state.shape, seed=t) for t, state in enumerate(rnn.states[1:])]


def test_bptt_is_the_lectures_loop_over_time():
    rnn = unrolled()
    seeds = _seeds(rnn)
    cotangents = backward(rnn.tape, dict(zip(rnn.states[1:], seeds, strict=True)))
    expected = backward_by_hand(rnn, seeds)
    for name in ("x", "W_xh", "W_hh", "b"):
        _close(cotangents[getattr(rnn, name)], expected[name])
    _close(cotangents[rnn.states[0]], expected["h0"])


def test_several_seeded_nodes_give_the_sum_of_single_passes():
    rnn = unrolled()
    seeds = dict(zip(rnn.states[1:], _seeds(rnn), strict=True))
    together = backward(rnn.tape, seeds)
    for node in rnn.parameters:
        _close(together[node], np.add.reduce([backward(rnn.tape, {h: seed})[node] for h, seed in seeds.items()]))


def test_a_seed_at_an_inner_node_adds_to_what_flows_in():
    tape = Tape()
    x = tape.leaf(decimals(3))
    y = exp(x)
    cotangents = backward(tape, {y: np.ones(3), sum(y): np.array(2.0)})
    _close(cotangents[y], np.full(3, 3.0))
    _close(cotangents[x], 3.0 * y.value)


def test_a_seed_at_a_leaf_is_its_cotangent():
    tape = Tape()
    x = tape.leaf(decimals(3))
    _close(backward(tape, {x: np.ones(3), tanh(x): np.zeros(3)})[x], np.ones(3))


def test_no_seeds_give_zeros_everywhere():
    rnn = unrolled()
    cotangents = backward(rnn.tape, {})
    assert not any(cotangents[node].any() for node in rnn.tape.nodes)


def test_a_zero_seed_gives_exact_zeros():
    rnn = unrolled()
    cotangents = backward(rnn.tape, {rnn.h: np.zeros(rnn.h.shape)})
    assert not any(cotangents[node].any() for node in rnn.tape.nodes)


def test_a_backward_pass_is_homogeneous_to_the_bit():
    rnn = unrolled()
    v = decimals(*rnn.h.shape)
    once, scaled = backward(rnn.tape, {rnn.h: v}), backward(rnn.tape, {rnn.h: 2.0**10 * v})
    assert all(np.array_equal(2.0**10 * once[node], scaled[node]) for node in rnn.tape.nodes)


def test_a_backward_pass_changes_nothing():
    rnn = unrolled()
    nodes, v = list(rnn.tape.nodes), decimals(*rnn.h.shape)
    before = [node.value.copy() for node in nodes]
    cotangents = backward(rnn.tape, {rnn.h: v})
    assert all(np.isfinite(cotangents[node]).all() for node in nodes)
    assert rnn.tape.nodes == nodes
    assert all(np.array_equal(node.value, value) for node, value in zip(nodes, before, strict=True))
    assert np.array_equal(v, decimals(*rnn.h.shape))


def test_a_second_pass_gives_the_same_bits():
    rnn = unrolled()
    seeds = dict(zip(rnn.states[1:], _seeds(rnn), strict=True))
    first, second = backward(rnn.tape, seeds), backward(rnn.tape, seeds)
    assert all(np.array_equal(first[node], second[node]) for node in rnn.tape.nodes)


def test_unit_seeds_along_a_leading_axis_give_the_temporal_jacobian():
    rnn = unrolled(N=1)
    start, H = rnn.states[0], rnn.h.value.size
    jacobian = backward(rnn.tape, {rnn.h: np.eye(H)[:, None, :]})[start]
    expected = np.eye(H)
    for state in rnn.states[1:]:
        expected = (np.diag(1 - state.value[0] ** 2) @ rnn.W_hh.value.T) @ expected
    assert jacobian.shape == (H, 1, H)
    _close(jacobian[:, 0, :], expected)


@pytest.mark.parametrize("lead", [(3,), (2, 2)], ids=str)
def test_seeds_along_leading_axes_equal_one_pass_each(lead):
    rnn = unrolled()
    v = decimals(*lead, *rnn.h.shape)
    together = backward(rnn.tape, {rnn.h: v})
    assert together.lead == lead
    for index in np.ndindex(*lead):
        alone = backward(rnn.tape, {rnn.h: v[index]})
        for node in rnn.tape.nodes:
            _close(together[node][index], alone[node])


def test_wrt_keeps_what_was_asked_for():
    rnn = unrolled()
    v = decimals(*rnn.h.shape)
    everything = backward(rnn.tape, {rnn.h: v})
    kept = backward(rnn.tape, {rnn.h: v}, wrt=[rnn.W_hh, rnn.states[1]])
    for node in (rnn.W_hh, rnn.states[1]):
        assert np.array_equal(kept[node], everything[node])


def test_wrt_refuses_the_rest():
    rnn = unrolled()
    kept = backward(rnn.tape, {rnn.h: decimals(*rnn.h.shape)}, wrt=[rnn.W_hh])
    for node in (rnn.h, rnn.W_xh, rnn.aliases[0][1]):
        with pytest.raises(KeyError, match="not kept"):
            kept[node]
        with pytest.raises(KeyError, match="not kept"):
            kept.reached(node)


def test_wrt_of_another_tape_is_refused():
    rnn, other = unrolled(), unrolled()
    with pytest.raises(UsageError, match="another tape"):
        backward(rnn.tape, {rnn.h: decimals(*rnn.h.shape)}, wrt=[other.W_hh])


def test_nodes_that_no_seed_depends_on_have_zeros_of_their_shape():
    rnn = unrolled()
    early, late = rnn.states[1], rnn.states[3]
    cotangents = backward(rnn.tape, {early: decimals(7, *early.shape)})
    assert not cotangents.reached(late)
    assert cotangents[late].shape == (7, *late.shape)
    assert not cotangents[late].any()
    assert cotangents.reached(rnn.W_hh)


def test_nodes_recorded_after_the_pass_have_zeros():
    tape = Tape()
    x = tape.leaf(decimals(3))
    cotangents = backward(tape, {tanh(x): np.ones(3)})
    assert not cotangents[tanh(x)].any()


def test_a_cut_stops_the_gradient_and_nothing_else():
    tape = Tape()
    x = tape.leaf(decimals(3))
    y = tanh(x)
    loss = y * stop_gradient(y)
    cotangents = backward(tape, {loss: np.ones(3)})
    _close(cotangents[y], y.value)
    assert not backward(tape, {stop_gradient(y): np.ones(3)}).reached(x)


def test_a_number_used_often_gathers_all_uses():
    tape = Tape()
    w, x = tape.leaf(0.5), tape.leaf(decimals(2, 3))
    y = w * x + w + tanh(w) * (w * w)
    gradient = backward(tape, {sum(y): np.array(1.0)})[w]
    s, t = x.value.sum(), np.tanh(0.5)
    _close(gradient, s + 6 + 6 * ((1 - t**2) * 0.25 + t * 2 * 0.5))
    assert isinstance(gradient, np.ndarray)


def test_one_node_used_twice_by_one_operation_gets_both_shares():
    tape = Tape()
    x = tape.leaf(decimals(3))
    _close(backward(tape, {multiply(x, x): np.ones(3)})[x], 2 * x.value)


@pytest.mark.parametrize("shape", [(3, 2), (3,), (2,), (), (2, 3, 1)], ids=str)
def test_a_seed_that_does_not_end_with_the_nodes_shape_is_refused(shape):
    tape = Tape()
    y = tanh(tape.leaf(decimals(2, 3)))
    with pytest.raises(UsageError, match=r"expected \(2, 3\)"):
        backward(tape, {y: np.ones(shape)})


def test_seeds_with_different_leading_axes_are_refused():
    rnn = unrolled()
    first, last = rnn.states[1], rnn.h
    with pytest.raises(UsageError, match="leading axes"):
        backward(rnn.tape, {first: np.ones((2, *first.shape)), last: np.ones(last.shape)})


def test_an_integer_seed_is_refused():
    tape = Tape()
    y = tanh(tape.leaf(decimals(3)))
    with pytest.raises(UsageError, match="integer"):
        backward(tape, {y: np.ones(3, int)})
