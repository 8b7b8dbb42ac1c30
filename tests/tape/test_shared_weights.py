"""Weights used at many time steps: each step's share, their sum, and products shared over time."""

from importlib import import_module

import numpy as np
import pytest

from bptt_viz.ops import add, alias, at_step, tanh
from bptt_viz.tape import Tape, backward

from .graphs import backward_by_hand, decimals, unrolled

matmul = import_module("bptt_viz.ops.matmul")  # the module, not the function of its name


def _close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


def _pass(rnn, lead=()):
    return backward(rnn.tape, {rnn.h: decimals(*lead, *rnn.h.shape)})


@pytest.mark.parametrize("lead", [(), (3,), (2, 2)], ids=str)
@pytest.mark.parametrize("place", range(3), ids=["W_xh", "W_hh", "b"])
def test_the_shares_of_all_steps_sum_to_the_shared_weights_cotangent(place, lead):
    rnn = unrolled(T=6)
    cotangents = _pass(rnn, lead)
    shares = [cotangents[used[place]] for used in rnn.aliases]
    assert shares[0].shape == lead + rnn.parameters[place].shape
    _close(np.add.reduce(shares), cotangents[rnn.parameters[place]])


def test_each_steps_share_is_that_of_the_loop_over_time():
    rnn = unrolled(T=6)
    cotangents = _pass(rnn)
    seeds = [np.zeros(rnn.h.shape)] * 5 + [decimals(*rnn.h.shape)]
    for used, expected in zip(rnn.aliases, backward_by_hand(rnn, seeds)["each"], strict=True):
        for node, share in zip(used, expected, strict=True):
            _close(cotangents[node], share)


def test_reading_shares_before_or_after_the_sum_gives_the_same_bits():
    rnn = unrolled(T=6)
    shares_first, sum_first = _pass(rnn), _pass(rnn)
    nodes = [node for used in rnn.aliases for node in used]
    for cotangents, order in ((shares_first, (*nodes, *rnn.parameters)), (sum_first, (*rnn.parameters, *nodes))):
        for node in order:
            cotangents[node]
    assert all(np.array_equal(shares_first[node], sum_first[node]) for node in (*nodes, *rnn.parameters))


def test_reading_twice_gives_the_same_bits():
    rnn = unrolled(T=6)
    cotangents = _pass(rnn)
    before = [cotangents[node].copy() for node in rnn.tape.nodes]
    assert all(np.array_equal(cotangents[node], held) for node, held in zip(rnn.tape.nodes, before, strict=True))


def test_keeping_only_the_sum_gives_the_same_bits_as_keeping_all():
    rnn = unrolled(T=6)
    v = decimals(*rnn.h.shape)
    only, everything = backward(rnn.tape, {rnn.h: v}, rnn.parameters), backward(rnn.tape, {rnn.h: v})
    assert all(np.array_equal(only[node], everything[node]) for node in rnn.parameters)


def test_a_weight_used_without_aliases_gathers_the_same_cotangent():
    rnn = unrolled(T=6)
    tape = Tape()
    x, W_xh, W_hh, b, h = (tape.leaf(node.value) for node in (rnn.x, *rnn.parameters, rnn.states[0]))
    for t in range(6):
        h = tanh(x[t] @ W_xh + h @ W_hh + b)
    _close(h.value, rnn.h.value)
    plain, aliased = backward(tape, {h: decimals(*h.shape)}), _pass(rnn)
    for node, twin in zip((x, W_xh, W_hh, b), (rnn.x, *rnn.parameters), strict=True):
        _close(plain[node], aliased[twin])


def test_a_step_that_uses_its_alias_twice_has_both_uses_in_its_share_and_no_others():
    tape = Tape()
    W, x = tape.leaf(decimals(3, 3)), tape.leaf(decimals(2, 3))
    steps = [alias(W), alias(W)]
    seeds = {(x @ used) @ used: decimals(2, 3, seed=t) for t, used in enumerate(steps)}
    cotangents = backward(tape, seeds)
    shares = [(x.value @ W.value).T @ v + x.value.T @ (v @ W.value.T) for v in seeds.values()]
    _close(cotangents[W], shares[0] + shares[1])
    for used, share in zip(steps, shares, strict=True):
        _close(cotangents[used], share)


def test_a_weights_cotangent_is_one_product_over_all_steps(monkeypatch):
    rnn, made, product = unrolled(T=20), [], matmul._Outer.combine
    watched = staticmethod(lambda terms, join: made.append(len(terms)) or product(terms, join))
    monkeypatch.setattr(matmul._Outer, "combine", watched)
    cotangents = _pass(rnn)
    assert made == []
    assert cotangents[rnn.W_hh].any()
    assert made == [20]
    assert cotangents[rnn.aliases[7][1]].any()
    assert made == [20, 1]


def test_an_alias_of_an_alias_passes_its_share_on():
    tape = Tape()
    W, x = tape.leaf(decimals(3, 3)), tape.leaf(decimals(2, 3))
    inner = alias(alias(W))
    cotangents = backward(tape, {x @ inner: np.ones((2, 3))})
    assert np.array_equal(cotangents[inner], cotangents[W])
    _close(cotangents[W], x.value.T @ np.ones((2, 3)))


def test_an_alias_of_a_computed_weight_passes_its_share_on():
    tape = Tape()
    raw, x = tape.leaf(decimals(3, 3)), tape.leaf(decimals(2, 3))
    W = tanh(raw)
    cotangents = backward(tape, {add(x @ alias(W), (x @ alias(W)) * 2.0): np.ones((2, 3))})
    _close(cotangents[W], 3 * x.value.T @ np.ones((2, 3)))
    _close(cotangents[raw], (1 - W.value**2) * cotangents[W])


def test_a_weight_may_be_used_in_products_and_by_entry_alike():
    tape = Tape()
    W, x = tape.leaf(decimals(3, 3)), tape.leaf(decimals(2, 3))
    cotangents = backward(
        tape, {x @ W: np.ones((2, 3)), W * 2.0: np.ones((3, 3)), W[0]: np.ones(3), W: np.ones((3, 3))}
    )
    _close(cotangents[W], x.value.T @ np.ones((2, 3)) + 3.0 + np.eye(3)[:, :1] * np.ones(3))


def test_batches_of_different_size_add_up():
    tape = Tape()
    W, b = tape.leaf(decimals(3, 4)), tape.leaf(decimals(4))
    xs = [tape.leaf(decimals(n, 3)) for n in (1, 5, 2)]
    seeds = [decimals(len(x.value), 4) for x in xs]
    cotangents = backward(tape, {x @ alias(W) + alias(b): seed for x, seed in zip(xs, seeds, strict=True)})
    _close(cotangents[W], np.add.reduce([x.value.T @ seed for x, seed in zip(xs, seeds, strict=True)]))
    _close(cotangents[b], np.add.reduce([seed.sum(axis=0) for seed in seeds]))


@pytest.mark.parametrize("N", [1, 300, 9000], ids=lambda N: f"N={N}")
def test_large_batches_add_up_across_chunks(N):
    rnn = unrolled(T=5, N=N, H=2)
    seeds = [np.zeros(rnn.h.shape)] * 4 + [decimals(*rnn.h.shape)]
    expected = backward_by_hand(rnn, seeds)
    cotangents = _pass(rnn)
    for name in ("W_xh", "W_hh", "b"):
        np.testing.assert_allclose(cotangents[getattr(rnn, name)], expected[name], rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("factors", [(1, 1j), (1j, 1)], ids=str)
def test_real_and_complex_shares_add_up(factors):
    tape = Tape()
    W, x = tape.leaf(decimals(3, 4)), tape.leaf(decimals(9000, 3))
    seeds = {x @ alias(W): factor * np.ones((9000, 4)) for factor in factors}
    _close(backward(tape, seeds)[W], (1 + 1j) * x.value.T @ np.ones((9000, 4)))


def test_an_empty_batch_gives_zeros():
    rnn = unrolled(N=0)
    cotangents = _pass(rnn)
    assert all(not cotangents[node].any() for node in rnn.parameters)


@pytest.mark.parametrize("shape", [(4, 2, 3), (3, 4, 2, 3)], ids=["sequence", "batch of sequences"])
def test_the_product_shared_over_time_equals_the_plain_one(shape):
    tape = Tape()
    x, W = tape.leaf(decimals(*shape)), tape.leaf(decimals(3, 5))
    shared = [at_step(x, t) @ alias(W) for t in range(4)]
    plain = [x[..., t, :, :] @ W for t in range(4)]
    for t in range(4):
        _close(shared[t].value, plain[t].value)
        _close(shared[t].value, x.value[..., t, :, :] @ W.value)
        v = {node: decimals(*node.shape) for node in (shared[t], plain[t])}
        for leaf in (x, W):
            _close(backward(tape, {shared[t]: v[shared[t]]})[leaf], backward(tape, {plain[t]: v[plain[t]]})[leaf])


def test_the_product_shared_over_time_is_made_once_a_weight_and_sequence():
    tape = Tape()
    x, z, W, U = (tape.leaf(decimals(*shape)) for shape in ((4, 2, 3), (4, 2, 3), (3, 5), (3, 5)))
    products = [at_step(a, t) @ alias(B) for a in (x, z) for B in (W, U) for t in (0, 3, -1)]
    assert len(tape.shared) == 4
    assert len({id(node.value.base) for node in products}) == 4


def test_steps_of_a_constant_sequence_need_no_cotangent():
    tape = Tape()
    x, W = tape.constant(decimals(4, 2, 3)), tape.leaf(decimals(3, 5))
    cotangents = backward(tape, {at_step(x, 1) @ alias(W): np.ones((2, 5))})
    assert not any(cotangents.reached(node) for node in tape.nodes if node.primitive.name == "at_step" or node is x)
    _close(cotangents[W], x.value[1].T @ np.ones((2, 5)))
