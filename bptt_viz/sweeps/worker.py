"""A process that does runs one after the other, and the pool of those on this machine."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from bptt_viz.errors import BpttVizError
from bptt_viz.sweeps.store import Outcome

Task = tuple[int, list[str]]
"""A run's place and its command line."""

Fields = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Document → what is kept of it."""

# One thread each: workers that share cores must not fight for them.
_ALONE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS"), "1"
)
Run = Callable[[list[str]], tuple[Mapping[str, Any] | None, str]]
"""Command line → its document, and its error in one line or nothing."""

COMMAND = ("-m", "bptt_viz", "sweep", "serve", "-")
"""What Python is told, to be a worker."""


class RunFailed(BpttVizError):  # noqa: N818 - an outcome that is kept
    """The command refused or failed; the message is what it said."""


class WorkerDied(RunFailed):
    """The process ended without an answer."""


class Worker:
    """One process, started when it is first needed and again after a death."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    def run(self, line: Sequence[str]) -> Mapping[str, Any]:
        """Do one run and return its document.

        Raises:
            WorkerDied: the process ended in the middle of it.
            RunFailed: the command refused or failed.
        """
        if self._ended:
            raise WorkerDied("the sweep was stopped")
        process = self._process or self._start()
        assert process.stdin is not None, "it was started with pipes"
        assert process.stdout is not None, "it was started with pipes"
        try:
            process.stdin.write(json.dumps(list(line)) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except (OSError, ValueError):  # ValueError: closed by `kill`
            answer = ""
        if not answer:
            self._process = None
            raise WorkerDied(f"the worker died ({_death(_buried(process))})")
        try:
            found = json.loads(answer)
        except ValueError:  # loaded code wrote there past Python; the true answer may still come, so no more is asked
            self._process = None
            process.kill()
            _buried(process)
            raise RunFailed(f"the worker's answer is none: {answer[:80]!r}") from None
        if found["error"]:
            raise RunFailed(found["error"])
        document: Mapping[str, Any] = found["document"]
        return document

    def _start(self) -> "subprocess.Popen[str]":
        line = [sys.executable, *COMMAND]
        self._process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=os.environ | _ALONE,
            start_new_session=True,  # Ctrl-C is for the sweep, which ends its workers itself
        )
        return self._process

    def kill(self) -> None:
        """End the process for good, whatever it is doing."""
        self._ended = True
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            _buried(process)


def _buried(process: "subprocess.Popen[str]") -> int:
    """Let go of a process that has ended, or is about to, and return its exit code."""
    with suppress(OSError, ValueError):  # another thread may be closing the same pipes
        process.communicate()
    return process.wait()


def _death(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def serve(
    requests: Iterable[str], answers: TextIO, run: Callable[[list[str]], tuple[Mapping[str, Any] | None, str]]
) -> None:
    """Answer one request after the other until there are no more, or nobody reads the answers.

    Args:
        requests: command lines, each a JSON list.
        answers: gets one JSON object a line: `document`, and `error` in one line or empty.
        run: does a command line.
    """
    for request in requests:
        document, error = run(json.loads(request))
        try:
            answers.write(json.dumps({"document": document, "error": error}) + "\n")
            answers.flush()
        except OSError:
            return


def attempted(worker: Worker, line: Sequence[str], fields: Fields) -> Outcome:
    """Do one run; a worker that dies gets one more try, for it may have been killed from outside."""
    start = time.perf_counter()
    for last in (False, True):
        try:
            return Outcome(fields(worker.run(line)), time.perf_counter() - start)
        except WorkerDied as death:
            if last:
                return Outcome({}, time.perf_counter() - start, str(death))
        except BpttVizError as error:  # also a document without a field that is to be kept
            return Outcome({}, time.perf_counter() - start, str(error))
    raise AssertionError("the second try always returns")


def run_here(tasks: Iterator[Task], jobs: int, fields: Fields) -> Iterator[tuple[int, Outcome]]:
    """Do all tasks with some worker processes on this machine, and yield each outcome as it comes.

    Tasks are taken one by one as workers fall free, so that a long list costs no memory.
    """
    done: queue.Queue[tuple[int, Outcome]] = queue.Queue()
    workers: list[Worker] = []
    free: list[Worker] = []
    under_way = 0
    try:
        for place, line in tasks:
            if not free and len(workers) < jobs:
                workers.append(Worker())
                free.append(workers[-1])
            while not free or not done.empty():  # what is done must be kept before anything else is begun
                yield done.get()
                under_way -= 1
            threading.Thread(target=_into, args=(done, free, free.pop(), place, line, fields), daemon=True).start()
            under_way += 1
        for _ in range(under_way):
            yield done.get()
    finally:
        for worker in workers:
            with suppress(OSError):
                worker.kill()


def _into(
    done: "queue.Queue[tuple[int, Outcome]]",
    free: list[Worker],
    worker: Worker,
    place: int,
    line: Sequence[str],
    fields: Fields,
) -> None:
    outcome = attempted(worker, line, fields)
    free.append(worker)
    done.put((place, outcome))
