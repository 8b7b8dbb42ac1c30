"""Peak memory and time of an LSTM over long sequences, a time step: both are linear in T where they stay the same.

N = 1, D = H = 16, float64. Run `python -m benchmarks.memory`.
"""

import gc
import tracemalloc
from statistics import median
from time import perf_counter

from threadpoolctl import threadpool_limits

from benchmarks.lstm_task import draw, ours
from benchmarks.timing import Call, environment, table

LENGTHS = (1_000, 10_000)
ROUNDS = 7


def peak(call: Call) -> int:
    """Return the most bytes that the call has in use at once."""
    gc.collect()
    tracemalloc.start()
    call()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def seconds(call: Call) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return median(times)


def row(T: int) -> tuple[str, ...]:
    """Return one line of the table."""
    call = ours(draw(T, 1, 16, 16))
    call()
    most, took = peak(call), seconds(call)
    return f"{T:,}", f"{most / 2**20:.1f}", f"{most / T:,.0f}", f"{1e3 * took:.1f}", f"{1e6 * took / T:.1f}"


def main() -> None:
    with threadpool_limits(1):
        print(f"{environment()}; median of {ROUNDS} calls\n")
        head = ("T", "peak, MiB", "peak a step, bytes", "record + backward, ms", "a step, µs")
        print(table(head, [row(T) for T in LENGTHS]))


if __name__ == "__main__":
    main()
