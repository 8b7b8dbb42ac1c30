"""How long and how large a child process may get, and how a child keeps to it."""

import contextlib
import os
import sys
import threading
from dataclasses import dataclass

_CPU_SPARE = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a target may use.

    Attributes:
        seconds: of time for one target; on a busy machine, of processor time.
        megabytes: of address space for the whole process.
    """

    seconds: float = 20.0
    megabytes: int = 4096


def set_memory(limits: Limits) -> None:
    """Bound this process's memory where the system can; beyond it allocations raise MemoryError."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        size = limits.megabytes * 2**20
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size if hard == resource.RLIM_INFINITY else min(size, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_time(limits: Limits) -> None:
    """Bound the processor time from now on, in case that nobody is left to end this process."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + _CPU_SPARE
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def end_with(parent: int) -> None:
    """End this process when the parent at the other end of a pipe is gone.

    Args:
        parent: descriptor to which nothing is written any more.
    """

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(parent, 1024):
                pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def quiet() -> int:
    """Let whatever is printed go to standard error, and return a descriptor for results of its own."""
    results = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    return results


def without_input() -> int:
    """Make standard input empty, and return a descriptor of what it was."""
    before = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return before
