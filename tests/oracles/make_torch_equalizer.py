"""Make torch_equalizer_*.npz: a captioner with the losses of Hendricks et al. 2018 in PyTorch, in float64.

Run `python tests/oracles/make_torch_equalizer.py` where PyTorch is installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

T, N, F, H, V = 5, 6, 3, 4, 7
CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
CASES = {"rnn_both": (10.0, 1.0), "lstm_confusion": (3.0, 0.0), "gru_confident": (0.0, 2.0)}
WOMEN, MEN = [0, 1], [2, 3]
EPSILON = 1e-5


def drawn(rng, *shape):
    return torch.tensor(rng.uniform(-1.0, 1.0, shape), requires_grad=True)


class Captioner(nn.Module):
    """The image makes the initial states; words are read as they are given."""

    def __init__(self, kind):
        super().__init__()
        self.states = 2 if kind == "lstm" else 1
        self.begin = nn.Linear(F, self.states * H)
        self.rnn, self.out = CELLS[kind](V + 1, H), nn.Linear(H, V)

    def forward(self, v, x):
        first = [part.unsqueeze(0).contiguous() for part in torch.tanh(self.begin(v)).chunk(self.states, dim=-1)]
        found, _ = self.rnn(x, tuple(first) if self.states > 1 else first[0])
        return self.out(found)


def equation_1(scores, targets):
    """Appearance confusion: word by word, image by image, as it is written in the paper."""
    total = 0.0
    for t in range(T):
        for n in range(N):
            p = torch.softmax(scores[t, n], dim=0)
            if int(targets[t, n]) in WOMEN + MEN:
                total = total + (sum(p[g] for g in WOMEN) - sum(p[g] for g in MEN)).abs() / N
    return total


def equations_2_to_4(scores, targets):
    """The confident loss, likewise."""
    total = 0.0
    for t in range(T):
        for n in range(N):
            p, word = torch.softmax(scores[t, n], dim=0), int(targets[t, n])
            women, men = sum(p[g] for g in WOMEN), sum(p[g] for g in MEN)
            if word in WOMEN:
                total = total + men / (women + EPSILON) / N
            if word in MEN:
                total = total + women / (men + EPSILON) / N
    return total


def vectors(name):
    """Return inputs, parameters, the three losses, and all gradients of their weighted sum, by PyTorch's names."""
    kind, (confusion, confident) = name.split("_")[0], CASES[name]
    rng = np.random.default_rng(sorted(CASES).index(name))
    model = Captioner(kind).double()
    given = {"v": drawn(rng, N, F), "masked": drawn(rng, N, F), "x": drawn(rng, T, N, V + 1)}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(drawn(rng, *parameter.shape))
    targets = torch.tensor(rng.permutation(np.arange(T * N) % V).reshape(T, N))
    scores = model(given["v"], given["x"])
    words = sum(cross_entropy(y, c) for y, c in zip(scores, targets, strict=True))
    confused = equation_1(model(given["masked"], given["x"]), targets)
    sure = equations_2_to_4(scores, targets)
    (words + confusion * confused + confident * sure).backward()
    leaves = given | dict(model.named_parameters())
    kept = leaves | {"scores": scores, "words": words, "confused": confused, "sure": sure}
    kept |= {f"grad_{key}": value.grad for key, value in leaves.items() if value.grad is not None}
    weights = {"confusion": np.array(confusion), "confident": np.array(confident), "targets": targets.numpy()}
    return {key: value.detach().numpy() for key, value in kept.items()} | weights


if __name__ == "__main__":
    for case in CASES:
        np.savez_compressed(Path(__file__).with_name(f"torch_equalizer_{case}.npz"), **vectors(case))
