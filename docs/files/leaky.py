"""A cell that keeps 0.9 of its state at each step."""

from bptt_viz import Cell, ops


class Leaky(Cell):
    """h_t = 0.9 h_{t−1} + tanh(x_t W_xh)."""

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size)}

    def step(self, p, x, s):
        return {"h": 0.9 * s.h + ops.tanh(x @ p.W_xh)}
