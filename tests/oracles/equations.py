"""The cells' equations as plain NumPy loops over time, written from the papers; they import nothing of the package.

Each takes the parameters p by name, x (T, N, D) and the initial states (N, H), and returns the lists of all states
by name. All are analytic, so that they may be run at complex numbers.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


PHI = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.where(x.real > 0, x, 0.0),
    "identity": lambda x: x,
}


def vanilla(p, x, h, *, activation="tanh"):
    hs = []
    for x_t in x:
        h = PHI[activation](x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
        hs.append(h)
    return {"h": hs}


def lstm(p, x, h, c):
    hs, cs = [], []
    for x_t in x:
        a_i, a_f, a_o, a_g = np.split(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=-1)
        c = sigmoid(a_f) * c + sigmoid(a_i) * np.tanh(a_g)
        h = sigmoid(a_o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return {"h": hs, "c": cs}


def peephole_lstm(p, x, h, c, *, peephole="diagonal", error_through_peepholes=True):
    """Hold what the gates see of the cell state constant (drop its imaginary part) where no error goes through."""

    def peep(name, state):
        seen = state if error_through_peepholes else state.real
        return seen * p[name] if peephole == "diagonal" else seen @ p[name]

    hs, cs = [], []
    for x_t in x:
        a_i, a_f, a_o, a_g = np.split(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=-1)
        i, f = sigmoid(a_i + peep("W_ci", c)), sigmoid(a_f + peep("W_cf", c))
        c = f * c + i * np.tanh(a_g)
        h = sigmoid(a_o + peep("W_co", c)) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return {"h": hs, "c": cs}


def gru(p, x, h, *, reset="after"):
    hs = []
    for x_t in x:
        a_r, a_z, a_n = np.split(x_t @ p["W_xh"] + p["b_h"], 3, axis=-1)
        W_hr, W_hz, *W_hn = np.split(p["W_hh"], 3 if reset == "after" else 2, axis=-1)
        r, z = sigmoid(a_r + h @ W_hr), sigmoid(a_z + h @ W_hz)
        n = np.tanh(a_n + (r * (h @ W_hn[0] + p["b_hn"]) if reset == "after" else (r * h) @ p["W_hn"]))
        h = z * h + (1 - z) * n
        hs.append(h)
    return {"h": hs}


LOOPS = {"rnn": vanilla, "lstm": lstm, "peephole": peephole_lstm, "gru": gru}
