"""One LSTM task, and two calls on it that need NumPy alone: this package and the matrix products of its passes.

The loss is the sum of all h_t. A side of a comparison is a call without arguments that goes forward and backward
and returns the gradients of all parameters, in its own layout.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.timing import Call
from bptt_viz.cells.lstm import LSTM
from bptt_viz.ops import at_step
from bptt_viz.tape import Tape, backward
from bptt_viz.topologies import layer, unroll

NAMES = ("W_xh", "W_hh", "b_h")


@dataclass(frozen=True)
class Task:
    """One network and its input: x (T, N, D), weights (D, 4 H) and (H, 4 H), bias (4 H,); gates stand as i, f, o, g."""

    x: np.ndarray
    W_xh: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray

    @property
    def zeros(self) -> np.ndarray:
        return np.zeros((self.x.shape[1], len(self.W_hh)))


def draw(T: int, N: int, D: int, H: int) -> Task:
    """Draw a task at random."""
    rng = np.random.default_rng(0)
    bound = 1 / np.sqrt(H)
    weights = [rng.uniform(-bound, bound, shape) for shape in ((D, 4 * H), (H, 4 * H), (4 * H,))]
    return Task(rng.standard_normal((T, N, D)), *weights)


def ours(task: Task) -> Call:
    """Record with this package, one node an operation and time step, and go back."""
    cell, start, ones = LSTM(len(task.W_xh), len(task.W_hh)), task.zeros, np.ones_like(task.zeros)

    def call() -> list[np.ndarray]:
        tape = Tape()
        parameters = {name: tape.leaf(getattr(task, name), name) for name in NAMES}
        states = {name: tape.constant(start, name) for name in cell.states}
        x = tape.constant(task.x, "x")
        hs = unroll([layer(tape, cell, 0, parameters, states)], [at_step(x, t) for t in range(len(task.x))])
        cotangents = backward(tape, dict.fromkeys(hs, ones), wrt=parameters.values())
        return [cotangents[parameter] for parameter in parameters.values()]

    return call


def products(task: Task) -> Call:
    """Do only the matrix products of both passes, in the largest pieces that the recursion allows."""
    rng = np.random.default_rng(1)
    h = rng.standard_normal((len(task.x), *task.zeros.shape))
    g = rng.standard_normal((*h.shape[:-1], task.b_h.size))
    rows, h_rows, g_rows = (each.reshape(-1, each.shape[-1]) for each in (task.x, h, g))

    def call() -> None:
        np.dot(rows, task.W_xh)
        for h_t in h:
            np.dot(h_t, task.W_hh)
        for g_t in g:
            np.dot(g_t, task.W_hh.T)
        np.dot(rows.T, g_rows)
        np.dot(h_rows.T, g_rows)

    return call
