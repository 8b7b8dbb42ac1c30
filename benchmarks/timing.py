"""What every benchmark shares: interleaved rounds, medians, and one line that says what they were taken on."""

import gc
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_info

Call = Callable[[], object]
Rounds = dict[str, list[float]]


def interleaved(calls: Mapping[str, Call], rounds: int = 9, seconds: float = 0.1) -> Rounds:
    """Time each call once a round, A B A B, so that a slow moment of the machine meets them all.

    Args:
        calls: what to time, by name.
        rounds: how many rounds are kept; one more comes first as a warm-up.
        seconds: how long a call is repeated within a round, about; its time there is the mean of the repeats.

    Returns:
        Seconds a call, one entry a round, by name.
    """
    # Full collections must not visit what a peer has merely imported and charge it to whoever is running.
    gc.collect()
    gc.freeze()
    repeats = {name: max(1, round(seconds / _once(call))) for name, call in calls.items()}
    found: Rounds = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(_mean(call, repeats[name]))
    return found


def _once(call: Call) -> float:
    call()
    return _mean(call, 1)


def _mean(call: Call, repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats


def ratio(found: Rounds, slow: str, fast: str) -> float:
    """Return the median over rounds of how many times as long `slow` takes as `fast`."""
    return median(a / b for a, b in zip(found[slow], found[fast], strict=True))


def milliseconds(times: list[float]) -> str:
    """Return the median as text."""
    return f"{1e3 * median(times):.2f}"


def environment() -> str:
    """Return processor, Python, NumPy and the BLAS libraries that are loaded, with their threads."""
    libraries = sorted(
        f"{pool['internal_api']} {pool['version']} ({pool['num_threads']} thread{'s' * (pool['num_threads'] > 1)})"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    )
    return (
        f"{_processor()}, {os.cpu_count()} cores; Python {platform.python_version()}; NumPy {np.__version__};"
        f" {', '.join(libraries)}"
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
