"""Updates of min-char-rnn's recipe: ours beside a plain NumPy program and PyTorch's nn.RNN, float64, one thread.

All three learn the same text in the same order from the same first weights, and their first losses must agree. PyTorch
gets one fused nn.RNN over the window, its own Adagrad (whose ε stands outside of the root), and `clip_grad_value_`.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from timing import interleaved, milliseconds, ratio

from bptt_viz.texts import read_text
from bptt_viz.training.recipe import PRESETS
from bptt_viz.training.run import Run
from bptt_viz.training.stream import encode
from tests.training.min_char_rnn import Plain

TEXT = read_text("sonnets")


class Torch:
    """The same recipe in PyTorch."""

    def __init__(self, values, codes, length=25):
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        H, V = values["W_hy"].shape
        self.rnn = torch.nn.RNN(V, H, dtype=torch.float64)
        self.out = torch.nn.Linear(H, V, dtype=torch.float64)
        with torch.no_grad():
            for there, ours in (
                (self.rnn.weight_ih_l0, values["W_xh"].T),
                (self.rnn.weight_hh_l0, values["W_hh"].T),
                (self.rnn.bias_ih_l0, values["b_h"]),
                (self.rnn.bias_hh_l0, 0 * values["b_h"]),
                (self.out.weight, values["W_hy"].T),
                (self.out.bias, values["b_y"]),
            ):
                there.copy_(torch.tensor(np.array(ours)))
        self.rnn.bias_hh_l0.requires_grad_(False)
        self.learned = [p for p in (*self.rnn.parameters(), *self.out.parameters()) if p.requires_grad]
        self.optimiser = torch.optim.Adagrad(self.learned, lr=0.1, eps=1e-8)
        self.codes, self.length, self.place, self.h = torch.tensor(codes), length, None, None
        self.eye = torch.eye(V, dtype=torch.float64)

    def update(self):
        torch, n = self.torch, self.length
        if self.place is None or self.place + n + 1 >= len(self.codes):
            self.place, self.h = 0, torch.zeros(1, 1, self.rnn.hidden_size, dtype=torch.float64)
        p = self.place
        states, last = self.rnn(self.eye[self.codes[p : p + n]][:, None], self.h)
        scores = self.out(states[:, 0])
        loss = torch.nn.functional.cross_entropy(scores, self.codes[p + 1 : p + n + 1], reduction="sum")
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.learned, 5.0)
        self.optimiser.step()
        self.place, self.h = p + n, last.detach()
        return loss.item()


def learners():
    ours = Run(PRESETS["min-char-rnn"], TEXT)
    values = {name: value.copy() for name, value in ours.learner.parameters.parts.items()}
    codes = encode(TEXT, ours.vocabulary)
    columns = [values["W_xh"].T, values["W_hh"].T, values["W_hy"].T, values["b_h"][:, None], values["b_y"][:, None]]
    found = {"bptt_viz": lambda: ours.learner.update().loss, "plain NumPy": Plain(*columns, codes).update}
    try:
        found["torch nn.RNN"] = Torch(values, codes).update
    except ImportError:
        print("torch is not installed; left out")
    return found


def main():
    found = learners()
    first = {name: float(update()) for name, update in found.items()}
    assert np.ptp(list(first.values())) < 1e-9, first
    times = interleaved(found, rounds=15)
    for name, each in times.items():
        microseconds = 1e3 * float(milliseconds(each))
        print(f"{name:14}{microseconds:8.0f} µs an update, {ratio(times, name, 'bptt_viz'):5.2f} × ours")


if __name__ == "__main__":
    main()
