"""The likeliest ways in which all shapes fit: runs in the order of how unlikely what they suppose is."""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bptt_viz.targets.recognise.inference.dims import Conflict
from bptt_viz.targets.recognise.inference.run import Choices, Exhausted, Form, Run

Result = TypeVar("Result")

_RUNS = 160
_FURTHER_RUNS = 24
_FURTHER_COST = 2.5


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


def search(
    forms: Callable[[str], Sequence[Form]],
    taken: Iterable[str],
    attempt: Callable[[Run], Result],
    enough: int = 4,
    lenient: bool = False,
) -> tuple[list[Solution[Result]], str]:
    """Return ways in which all shapes fit, likeliest first, and the first conflict met, empty if there was none.

    Args:
        forms: what an input may look like, likeliest first.
        taken: names of arguments.
        attempt: follows the code; raises `Conflict` where shapes do not fit.
        enough: how many ways to look for.
        lenient: whether statements in which shapes do not fit are passed over.
    """
    waiting: list[tuple[float, int, tuple[int, ...]]] = [(0.0, 0, ())]
    found: list[Solution[Result]] = []
    first, runs, last = "", 0, _RUNS
    while waiting and runs < last and len(found) < enough:
        cost, _, path = heapq.heappop(waiting)
        if found and cost > found[0].cost + _FURTHER_COST:
            break
        runs += 1
        run = Run(forms, Choices(path), frozenset(taken), lenient=lenient)
        try:
            result = attempt(run)
            found.append(Solution(cost + run.dims.strained, run, result))
            last = min(last, runs + _FURTHER_RUNS) if len(found) == 1 else last
        except Conflict as fault:
            first = first or str(fault)
        except Exhausted:
            return found, first or "there is too much code to follow"
        for other, extra in _other_ways(run.choices, len(path)):
            heapq.heappush(waiting, (cost + extra, len(waiting) + runs * 1000, other))
    return sorted(found, key=lambda solution: solution.cost), first


def _other_ways(choices: Choices, gone: int) -> list[tuple[tuple[int, ...], float]]:
    """Return the ways not gone at the choices that a path did not prescribe, with their prices."""
    return [
        ((*choices.taken[:at], way), choices.prices[at][way])
        for at in range(gone, len(choices.taken))
        for way in range(1, len(choices.prices[at]))
    ]
