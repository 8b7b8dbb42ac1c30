"""The credit matrix ‖∂L_k/∂h_t‖ of an LSTM with a softmax readout, float64, one thread: this package beside PyTorch.

PyTorch loops over `torch.nn.LSTMCell` and goes back in two ways: a call of `torch.autograd.grad` a loss with
`retain_graph`, and one call for all losses with `is_grads_batched`. All sides record the forward pass as well, and end
with the same matrix, which is compared before anything is timed. Freed memory is kept, for all sides alike.

Prints a Markdown table. Run `python -m benchmarks.credit` where there is PyTorch; see `benchmarks/README.md`.
"""

import argparse

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks.timing import Call, environment, interleaved, milliseconds, ratio, table
from bptt_viz.analyses.credit import credit_matrix, recorded
from bptt_viz.models import Prepared, Request, prepare
from bptt_viz.tape.memory import keep_freed_memory

SIZES = ((50, 1, 64), (200, 1, 64), (200, 8, 64), (200, 1, 256))
HEAD = ("T, N, H", "ours, ms", "torch, a call a loss, ms", "÷ ours", "torch, one batched call, ms", "÷ ours")


def ours(prepared: Prepared) -> Call:
    return lambda: credit_matrix(*recorded(prepared), ("h",), 0)


class Model:
    """The same model in PyTorch, whose gates stand as i, f, g, o."""

    def __init__(self, prepared: Prepared) -> None:
        values, hidden = prepared.values, prepared.request.hidden
        i, f, o, g = np.split(np.arange(4 * hidden), 4)
        order = np.concatenate([i, f, g, o])
        vocabulary = len(prepared.batch.vocabulary)
        self.cell = torch.nn.LSTMCell(vocabulary, hidden, dtype=torch.float64)
        self.readout = torch.nn.Linear(hidden, vocabulary, dtype=torch.float64)
        with torch.no_grad():
            self.cell.weight_ih.copy_(torch.from_numpy(values["W_xh"][:, order].T))
            self.cell.weight_hh.copy_(torch.from_numpy(values["W_hh"][:, order].T))
            self.cell.bias_ih.copy_(torch.from_numpy(values["b_h"][order]))
            self.cell.bias_hh.zero_()
            self.readout.weight.copy_(torch.from_numpy(values["W_hy"].T))
            self.readout.bias.copy_(torch.from_numpy(values["b_y"]))
        self.x = torch.from_numpy(prepared.batch.one_hot())
        self.targets = torch.from_numpy(prepared.batch.targets)

    def forward(self) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """Return h_1 … h_T and L_1 … L_T."""
        h = c = torch.zeros(self.x.shape[1], self.cell.hidden_size, dtype=torch.float64)
        hs, losses = [], []
        for x_t, target in zip(self.x, self.targets, strict=True):
            h, c = self.cell(x_t, (h, c))
            hs.append(h)
            losses.append(torch.nn.functional.cross_entropy(self.readout(h), target))
        return hs, losses

    def a_call_a_loss(self) -> np.ndarray:
        hs, losses = self.forward()
        found = torch.zeros(len(losses), len(hs), dtype=torch.float64)
        for k, loss in enumerate(losses):
            gradients = torch.autograd.grad(loss, hs[: k + 1], retain_graph=True)
            found[k, : k + 1] = torch.linalg.vector_norm(torch.stack(gradients), dim=(1, 2))
        return found.numpy()

    def batched(self) -> np.ndarray:
        hs, losses = self.forward()
        seeds = torch.eye(len(losses), dtype=torch.float64)
        gradients = torch.autograd.grad(torch.stack(losses), hs, seeds, is_grads_batched=True)
        return torch.linalg.vector_norm(torch.stack(gradients, dim=1), dim=(2, 3)).numpy()


def row(size: tuple[int, int, int], rounds: int) -> tuple[str, ...]:
    T, N, H = size
    prepared = prepare(Request(cell="lstm", hidden=H, steps=T, batch=N))
    model = Model(prepared)
    calls = {"ours": ours(prepared), "torch": model.a_call_a_loss, "batched": model.batched}
    expected = calls["ours"]()
    for name in ("torch", "batched"):
        np.testing.assert_allclose(calls[name](), expected, rtol=1e-9, atol=1e-15, err_msg=name)
    found = interleaved(calls, rounds)
    beside = [text for name in ("torch", "batched") for text in _beside(found, name)]
    return (", ".join(map(str, size)), milliseconds(found["ours"]), *beside)


def _beside(found: dict[str, list[float]], name: str) -> tuple[str, str]:
    return milliseconds(found[name]), f"{ratio(found, name, 'ours'):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="interleaved rounds, at least 7 for a figure to quote")
    parser.add_argument("--quick", action="store_true", help="only T = 200, N = 1, H = 64")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    with threadpool_limits(1):
        print(f"{environment()}; torch {torch.__version__}, median of {chosen.rounds} rounds\n")
        print(table(HEAD, [row(size, chosen.rounds) for size in (SIZES[1:2] if chosen.quick else SIZES)]))


if __name__ == "__main__":
    main()
