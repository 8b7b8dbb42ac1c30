"""The runs of a sweep on a Dask cluster that is there already (extra `dask`)."""

from collections.abc import Iterator, Sequence
from typing import Any

from bptt_viz.errors import MissingError, UsageError
from bptt_viz.sweeps.store import Outcome
from bptt_viz.sweeps.worker import Fields, Task, Worker, attempted

_PATIENCE = "10s"
_WINDOW = 4  # tasks handed over for each thread of the cluster
_RETRIES = 10  # of a task whose worker was lost

# One process of ours for each process of the cluster's that was ever given a run.
_workers: list[Worker] = []


def run_on(address: str, tasks: Iterator[Task], fields: Fields) -> Iterator[tuple[int, Outcome]]:
    """Do all tasks on a cluster, a bounded number of them handed over at a time, and yield each outcome as it comes.

    Workers may join and leave: what a lost one had is done by another.

    Args:
        address: of the scheduler, such as `tcp://host:8786`.
        tasks: places and command lines.
        fields: what is kept of a document.

    Raises:
        MissingError: dask.distributed is not installed.
        UsageError: no scheduler answers there.
    """
    try:
        from distributed import Client
        from distributed import as_completed as first_finished
    except ImportError:
        raise MissingError("--scheduler needs Dask; install it with `pip install 'bptt-viz[dask]'`") from None
    connect: Any = Client
    try:
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {address}: no Dask scheduler answers there ({error})") from None
    with client:
        started: Any = first_finished  # without types, whether or not Dask is installed where this is checked
        under_way = started([], loop=client.loop)
        places: dict[str, int] = {}
        for place, line in tasks:
            future = client.submit(one_run, line, fields, pure=False, retries=_RETRIES)
            places[future.key] = place
            under_way.add(future)
            if len(places) >= _window(client):
                yield _taken(next(under_way), places)
        for future in under_way:
            yield _taken(future, places)


def _window(client: Any) -> int:
    threads = sum(client.nthreads().values())
    return _WINDOW * max(1, int(threads))


def _taken(future: Any, places: dict[str, int]) -> tuple[int, Outcome]:
    place = places.pop(future.key)
    error = future.exception()
    return place, future.result() if error is None else Outcome({}, 0.0, f"{type(error).__name__}: {error}")


def one_run(line: Sequence[str], fields: Fields) -> Outcome:
    """Do one run in a process of its own beside the cluster's worker, which is kept for the next."""
    worker = _workers.pop() if _workers else Worker()
    try:
        return attempted(worker, line, fields)
    finally:
        _workers.append(worker)
