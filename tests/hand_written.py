"""A recurrent network with a backward pass written by hand, as people write them, right or with a planted mistake."""

import numpy as np

from bptt_viz.checking.problem import Place


class HandWritten:
    """h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h) over T steps; all h_t are outputs."""

    gates = {}  # noqa: RUF012, one of a protocol's attributes
    batched = False

    def __init__(self, steps=4, seed=0, label=None):
        rng = np.random.default_rng(seed)
        shapes = {"W_xh": (3, 5), "W_hh": (5, 5), "b_h": (5,), "h_0": (2, 5), "x": (steps, 2, 3)}
        self.inputs = {name: 0.5 * rng.standard_normal(shape) for name, shape in shapes.items()}
        self.label = f"T={steps} N=2 random state" if label is None else label

    def outputs(self, inputs):
        h = inputs["h_0"]
        found = {}
        for t, x in enumerate(inputs["x"], start=1):
            h = self.activate(x @ inputs["W_xh"] + h @ inputs["W_hh"] + inputs["b_h"])
            found[Place("h", t)] = h
        return found

    def pullback(self, cotangents):
        p, h = self.inputs, {place.t: value for place, value in self.outputs(self.inputs).items()}
        h[0] = p["h_0"]
        back = {name: np.zeros_like(value) for name, value in p.items()}
        carried = np.zeros_like(p["h_0"])
        for t in range(len(p["x"]), 0, -1):
            raw = self.slope(h[t]) * (cotangents[Place("h", t)] + carried)
            back["W_xh"] += p["x"][t - 1].T @ raw
            back["W_hh"] += h[t - 1].T @ raw
            back["b_h"] += raw.sum(0)
            back["x"][t - 1] = raw @ p["W_xh"].T
            carried = self.carry(raw)
        return back | {"h_0": carried}

    def activate(self, raw):
        return np.tanh(raw)

    def slope(self, h):
        return 1 - h**2

    def carry(self, raw):
        return raw @ self.inputs["W_hh"].T


class Untransposed(HandWritten):
    """The classic: W_hh where its transpose belongs."""

    def carry(self, raw):
        return raw @ self.inputs["W_hh"]


class Kinked(HandWritten):
    """A ReLU exactly at its kink: nobody can say what the gradient is."""

    def __init__(self):
        super().__init__()
        for name in ("W_xh", "b_h", "h_0"):
            self.inputs[name][...] = 0

    def activate(self, raw):
        return np.where(raw.real > 0, raw, 0)

    def slope(self, h):
        return (h > 0).astype(float)
