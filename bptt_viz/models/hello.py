"""The lecture's "hello" model (CS231n lecture 10): weights with which exactly its states and scores come out.

The lecture shows the states and scores of four steps, not the weights. On one-hot characters each step's
pre-activation is a row of W_xh plus h_(t−1) W_hh, so rows of W_xh can make up for any W_hh at the first step with each
character; the second l leaves one condition, (h_3 − h_2) W_hh = atanh h_4 − atanh h_3, whose smallest solution is
taken. Four states and four biases make the 16 scores a square system.
"""

import numpy as np

from bptt_viz.cells import Values

STATES = np.array([[0.3, -0.1, 0.9], [1.0, 0.3, 0.1], [0.1, -0.5, -0.3], [-0.3, 0.9, 0.7]])
"""h_1 … h_4 as printed; the 1.0 is that of a tanh unit near its end."""
SCORES = np.array([[1.0, 2.2, -3.0, 4.1], [0.5, 0.3, -1.0, 1.2], [0.1, 0.5, 1.9, -1.1], [0.2, -1.5, -0.1, 2.2]])
"""y_1 … y_4, in the order h, e, l, o."""

_ROUNDS_TO_ONE = 0.96


def hello_values() -> Values:
    """Return the parameters of a tanh RNN with H = 3 on one-hot characters h, e, l, o."""
    h = np.where(STATES == 1.0, _ROUNDS_TO_ONE, STATES)
    raw = np.arctanh(h)
    step = h[2] - h[1]
    W_hh = np.outer(step, raw[3] - raw[2]) / (step @ step)
    before = np.vstack([np.zeros(3), h[:-1]])
    rows = raw - before @ W_hh  # of h, e, l and l again
    W_xh = np.vstack([rows[:3], np.zeros(3)])
    solved = np.linalg.solve(np.hstack([h, np.ones((4, 1))]), SCORES)
    return {"W_xh": W_xh, "W_hh": W_hh, "b_h": np.zeros(3), "W_hy": solved[:3], "b_y": solved[3]}
