"""Forward and backward pass of an LSTM, float64, one thread: this package beside PyTorch and HIPS autograd.

Prints a Markdown table. Run `python -m benchmarks.lstm_speed` as `benchmarks/README.md` says.
"""

import argparse

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks.lstm_peers import of_autograd, of_torch, torch_order
from benchmarks.lstm_task import Task, draw, ours, products
from benchmarks.timing import Rounds, environment, interleaved, milliseconds, ratio, table
from bptt_viz.tape.memory import keep_freed_memory

T = 50
SIZES = ((1, 16, 16), (4, 32, 64), (16, 64, 128), (32, 128, 256))
WITHOUT_AUTOGRAD = SIZES[3:]
HEAD = ("N, D, H", "ours", "torch", "torch ÷ ours", "autograd", "autograd ÷ ours", "products", "ours ÷ products")


def agree(task: Task, with_autograd: bool) -> None:
    """Hold all sides to the same gradients."""
    expected = ours(task)()
    inverse = np.argsort(torch_order(task))
    found = {"torch": [gradient.numpy().T[..., inverse] for gradient in of_torch(task)()]}
    if with_autograd:
        found["autograd"] = of_autograd(task)()
    for name, gradients in found.items():
        for left, right in zip(expected, gradients, strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9, err_msg=name)


def measure(task: Task, with_autograd: bool, rounds: int) -> Rounds:
    """Time all sides of one task."""
    calls = {"torch": of_torch(task), "ours": ours(task), "products": products(task)}
    if with_autograd:
        calls["autograd"] = of_autograd(task)
    return interleaved(calls, rounds)


def row(size: tuple[int, ...], rounds: int) -> tuple[str, ...]:
    """Return one line of the table."""
    task, with_autograd = draw(T, *size), size not in WITHOUT_AUTOGRAD
    agree(task, with_autograd)
    found = measure(task, with_autograd, rounds)
    return (
        ", ".join(map(str, size)),
        milliseconds(found["ours"]),
        milliseconds(found["torch"]),
        f"{ratio(found, 'torch', 'ours'):.2f}",
        milliseconds(found["autograd"]) if with_autograd else "",
        f"{ratio(found, 'autograd', 'ours'):.2f}" if with_autograd else "",
        milliseconds(found["products"]),
        f"{ratio(found, 'ours', 'products'):.2f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="interleaved rounds, at least 7 for a figure to quote")
    parser.add_argument("--default-malloc", action="store_true", help="leave the C library's thresholds as they are")
    asked = parser.parse_args()
    kept = not asked.default_malloc and keep_freed_memory()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        print(f"{environment()}; torch {torch.__version__}; freed memory {'kept' if kept else 'returned'}")
        print(f"T = {T}, times in ms, median of {asked.rounds} rounds\n")
        print(table(HEAD, [row(size, asked.rounds) for size in SIZES]))


if __name__ == "__main__":
    main()
