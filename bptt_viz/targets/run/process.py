"""The parent's side of a child process: started, listened to, ended in time, and started again after a death."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bptt_viz.targets.run.limits import Limits

# Starting Python and NumPy on a busy machine.
_START = 60.0
# How Linux numbers the clocks of processes, and from which share of the time on a child is not idle.
_PROCESS_CLOCK, _BUSY = 2, 0.1
# What is kept of what a child prints.
_TAIL = 4096
# One thread is best for small arrays, and address space is not spent on the others' buffers.
_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass(frozen=True, slots=True)
class Death:
    """A child that ended before its time.

    Attributes:
        cause: `time` if it was ended because its time was up, else `exit` or `signal`.
        code: exit code, or number of the signal.
        said: the end of what it had printed.
        trace: what it was doing when its time was nearly up, as `faulthandler` writes it; else empty.
    """

    cause: str
    code: int
    said: str
    trace: str


Answer = tuple[int, Any]
"""A target's number, with the decoded result or a `Death`."""


def answers(order: dict[str, Any], numbers: Sequence[int], limits: Limits) -> Generator[Answer]:
    """Yield an answer for each target in order; a child that dies costs no target but the one it died of.

    Args:
        order: what a worker needs to know.
        numbers: of the targets to check.
        limits: of each.
    """
    left = list(numbers)
    while left:
        with _child({**order, "numbers": left}, limits) as child:
            for answer in child.answers(left[0]):
                yield answer
                left.remove(answer[0])


@contextlib.contextmanager
def _child(order: dict[str, Any], limits: Limits) -> Iterator["_Child"]:
    with tempfile.TemporaryDirectory(prefix="bptt-viz-", ignore_cleanup_errors=True) as folder:
        child = _Child(order, limits, Path(folder) / "traces")
        try:
            yield child
        finally:
            child.end()


class _Child:
    def __init__(self, order: dict[str, Any], limits: Limits, traces: Path) -> None:
        self._limits = limits
        self._traces = traces
        self._said = b""
        self._lines: queue.Queue[str | None] = queue.Queue()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bptt_viz.targets.run.worker"],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env={**os.environ, **dict.fromkeys(_THREADS, "1"), "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,  # Ctrl-C is the parent's to hear; and whatever the child starts ends with it
        )
        assert self._process.stdin is not None, "it was asked for"
        words = {**order, "limits": {"seconds": limits.seconds, "megabytes": limits.megabytes}, "traces": str(traces)}
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
        self._listeners = [self._listen(self._read_lines), self._listen(self._read_said)]

    def answers(self, first: int) -> Iterator[Answer]:
        """Yield what comes back until the child is done or dead."""
        running, used = first, 0.0
        deadline = time.monotonic() + _START + self._limits.seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                waited = self._still_owed(used)
                if waited > 0:
                    deadline = time.monotonic() + waited
                    continue
                yield running, self._death(in_time=False)
                return
            message = json.loads(line) if line is not None else {}
            if "started" in message:
                running, used = message["started"], self._used()
                deadline = time.monotonic() + self._limits.seconds
            elif "broken" in message:
                raise RuntimeError(f"in the child process:\n{message['broken']}")
            elif "finished" in message:
                yield message["finished"], message["found"]
                running = -1
                deadline = time.monotonic() + _START
            else:
                self._process.wait()
                if running >= 0:
                    yield running, self._death(in_time=True)
                return

    def _used(self) -> float:
        """Return the processor time that the child has used; 0 where the system does not tell."""
        try:
            return time.clock_gettime(~self._process.pid << 3 | _PROCESS_CLOCK)
        except (OSError, AttributeError, ValueError, OverflowError):
            return 0.0

    def _still_owed(self, before: float) -> float:
        """Return for how long to wait on: a busy machine gives a child less than its time.

        None for one that is idle, since it waits for something that will not come.
        """
        used = self._used() - before
        if before == 0.0 or used < _BUSY * self._limits.seconds:
            return 0.0
        return max(0.0, self._limits.seconds - used)

    def end(self) -> None:
        """End the child and whatever it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _death(self, in_time: bool) -> Death:
        if not in_time:
            trace = self._traces.read_text(encoding="utf-8", errors="replace") if self._traces.exists() else ""
            return Death("time", 0, self._tail(), trace)
        code = self._process.returncode
        return Death("signal", -code, self._tail(), "") if code < 0 else Death("exit", code, self._tail(), "")

    def _tail(self) -> str:
        return self._said.decode("utf-8", errors="replace").strip()

    def _listen(self, what: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=what, daemon=True)
        thread.start()
        return thread

    def _read_lines(self) -> None:
        stream: IO[bytes] | None = self._process.stdout
        assert stream is not None, "it was asked for"
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                self._lines.put(line.decode())
        self._lines.put(None)

    def _read_said(self) -> None:
        stream: IO[bytes] | None = self._process.stderr
        assert stream is not None, "it was asked for"
        with contextlib.suppress(ValueError, OSError):
            while part := os.read(stream.fileno(), 65536):
                self._said = (self._said + part)[-_TAIL:]
