"""What is shown on standard error while a model learns: a line now and then, and a bar on a terminal."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bptt_viz.console.progress import Tick, progress
from bptt_viz.training.learner import Update

_SECONDS, _SHARE = 2.0, 0.2
"""Between two lines: at least so many seconds, and such a share of the time so far."""


class TrainingLog:
    """Sums up the updates since its last line."""

    def __init__(self, updates: int, before: int, tick: Tick) -> None:
        self._updates = updates
        self._tick = tick
        self._before = before
        self._start = self._last = time.monotonic()
        self._seen: list[Update] = []

    @classmethod
    @contextmanager
    def shown(cls, updates: int, before: int) -> "Iterator[TrainingLog]":
        """Yield a log that has a progress bar.

        Args:
            updates: how many there will have been in the end.
            before: how many there have been.
        """
        with progress("training") as tick:
            yield cls(updates, before, tick)

    def tell(self, update: Update) -> None:
        """Take note of an update, and write a line if it is time."""
        self._seen.append(update)
        now = time.monotonic()
        if now - self._last >= max(_SECONDS, _SHARE * (now - self._start)):
            self._line(update, now)
        if update.number % 16 == 0:
            self._tick(update.number / max(self._updates, 1))

    def _line(self, update: Update, now: float) -> None:
        characters = sum(each.characters for each in self._seen)
        loss = sum(each.loss for each in self._seen) / sum(each.steps for each in self._seen)
        clipped = sum(each.clipped for each in self._seen) / len(self._seen)
        pace = (update.number - self._before) / (now - self._start)
        left = (self._updates - update.number) / pace
        self.say(
            f"update {update.number:,}: {loss:.3f} nats ({loss / math.log(2):.2f} bits) a character, gradient norm"
            f" {update.norm:.2g}, clipped {clipped:.0%}, {characters / (now - self._last):,.0f} characters a second,"
            f" {_clock(left)} left"
        )
        self._seen, self._last = [], now

    def say(self, text: str) -> None:
        """Write text on standard error."""
        if sys.stderr is not None:
            sys.stderr.write(text + "\n")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
