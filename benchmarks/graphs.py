"""Op-level pictures of an LSTM, process to file: time, memory and growth with T, beside pytorchviz with dot.

Run `python -m benchmarks.graphs` as `benchmarks/README.md` says.
"""

import argparse
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.timing import environment, table

LENGTHS = (20, 100, 1000, 4000)
SIDE_BY_SIDE = 20
"""Time steps of the picture that both sides draw; dot takes minutes for 50."""

PEER = """
import sys

import torch
from torchviz import make_dot

T, target = int(sys.argv[1]), sys.argv[2]
torch.manual_seed(0)
cell, readout = torch.nn.LSTMCell(9, 32), torch.nn.Linear(32, 9)
h = c = torch.zeros(1, 32)
loss = 0.0
for x in torch.eye(9)[torch.arange(T) % 9]:
    h, c = cell(x[None], (h, c))
    loss = loss + torch.nn.functional.cross_entropy(readout(h), torch.tensor([0]))
named = dict(cell.named_parameters(prefix="cell")) | dict(readout.named_parameters(prefix="readout"))
make_dot(loss, params=named).render(outfile=target, cleanup=True)
"""


@dataclass(frozen=True)
class Run:
    """What one process took, its children included: seconds on the clock and on processors, megabytes at its peak."""

    wall: float
    cpu: float
    peak: float


def run(arguments: Sequence[str]) -> Run:
    """Run Python in a process of its own and refuse any exit code but 0."""
    start = perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with exit code {process.returncode}")
    return Run(perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)


def ours(steps: int, target: Path, *more: str) -> Run:
    """Draw every operation of an LSTM over a text."""
    text = target.with_name("text.txt")
    text.write_text("to be or not to be, that is the question; " * (steps // 40 + 1))
    graph = ["-m", "bptt_viz", "graph", "lstm", "--level", "op", "--at", ":", "--steps", str(steps)]
    return run([*graph, *more, "--text", str(text), "-o", str(target)])


def lengths(folder: Path, rounds: int, more: Sequence[str]) -> list[tuple[str, ...]]:
    """Return rows of the table of lengths, and the growth between the second and the last."""
    found = {T: [ours(T, folder / f"{T}.svg", *more) for _ in range(rounds)] for T in LENGTHS}
    cpu = {T: median(one.cpu for one in runs) for T, runs in found.items()}
    growth = math.log(cpu[LENGTHS[-1]] / cpu[LENGTHS[1]]) / math.log(LENGTHS[-1] / LENGTHS[1])
    return [
        (
            " ".join(more) or "plain",
            f"{T:,}",
            f"{median(one.wall for one in runs):.2f}",
            f"{cpu[T]:.2f}",
            f"{max(one.peak for one in runs):.0f}",
            f"{(folder / f'{T}.svg').stat().st_size / 1e6:.1f}",
            f"{growth:.2f}" if LENGTHS[-1] == T else "",
        )
        for T, runs in found.items()
    ]


def beside(folder: Path, rounds: int) -> tuple[str, ...]:
    """Return the row of pytorchviz with dot, run in turns with ours."""
    script, target = folder / "peer.py", folder / "peer.svg"
    script.write_text(PEER)
    pairs = [
        (ours(SIDE_BY_SIDE, folder / "ours.svg"), run([str(script), str(SIDE_BY_SIDE), str(target)]))
        for _ in range(rounds)
    ]
    wall = median(other.wall / mine.wall for mine, other in pairs)
    cpu = median(other.cpu / mine.cpu for mine, other in pairs)
    times = [f"{median(side.wall for side in sides):.2f}" for sides in zip(*pairs, strict=True)]
    return str(SIDE_BY_SIDE), *times, f"{wall:.1f}", f"{cpu:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="processes of each kind")
    parser.add_argument("--alone", action="store_true", help="leave pytorchviz out")
    asked = parser.parse_args()
    print(f"{environment()}; median of {asked.rounds} rounds; the peak is the largest\n")
    head = ("picture", "T", "s, clock", "s, processor", "MB, peak", "MB, file", f"T^x from {LENGTHS[1]}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [row for more in ([], ["--gradients"]) for row in lengths(folder, asked.rounds, more)]
        print(table(head, rows))
        if not asked.alone:
            peers = ("T", "ours, s", "pytorchviz + dot, s", "ratio, clock", "ratio, processor")
            print("\n" + table(peers, [beside(folder, asked.rounds)]))


if __name__ == "__main__":
    main()
