"""The likeliest ways in which all shapes fit: runs in the order of how unlikely what they suppose is."""

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Generic, TypeVar

from bptt_viz.targets.recognise.inference.choices import Choices, Exhausted, Form, Listed
from bptt_viz.targets.recognise.inference.dims import Conflict
from bptt_viz.targets.recognise.inference.run import Run

Result = TypeVar("Result")

_RUNS = 120
_STEPS = 60_000  # of code in all runs together: a second or two
_FURTHER = 2.0


@dataclass(frozen=True, slots=True)
class Solution(Generic[Result]):
    """A way in which everything fits.

    Attributes:
        cost: how unlikely what it supposes is.
        run: with what was found.
        result: of the attempt.
    """

    cost: float
    run: Run
    result: Result


@dataclass(frozen=True, order=True, slots=True)
class _Way:
    """A way that was not gone yet: its price, then its place in line, with what is supposed beforehand."""

    cost: float
    order: int
    path: tuple[int, ...] = field(default=(), compare=False)
    lists: Mapping[str, int] = field(default_factory=dict, compare=False)
    numbers: Mapping[str, int] = field(default_factory=dict, compare=False)


def search(
    forms: Callable[[str], Sequence[Form]],
    taken: Iterable[str],
    attempt: Callable[[Run], Result],
    sure: Callable[[Result], bool],
    lenient: bool = False,
) -> list[Solution[Result]]:
    """Return ways in which all shapes fit, likeliest first.

    What has not been tried is no likelier than what it supposes: the search ends when that exceeds the best found, or,
    for one that is not sure, when it exceeds it by much.

    Args:
        forms: what an input may look like, likeliest first.
        taken: names of arguments.
        attempt: follows the code; raises `Conflict` where shapes do not fit.
        sure: whether an attempt leaves nothing open.
        lenient: whether statements in which shapes do not fit are passed over.
    """
    waiting = [_Way(0.0, 0)]
    found: list[Solution[Result]] = []
    followed, order = 0, count(1)
    for _ in range(_RUNS):
        if not waiting or followed > _STEPS:
            break
        way = heapq.heappop(waiting)
        best = min(found, key=lambda solution: solution.cost, default=None)
        if best is not None and way.cost >= best.cost + (0 if sure(best.result) else _FURTHER):
            break
        run = Run(forms, Choices(way.path), frozenset(taken), {**way.lists}, way.numbers, lenient=lenient)
        try:
            result = attempt(run)
            found.append(Solution(way.cost + run.dims.strained, run, result))
        except Conflict:
            pass
        except Exhausted:
            break
        except Listed as told:
            if told.sure:  # what was tried without knowing it does not count
                waiting, found = [], []
            anew = replace(way, order=next(order), path=(), lists={**way.lists, **told.lists})
            heapq.heappush(waiting, replace(anew, numbers={**way.numbers, **told.numbers}))
            if told.sure:
                continue
        followed += run.steps
        for other, extra in _other_ways(run.choices, len(way.path)):
            heapq.heappush(waiting, replace(way, cost=way.cost + extra, order=next(order), path=other))
    return sorted(found, key=lambda solution: solution.cost)


def _other_ways(choices: Choices, gone: int) -> list[tuple[tuple[int, ...], float]]:
    """Return the ways not gone at the choices that a path did not prescribe, with their prices."""
    return [
        ((*choices.taken[:at], way), choices.prices[at][way])
        for at in range(gone, len(choices.taken))
        for way in range(1, len(choices.prices[at]))
    ]
