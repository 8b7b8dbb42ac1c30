"""A progress bar on standard error, for what takes longer than a second, and only on a terminal."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tick = Callable[[float], None]
"""Takes the finished share, between 0 and 1."""

_PATIENCE = 1.0  # seconds


@contextmanager
def progress(label: str) -> Iterator[Tick]:
    """Yield a function that shows the finished share once a second has passed."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(label, total=1.0, visible=False)
        start = time.monotonic()

        def tick(share: float) -> None:
            if time.monotonic() - start > _PATIENCE:
                bar.update(task, completed=share, visible=True, refresh=True)

        yield tick


def _silent(share: float) -> None:
    """Show nothing."""
