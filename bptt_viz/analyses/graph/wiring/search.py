"""The cheapest way of a wire: first what it costs, by A*; then the way itself, among those that cost no more.

Dijkstra's search settles which of several cheapest ways is taken, by the order in which it comes to them. Leaving out
what cannot lead to a goal at the known cost changes nothing in that order: the bound never overestimates, and never
falls along a step by more than the step costs, so that nothing cheap enough is reached through what is left out.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

import numpy as np

from bptt_viz.analyses.graph.wiring.lattice import CLOSED, HEADINGS, NONE, OPPOSITE, TURN, Lattice
from bptt_viz.arrays import Array

_ROUNDING = 1e-6
_DIRECT = 8
"""Up to how many aims the bound looks at each; of more it takes the distance to the nearest."""

Place = int
"""A vertex and the heading in which it was reached, in one number: five times the vertex's number and the heading's."""


class Aim(NamedTuple):
    """A pin that a wire may reach: its vertex, what reaching it costs, how the wire must head there, whose it is."""

    vertex: int
    cost: float
    heading: int
    target: int


class Found(NamedTuple):
    """A way as vertices' numbers, and the aim that it leads to."""

    way: list[int]
    aim: Aim


class Search:
    """Ways on a lattice from some places to the nearest of some aims."""

    def __init__(self, lattice: Lattice, own: Mapping[int, object], aims: Sequence[Aim], bound: "Bound") -> None:
        self._lattice, self._own, self._bound = lattice, own, bound
        self._aims: dict[int, list[Aim]] = {}
        for aim in aims:
            self._aims.setdefault(aim.vertex, []).append(aim)

    def find(self, starts: Sequence[tuple[float, Place]]) -> Found:
        """Return the cheapest way; of several the one that Dijkstra's search comes to first."""
        return self._first(starts, self._cost(starts) + _ROUNDING)

    def _cost(self, starts: Sequence[tuple[float, Place]]) -> float:
        """Return what the cheapest way costs."""
        bound = self._bound
        best: dict[Place, float] = {}
        queue = [(cost + bound(place), -cost, place) for cost, place in starts]
        heapq.heapify(queue)
        while queue:
            _, spent, place = heapq.heappop(queue)
            if place < 0:
                return -spent
            if -spent > best.get(place, CLOSED):
                continue
            for price, aim in self._reached(place):
                heapq.heappush(queue, (price - spent, spent - price, -1 - aim.target))
            for after, price in self._moves(place):
                cost = price - spent
                if cost < best.get(after, CLOSED):
                    best[after] = cost
                    heapq.heappush(queue, (cost + bound(after), -cost, after))
        raise AssertionError("the channels reach every free side")

    def _first(self, starts: Sequence[tuple[float, Place]], limit: float) -> Found:
        """Return the way that Dijkstra's search finds, without looking at what leads to no goal within a limit."""
        bound = self._bound
        best: dict[Place, float] = {}
        came: dict[Place, Place] = {}
        queue: list[tuple[float, int, Place, Place, Aim | None]] = []
        for number, (cost, place) in enumerate(starts):
            if cost + bound(place) <= limit:
                queue.append((cost, number, place, -1, None))
        heapq.heapify(queue)
        number = len(starts)
        while queue:
            cost, _, place, before, reached = heapq.heappop(queue)
            if reached is not None:
                return Found(_traced(came, before), reached)
            if place in came:
                continue
            came[place] = before
            for price, aim in self._reached(place):
                number += 1
                heapq.heappush(queue, (cost + price, number, -1, place, aim))
            for after, price in self._moves(place):
                further = cost + price
                if further < best.get(after, CLOSED) and further + bound(after) <= limit:
                    best[after] = further
                    number += 1
                    heapq.heappush(queue, (further, number, after, place, None))
        raise AssertionError("a way of known cost is found again")

    def _reached(self, place: Place) -> Iterator[tuple[float, Aim]]:
        vertex, heading = divmod(place, 5)
        for aim in self._aims.get(vertex, ()):
            yield aim.cost + TURN * (heading not in (aim.heading, NONE)), aim

    def _moves(self, place: Place) -> list[tuple[Place, float]]:
        """Return the places that may come next, each with the price of going there."""
        vertex, heading = divmod(place, 5)
        lattice, found = self._lattice, []
        goes_on = lattice.is_crossed[vertex] and vertex not in self._own
        for ahead, step in enumerate(lattice.step):
            if heading in (ahead, NONE):
                price = lattice.onward[ahead][vertex]
            elif goes_on or ahead == OPPOSITE[heading]:
                continue
            else:
                price = lattice.turned[ahead][vertex]
            if price < CLOSED:
                found.append(((vertex + step) * 5 + ahead, price))
        return found


def _traced(came: Mapping[Place, Place], last: Place) -> list[int]:
    way = []
    while last >= 0:
        way.append(last // 5)
        last = came[last]
    return way[::-1]


Bound = Callable[[Place], float]
"""The least that a way from a place to any aim can cost."""


def bound_of(lattice: Lattice, aims: Sequence[Aim]) -> Bound:
    """Return a bound from distances along the board and, for few aims, the bends that are needed."""
    return _few(lattice, aims) if len(aims) <= _DIRECT else _many(lattice, aims)


def _few(lattice: Lattice, aims: Sequence[Aim]) -> Bound:
    height = lattice.height
    known: dict[Place, float] = {}
    right, left = lattice.rightward, lattice.leftward
    placed = [(*divmod(aim.vertex, height), aim.cost, aim.heading) for aim in aims]

    def bound(place: Place) -> float:
        if place in known:
            return known[place]
        vertex, heading = divmod(place, 5)
        i, j = divmod(vertex, height)
        least = CLOSED
        for x, y, cost, wanted in placed:
            along = right[x] - right[i] if x >= i else left[i] - left[x]
            whole = along + abs(y - j) + cost
            if whole < least:
                least = min(least, whole + TURN * _bends(heading, wanted, x - i, y - j))
        known[place] = least
        return least

    return bound


def _bends(heading: int, wanted: int, dx: int, dy: int) -> int:
    """Return how many bends a way needs at least that is to go on by (dx, dy) and end in the wanted heading."""
    wx, wy = HEADINGS[wanted]
    if heading == NONE:
        return 0 if dx * wx + dy * wy >= 0 and dx * wy == dy * wx else 1
    hx, hy = HEADINGS[heading]
    ahead, aside = dx * hx + dy * hy, dx * hy - dy * hx
    if heading // 2 == wanted // 2:
        if aside or ahead < 0:
            return 2
        return 0 if heading == wanted else 1
    if ahead < 0:
        return 3
    return 1 if dx * wx + dy * wy >= 0 else 2


def _many(lattice: Lattice, aims: Sequence[Aim]) -> Bound:
    """Take the distance to the nearest aim: without a bend if it lies straight ahead, else with one."""
    cost = np.full((len(HEADINGS), lattice.width, lattice.height), CLOSED)
    for aim in aims:
        i, j = divmod(aim.vertex, lattice.height)
        cost[aim.heading, i, j] = min(cost[aim.heading, i, j], aim.cost)
    right, left = np.array(lattice.rightward)[:, None], np.array(lattice.leftward)[:, None]
    level = np.arange(lattice.height)[None]
    towards: tuple[Callable[[Array], Array], ...] = (
        lambda found: _nearest(found - left) + left,
        lambda found: _nearest((found + right)[::-1])[::-1] - right,
        lambda found: (_nearest((found - level).T) + level.T).T,
        lambda found: (_nearest((found + level).T[::-1])[::-1] - level.T).T,
    )
    straight = [nearer(found) for nearer, found in zip(towards, cost, strict=True)]
    upright = np.minimum(towards[2](cost.min(0)), towards[3](cost.min(0)))
    bent = np.minimum(towards[0](upright), towards[1](upright)) + TURN
    least = [np.minimum(bent, found) for found in (*straight, np.min(straight, 0))]
    known = np.stack(least, -1).ravel().tolist()
    return cast(list[float], known).__getitem__


def _nearest(found: Array) -> Array:
    return np.minimum.accumulate(found)
