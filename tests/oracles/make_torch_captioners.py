"""Make torch_captioner_*.npz: captioners in PyTorch, forward and backward, in float64.

Run `python tests/oracles/make_torch_captioners.py` where PyTorch is installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import torch
from make_torch_models import CELLS, KINDS, as_state, drawn, initial, losses
from torch import nn

T, N, H, V, F, L, LAMBDA = 5, 2, 4, 7, 9, 6, 0.7
PLACES = torch.tensor([[5, 0], [2, 2], [0, 3], [4, 1], [1, 5]])


class Captioner(nn.Module):
    """The features stand beside the first word in the cell's input, or beside every one."""

    def __init__(self, kind, every):
        super().__init__()
        self.kind, self.every = kind, every
        self.rnn, self.out = KINDS[kind](V + 1 + F, H), nn.Linear(H, V)

    def forward(self, given):
        states = {name: value for name, value in given.items() if name in ("h_0", "c_0")}
        shown = given["v"].expand(T, N, F) if self.every else torch.cat([given["v"][None], torch.zeros(T - 1, N, F)])
        return self.out(self.rnn(torch.cat([given["x"], shown], dim=-1), as_state(states))[0]), 0


class Starting(nn.Module):
    """The features make the initial states."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.rnn, self.out = kind, KINDS[kind](V + 1, H), nn.Linear(H, V)
        self.init = nn.Linear(F, 2 * H if kind == "lstm" else H)

    def forward(self, given):
        made = torch.tanh(self.init(given["v"]))[None]
        states = tuple(part.contiguous() for part in torch.chunk(made, 2, dim=-1)) if self.kind == "lstm" else made
        return self.out(self.rnn(given["x"], states)[0]), 0


class Looking(nn.Module):
    """An attention captioner (Xu et al. 2015): soft with gate and penalty, or hard at given places."""

    def __init__(self, kind, hard):
        super().__init__()
        self.kind, self.hard = kind, hard
        self.cell, self.out = CELLS[kind](V + 1 + F, H), nn.Linear(H, V)
        self.init = nn.Linear(F, 2 * H if kind == "lstm" else H)
        if not hard:
            self.beta = nn.Linear(H, 1)
        self.query, self.place = nn.Linear(H, H, bias=False), nn.Linear(F, H, bias=False)
        self.score = nn.Linear(H, 1, bias=False)

    def forward(self, given):
        v, total, scores = given["v"], 0, []
        state = torch.tanh(self.init(v.mean(dim=1)))
        state = torch.chunk(state, 2, dim=-1) if self.kind == "lstm" else state
        for t, x in enumerate(given["x"]):
            h = state[0] if self.kind == "lstm" else state
            weights = torch.softmax(self.score(torch.tanh(self.query(h)[:, None] + self.place(v)))[..., 0], dim=-1)
            total = total + weights
            z = v[torch.arange(N), PLACES[t]] if self.hard else (weights[..., None] * v).sum(dim=1)
            z = z if self.hard else torch.sigmoid(self.beta(h)) * z
            state = self.cell(torch.cat([x, z], dim=-1), state)
            scores.append(self.out(state[0] if self.kind == "lstm" else state))
        return torch.stack(scores), 0 if self.hard else LAMBDA * ((1 - total) ** 2).sum(dim=1).mean()


CASES = {
    "first_rnn": (Captioner, "rnn", False),
    "first_lstm": (Captioner, "lstm", False),
    "every_gru": (Captioner, "gru", True),
    "h0_lstm": (Starting, "lstm"),
    "soft_lstm": (Looking, "lstm", False),
    "hard_gru": (Looking, "gru", True),
}


def vectors(name):
    """Return inputs, parameters, scores, the loss, and all gradients of it, by PyTorch's names."""
    make, *arguments = CASES[name]
    model, rng = make(*arguments).double(), np.random.default_rng(list(CASES).index(name))
    given = {"x": drawn(rng, T, N, V + 1), "v": drawn(rng, N, *((L, F) if make is Looking else (F,)))}
    given |= initial(rng, model.kind, 1) if make is Captioner else {}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(drawn(rng, *parameter.shape))
    targets = torch.tensor(rng.integers(0, V, (T, N)))
    scores, penalty = model(given)
    loss = losses(scores, targets).sum() + penalty
    loss.backward()
    leaves = given | dict(model.named_parameters())
    grads = {f"grad_{key}": value.grad for key, value in leaves.items() if value.grad is not None}
    kept = leaves | grads | {"scores": scores, "loss": loss, "targets": targets}
    return {key: value.detach().numpy() for key, value in kept.items()}


if __name__ == "__main__":
    for case in CASES:
        np.savez_compressed(Path(__file__).with_name(f"torch_captioner_{case}.npz"), **vectors(case))
