"""The other libraries' ways of differentiating an `lstm_task`: PyTorch and HIPS autograd."""

import autograd
import autograd.numpy as anp
import numpy as np
import torch

from benchmarks.lstm_task import Task
from benchmarks.timing import Call


def of_torch(task: Task) -> Call:
    """Loop over `torch.nn.LSTMCell`."""
    order = torch_order(task)
    cell = torch.nn.LSTMCell(len(task.W_xh), len(task.W_hh), dtype=torch.float64)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(task.W_xh[:, order].T))
        cell.weight_hh.copy_(torch.from_numpy(task.W_hh[:, order].T))
        cell.bias_ih.copy_(torch.from_numpy(task.b_h[order]))
        cell.bias_hh.zero_()
    x, start = torch.from_numpy(task.x), torch.from_numpy(task.zeros)

    def call() -> list[torch.Tensor]:
        cell.zero_grad()
        h, c, hs = start, start, []
        for x_t in x:
            h, c = cell(x_t, (h, c))
            hs.append(h)
        # A little faster than torch.autograd.backward(hs, ones).
        torch.stack(hs).sum().backward()
        return [cell.weight_ih.grad, cell.weight_hh.grad, cell.bias_ih.grad]

    return call


def torch_order(task: Task) -> np.ndarray:
    """Return where PyTorch's gates i, f, g, o stand among ours."""
    i, f, o, g = np.split(np.arange(task.b_h.size), 4)
    return np.concatenate([i, f, g, o])


def of_autograd(task: Task) -> Call:
    """Differentiate the cell's equations, written by hand, with HIPS autograd."""
    H = len(task.W_hh)

    def loss(parameters: tuple[np.ndarray, ...]) -> np.ndarray:
        W_xh, W_hh, b_h = parameters
        h = c = task.zeros
        total = 0.0
        for x_t in task.x:
            raw = anp.dot(x_t, W_xh) + anp.dot(h, W_hh) + b_h
            # All three gates at once, and σ by exp rather than by tanh: the fastest of what was tried.
            gates = 1.0 / (1.0 + anp.exp(-raw[:, : 3 * H]))
            i, f, o = gates[:, :H], gates[:, H : 2 * H], gates[:, 2 * H :]
            c = f * c + i * anp.tanh(raw[:, 3 * H :])
            h = o * anp.tanh(c)
            total = total + anp.sum(h)
        return total

    gradient = autograd.grad(loss)
    return lambda: gradient((task.W_xh, task.W_hh, task.b_h))
