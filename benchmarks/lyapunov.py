"""The whole Lyapunov spectrum of a recurrent network, float64, one thread: beside its products and QRs alone.

The yardstick multiplies the same Jacobians, which are there already, into a frame and factorises it at every step; it
leaves out recording, Jacobians, determinants and means. Both find the same exponents, which is checked first.

Prints a Markdown table. Run `python -m benchmarks.lyapunov`; it needs no peer.
"""

import argparse
from collections.abc import Sequence
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.timing import Call, environment, interleaved, ratio, table
from bptt_viz.analyses.jacobians import temporal_jacobians
from bptt_viz.analyses.lyapunov import lyapunov
from bptt_viz.arrays import Array
from bptt_viz.models import Request, prepare
from bptt_viz.tape.memory import keep_freed_memory

SIZES = (("rnn", 64, 1000), ("lstm", 64, 300), ("rnn", 256, 1000), ("lstm", 256, 100))
HEAD = ("cell", "H", "T", "exponents", "ours, s", "products and QRs, s", "ours ÷ them")


def alone(jacobians: Sequence[Array]) -> Array:
    """Return the exponents by products and QR factorisations."""
    frame, total = np.eye(len(jacobians[0])), np.zeros(len(jacobians[0]))
    for jacobian in jacobians:
        frame, triangle = np.linalg.qr(jacobian @ frame)
        total += np.log(np.abs(np.diagonal(triangle)))
    return np.sort(total / len(jacobians))[::-1]


def row(size: tuple[str, int, int], rounds: int) -> tuple[str, ...]:
    cell, H, T = size
    prepared = prepare(Request(cell=cell, hidden=H, steps=T, init="radius=1.2"))
    jacobians = list(temporal_jacobians(prepared))
    calls: dict[str, Call] = {
        "ours": lambda: lyapunov(temporal_jacobians(prepared)).exponents,
        "alone": lambda: alone(jacobians),
    }
    np.testing.assert_allclose(calls["ours"](), calls["alone"](), atol=1e-9)
    found = interleaved(calls, rounds)
    seconds = (f"{median(found[name]):.2f}" for name in ("ours", "alone"))
    return (cell, str(H), f"{T:,}", str(len(jacobians[0])), *seconds, f"{ratio(found, 'ours', 'alone'):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds")
    chosen = parser.parse_args()
    keep_freed_memory()
    with threadpool_limits(1):
        print(f"{environment()}; median of {chosen.rounds} rounds\n")
        print(table(HEAD, [row(size, chosen.rounds) for size in SIZES]))


if __name__ == "__main__":
    main()
