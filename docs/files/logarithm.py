"""A cell whose logarithm may meet a negative number."""

from bptt_viz import Cell, ops


class Logarithm(Cell):
    """h_t = log(exp(x_t W_xh + h_{t−1} W_hh) − 0.5)."""

    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_xh": (D, H), "W_hh": (H, H)}

    def step(self, p, x, s):
        return {"h": ops.log(ops.exp(x @ p.W_xh + s.h @ p.W_hh) - 0.5, "a")}
