"""Make torch_model_*.npz: whole models in PyTorch, forward and backward, in float64.

Run `python tests/oracles/make_torch_models.py` where PyTorch is installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

T, N, D, H, V, LAYERS = 5, 2, 3, 4, 7, 2
KINDS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


def drawn(rng, *shape):
    return torch.tensor(rng.uniform(-1.0, 1.0, shape), requires_grad=True)


def initial(rng, kind, count):
    """Return random initial states, h_0 and for an LSTM c_0 (count, N, H)."""
    return {name: drawn(rng, count, N, H) for name in (("h_0", "c_0") if kind == "lstm" else ("h_0",))}


def as_state(states):
    found = tuple(states.values())
    return found if len(found) > 1 else found[0]


def losses(scores, targets):
    """Return the loss of each step, the mean over the batch."""
    return torch.stack([cross_entropy(y, c) for y, c in zip(scores, targets, strict=True)])


class Bidirectional(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.count = kind, 2 * LAYERS
        self.rnn = KINDS[kind](D, H, LAYERS, bidirectional=True)
        self.out = nn.Linear(2 * H, V)

    def forward(self, given):
        states = {name: value for name, value in given.items() if name in ("h_0", "c_0")}
        return self.out(self.rnn(given["x"], as_state(states))[0])


class Skip(nn.Module):
    """Each layer but the first adds what it read."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.count = kind, 3
        self.layers = nn.ModuleList(KINDS[kind](D if k == 0 else H, H) for k in range(3))
        self.out = nn.Linear(H, V)

    def forward(self, given):
        below = given["x"]
        for k, layer in enumerate(self.layers):
            state = {name: value[k : k + 1] for name, value in given.items() if name in ("h_0", "c_0")}
            made = layer(below, as_state(state))[0]
            below = made + below if k else made
        return self.out(below)


class Seq2Seq(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind, self.count = kind, LAYERS
        self.enc, self.dec = KINDS[kind](D, H, LAYERS), KINDS[kind](V + 1, H, LAYERS)
        self.out = nn.Linear(H, V)

    def forward(self, given):
        states = {name: value for name, value in given.items() if name in ("h_0", "c_0")}
        _, last = self.enc(given["x"], as_state(states))
        return self.out(self.dec(given["x_dec"], last)[0])


class Attending(nn.Module):
    """One layer; the decoder reads [x_t ; z_t], z_t by attention with the query s_(t−1)."""

    def __init__(self, kind, score):
        super().__init__()
        self.kind, self.count, self.score = kind, 1, score
        self.enc, self.dec = KINDS[kind](D, H), CELLS[kind](V + 1 + H, H)
        self.out = nn.Linear(H, V)
        self.W_a = nn.Parameter(torch.empty(H, H)) if score == "general" else None
        if score == "additive":
            self.W_q, self.W_m, self.v_a = (nn.Parameter(torch.empty(*s)) for s in ((H, H), (H, H), (H, 1)))

    def energies(self, query, memory):
        if self.score == "additive":
            return (torch.tanh((query @ self.W_q)[:, None] + memory @ self.W_m) @ self.v_a)[..., 0]
        asked = query @ self.W_a if self.score == "general" else query
        return torch.einsum("nlh,nh->nl", memory, asked)

    def forward(self, given):
        states = {name: value for name, value in given.items() if name in ("h_0", "c_0")}
        found, last = self.enc(given["x"], as_state(states))
        memory = found.transpose(0, 1)
        state = tuple(s[0] for s in last) if isinstance(last, tuple) else last[0]
        scores = []
        for x in given["x_dec"]:
            query = state[0] if isinstance(state, tuple) else state
            weights = torch.softmax(self.energies(query, memory), dim=-1)
            z = torch.einsum("nl,nlh->nh", weights, memory)
            state = self.dec(torch.cat([x, z], dim=-1), state)
            scores.append(self.out(state[0] if isinstance(state, tuple) else state))
        return torch.stack(scores)


CASES = {
    **{f"bidirectional_{kind}": (Bidirectional, kind) for kind in KINDS},
    "skip_rnn": (Skip, "rnn"),
    "skip_lstm": (Skip, "lstm"),
    **{f"seq2seq_{kind}": (Seq2Seq, kind) for kind in KINDS},
    "attention_dot": (Attending, "gru", "dot"),
    "attention_general": (Attending, "rnn", "general"),
    "attention_additive": (Attending, "lstm", "additive"),
}


def vectors(name):
    """Return inputs, parameters, scores, the losses, and all gradients of their sum, by PyTorch's names."""
    make, *arguments = CASES[name]
    model = make(*arguments).double()
    rng = np.random.default_rng(sorted(CASES).index(name))
    writes = make in (Seq2Seq, Attending)
    given = {"x": drawn(rng, T, N, D)} | ({"x_dec": drawn(rng, T + 1, N, V + 1)} if writes else {})
    given |= initial(rng, model.kind, model.count)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(drawn(rng, *parameter.shape))
    targets = torch.tensor(rng.integers(0, V, (T + 1 if writes else T, N)))
    scores = model(given)
    found = losses(scores, targets)
    found.sum().backward()
    leaves = given | dict(model.named_parameters())
    kept = leaves | {"scores": scores, "losses": found} | {f"grad_{key}": value.grad for key, value in leaves.items()}
    return {key: value.detach().numpy() for key, value in kept.items()} | {"targets": targets.numpy()}


if __name__ == "__main__":
    for case in CASES:
        np.savez_compressed(Path(__file__).with_name(f"torch_model_{case}.npz"), **vectors(case))
