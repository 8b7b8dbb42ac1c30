"""Make torch_*.npz: what PyTorch computes for its recurrent layers, forward and backward, in float64.

Run `python tests/oracles/make_torch.py` where PyTorch is installed; the tests read only the files.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

T, N, D, H = 7, 3, 5, 4
LAYERS = {
    "rnn_tanh": (nn.RNN, {"nonlinearity": "tanh"}),
    "rnn_relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
}


def drawn(rng, *shape):
    return torch.tensor(rng.uniform(-1.0, 1.0, shape), requires_grad=True)


def results(output):
    """Name what a layer returns: (output, h_n), or (output, (h_n, c_n)) for an LSTM."""
    sequence, final = output
    states = final if isinstance(final, tuple) else (final,)
    return dict(zip(("output", "h_n", "c_n"), (sequence, *states), strict=False))


def vectors(kind, depth):
    """Return inputs, parameters, results, the cotangents of all results, and all gradients, by PyTorch's names."""
    make, options = LAYERS[kind]
    layer = make(D, H, num_layers=depth, dtype=torch.float64, **options)
    rng = np.random.default_rng((sorted(LAYERS).index(kind), depth))
    given = {"x": drawn(rng, T, N, D)}
    given |= {name: drawn(rng, depth, N, H) for name in (("h_0", "c_0") if kind == "lstm" else ("h_0",))}
    with torch.no_grad():
        for parameter in layer.parameters():
            values = drawn(rng, *parameter.shape)
            # Positive biases keep ReLU units alive, so that no gradient is 0.
            parameter.copy_(values.abs() if kind == "rnn_relu" and parameter.ndim == 1 else values)
    x, *states = given.values()
    found = results(layer(x, tuple(states) if len(states) > 1 else states[0]))
    cotangents = {name: drawn(rng, *value.shape) for name, value in found.items()}
    sum((cotangents[name].detach() * value).sum() for name, value in found.items()).backward()
    leaves = given | dict(layer.named_parameters())
    kept = leaves | found | {f"cotangent_{name}": value for name, value in cotangents.items()}
    kept |= {f"grad_{name}": value.grad for name, value in leaves.items()}
    return {name: value.detach().numpy() for name, value in kept.items()}


if __name__ == "__main__":
    for kind in LAYERS:
        for depth in (1, 2):
            np.savez_compressed(Path(__file__).with_name(f"torch_{kind}_{depth}.npz"), **vectors(kind, depth))
