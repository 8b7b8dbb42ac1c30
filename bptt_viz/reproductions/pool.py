"""Many command lines done by worker processes, for experiments that are made of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.reproductions.interface import Tick
from bptt_viz.sweeps.worker import run_here


def documents(lines: Sequence[Sequence[str]], jobs: int, tick: Tick) -> list[Mapping[str, Any]]:
    """Return the document of each command line, in order.

    Args:
        lines: without `--json`.
        jobs: worker processes.
        tick: takes the finished share.

    Raises:
        UsageError: one of them failed.
    """
    found: dict[int, Mapping[str, Any]] = {}
    tasks = ((place, [*line, "--json"]) for place, line in enumerate(lines))
    for place, outcome in run_here(tasks, jobs, dict):
        if outcome.error:
            raise UsageError(f"{' '.join(lines[place])}: {outcome.error}")
        found[place] = outcome.fields
        tick(len(found) / len(lines))
    return [found[place] for place in range(len(lines))]
