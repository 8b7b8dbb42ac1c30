"""Make torch_weights.npz: states of PyTorch networks as files hold them, with their scores and gradients on a text.

Run `python tests/oracles/make_torch_weights.py` where PyTorch is installed; the tests read only the file.
Each network is recurrent layers on one-hot rows and a linear readout; its numbers are float32 as stored, and its scores
and the gradient of Σ_t mean_n −log p are computed from these in float64 and in float32.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

T, N, V, H = 6, 2, 5, 3
LAYERS = {
    "rnn_tanh": (nn.RNN, {"nonlinearity": "tanh"}),
    "rnn_relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
}


class Network(nn.Module):
    def __init__(self, kind, depth, ways):
        super().__init__()
        make, options = LAYERS[kind]
        self.rnn = make(V, H, num_layers=depth, bidirectional=ways == 2, **options)
        self.decoder = nn.Linear(ways * H, V)

    def forward(self, x):
        return self.decoder(self.rnn(x)[0])


def judged(model, codes, dtype):
    """Return scores (T, N, V), and all gradients one behind the other in the order of the state, in a type."""
    model.to(dtype).zero_grad()
    scores = model(torch.eye(V, dtype=dtype)[codes[:-1]])
    losses = nn.functional.cross_entropy(scores.flatten(0, 1), codes[1:].flatten(), reduction="none")
    losses.reshape(T, N).mean(1).sum().backward()
    gradient = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
    return {"scores": scores.detach().numpy(), "gradient": gradient.numpy()}


def main():
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    codes = torch.tensor(rng.integers(0, V, (T + 1, N)))
    found = {"codes": codes.numpy()}
    for kind in LAYERS:
        for depth in (1, 2, 3):
            for ways in (1, 2):
                model, case = Network(kind, depth, ways), f"{kind}_{depth}_{ways}"
                with torch.no_grad():
                    for parameter in model.parameters():
                        drawn = torch.tensor(rng.uniform(-0.8, 0.8, parameter.shape), dtype=torch.float32)
                        # Positive biases keep ReLU units alive, so that no gradient is 0.
                        parameter.copy_(drawn.abs() if kind == "rnn_relu" and parameter.ndim == 1 else drawn)
                found |= {f"{case}/state/{k}": v.numpy().copy() for k, v in model.state_dict().items()}
                for name, dtype in (("float32", torch.float32), ("float64", torch.float64)):
                    found |= {f"{case}/{name}/{k}": v for k, v in judged(model, codes, dtype).items()}
    np.savez_compressed(Path(__file__).with_name("torch_weights.npz"), **found)


if __name__ == "__main__":
    main()
