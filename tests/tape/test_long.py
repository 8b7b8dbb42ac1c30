"""Long sequences: no recursion, memory linear in T."""

import sys
import tracemalloc

import numpy as np

from bptt_viz.ops import tanh
from bptt_viz.tape import Tape, backward, forward

from .graphs import decimals, unrolled


def test_ten_thousand_steps_run_without_recursion():
    assert sys.getrecursionlimit() < 10_000
    tape = Tape()
    W, start = tape.leaf(0.5 * decimals(3, 3)), tape.leaf(decimals(1, 3))
    h = start
    for _ in range(10_000):
        h = tanh(h @ W)
    early = tape.nodes[4]
    cotangents = backward(tape, {h: np.ones((1, 3)), early: np.ones((1, 3))})
    assert np.isfinite(cotangents[W]).all()
    assert cotangents[start].any()
    assert np.isfinite(forward(tape, {W: np.ones((3, 3))})[h]).all()


def _peak(T):
    tracemalloc.start()
    rnn = unrolled(T, N=1, D=2, H=2)
    cotangents = backward(rnn.tape, {state: np.ones((1, 2)) for state in rnn.states})
    for node in rnn.parameters:
        cotangents[node]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_is_linear_in_the_number_of_time_steps():
    _peak(10)
    assert _peak(8_000) / _peak(2_000) < 4.4


def test_cotangents_that_nobody_asked_for_are_let_go_on_the_way():
    tape = Tape()
    x = h = tape.leaf(decimals(50, 50))
    for _ in range(100):
        h = tanh(h)
    seed = np.ones(h.shape)
    tracemalloc.start()
    backward(tape, {h: seed}, wrt=[x])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * seed.nbytes
