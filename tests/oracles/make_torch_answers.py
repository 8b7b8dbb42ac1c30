"""Make torch_answer_*.npz: visual question answering in PyTorch, forward and backward, in float64.

Run `python tests/oracles/make_torch_answers.py` where PyTorch is installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

T, N, D, H, V, F, PLACES = 5, 2, 3, 4, 7, 6, 9
KINDS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CASES = {"none_lstm": ("lstm", "none"), "general_rnn": ("rnn", "general"), "additive_gru": ("gru", "additive")}


def drawn(rng, *shape):
    return torch.tensor(rng.uniform(-1.0, 1.0, shape), requires_grad=True)


class Answering(nn.Module):
    """The last state of a question, joined with an image's features, or with those that it attends to."""

    def __init__(self, kind, score):
        super().__init__()
        self.score = score
        self.rnn = KINDS[kind](D, H)
        self.join, self.out = nn.Linear(H + F, H), nn.Linear(H, V)
        if score == "general":
            self.asks = nn.Linear(H, F, bias=False)
        if score == "additive":
            self.asks, self.shows = nn.Linear(H, H, bias=False), nn.Linear(F, H, bias=False)
            self.weighs = nn.Linear(H, 1, bias=False)

    def energies(self, query, places):
        if self.score == "general":
            return torch.einsum("nlf,nf->nl", places, self.asks(query))
        return self.weighs(torch.tanh(self.asks(query).unsqueeze(1) + self.shows(places))).squeeze(-1)

    def forward(self, given):
        states = [given[name] for name in ("h_0", "c_0") if name in given]
        found, _ = self.rnn(given["x"], tuple(states) if len(states) > 1 else states[0])
        query, seen = found[-1], given["v"]
        if self.score != "none":
            seen = torch.einsum("nl,nlf->nf", torch.softmax(self.energies(query, seen), dim=-1), seen)
        return self.out(torch.tanh(self.join(torch.cat([query, seen], dim=-1))))


def vectors(name):
    """Return inputs, parameters, scores, the loss, and all gradients of it, by PyTorch's names."""
    kind, score = CASES[name]
    rng = np.random.default_rng(sorted(CASES).index(name))
    model = Answering(kind, score).double()
    given = {"x": drawn(rng, T, N, D), "v": drawn(rng, *([N, F] if score == "none" else [N, PLACES, F]))}
    given |= {state: drawn(rng, 1, N, H) for state in (("h_0", "c_0") if kind == "lstm" else ("h_0",))}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(drawn(rng, *parameter.shape))
    targets = torch.tensor(rng.integers(0, V, N))
    scores = model(given)
    loss = cross_entropy(scores, targets)
    loss.backward()
    leaves = given | dict(model.named_parameters())
    kept = leaves | {"scores": scores, "loss": loss} | {f"grad_{key}": value.grad for key, value in leaves.items()}
    return {key: value.detach().numpy() for key, value in kept.items()} | {"targets": targets.numpy()}


if __name__ == "__main__":
    for case in CASES:
        np.savez_compressed(Path(__file__).with_name(f"torch_answer_{case}.npz"), **vectors(case))
