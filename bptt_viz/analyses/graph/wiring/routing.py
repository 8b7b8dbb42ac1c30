"""Which way each net goes: the cheapest tree of grid lines, net by net, with few bends and crossings."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from bptt_viz.analyses.graph.wiring.board import AWAY, Board, Direction, End, Net, Side, Vertex

_TURN = 1.2
_FORK = 0.3
_CROSSING = 0.7
_BESIDE = 0.3
_LATER_SIDE = 0.4
"""Cost of a bend, of branching off, of crossing another net, of running beside one, of each side less wanted."""

Edge = tuple[Vertex, Vertex]
_Place = tuple[Vertex, Direction]
"""A vertex and the direction in which it was reached; (0, 0) on the tree itself."""


class _Aim(NamedTuple):
    """A side of a goal: what reaching it costs, and how the wire must head there."""

    cost: float
    heading: Direction
    end: End
    side: Side | None


class _Step(NamedTuple):
    """An entry of the search's queue: by cost, and by number where costs are the same."""

    cost: float
    number: int
    place: _Place
    before: _Place | None = None
    aim: _Aim | None = None


@dataclass(slots=True)
class Route:
    """The tree of one net.

    Attributes:
        net: the net.
        start: the pin that it leaves, and the side.
        before: each vertex's predecessor on the way from the source.
        ends: by target, the pin and the side at which it is reached.
    """

    net: Net
    start: tuple[Vertex, Side | None] = ((0, 0), None)
    before: dict[Vertex, Vertex] = field(default_factory=dict)
    ends: dict[str, tuple[Vertex, Side | None]] = field(default_factory=dict)

    def edges(self) -> Iterator[Edge]:
        """Yield its grid edges, each with its lower or left end first."""
        for vertex, before in self.before.items():
            yield (before, vertex) if before < vertex else (vertex, before)

    def behind(self, vertex: Vertex) -> list[Vertex]:
        """Return the vertices that follow one on the tree."""
        return [after for after, before in self.before.items() if before == vertex]


def routes(board: Board, nets: Sequence[Net]) -> list[Route]:
    """Return a tree for each net; different nets share channels, but no middle of a column or row."""
    routing = _Routing(board)
    order = sorted(range(len(nets)), key=lambda k: (not nets[k].is_straight, _span(board, nets[k]), k))
    found = {k: routing.add(nets[k]) for k in order}
    return [found[k] for k in range(len(nets))]


def _span(board: Board, net: Net) -> int:
    """Return about how long a net's tree is."""
    places = [board.pin(end.id, end.sides[0] if end.sides else None) for end in (net.source, *net.targets)]
    xs, ys = [i for i, _ in places], [j for _, j in places]
    return max(xs) - min(xs) + max(ys) - min(ys)


class _Routing:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._blocked = {block.vertex for block in board.blocks.values()}
        self._sides: set[tuple[str, Side | None]] = set()
        self._edges: dict[Edge, int] = {}
        self._axes: dict[Vertex, set[str]] = {}

    def add(self, net: Net) -> Route:
        """Route one net around those that are there."""
        route = Route(net)
        waiting = list(net.targets)
        while waiting:
            goals = waiting[:1] if net.is_straight and not route.ends else waiting
            way, target, side = self._search(route, goals)
            if not route.ends:
                route.start = way[0], self._left_by(net.source, way)
                self._sides.add((net.source.id, route.start[1]))
            for before, vertex in pairwise(way):
                route.before[vertex] = before
            route.ends[target.id] = way[-1], side
            self._sides.add((target.id, side))
            waiting.remove(target)
        self._note(route)
        return route

    def _left_by(self, source: End, way: Sequence[Vertex]) -> Side | None:
        return next((side for side in source.sides if self._board.pin(source.id, side) == way[0]), None)

    def _note(self, route: Route) -> None:
        for edge in route.edges():
            self._edges[edge] = self._edges.get(edge, 0) + 1
            for vertex in edge:
                self._axes.setdefault(vertex, set()).add("x" if edge[0][1] == edge[1][1] else "y")
        met = [(route.net.source.id, route.start), *route.ends.items()]
        for name, (pin, side) in met:
            self._axes.setdefault(pin, set()).add("x" if self._board.heading(name, side)[0] else "y")

    def _free(self, end: End) -> list[tuple[Side | None, float]]:
        """Return the sides of an end that no net has taken, or all if none is left, with what each costs."""
        free = [side for side in end.sides if (end.id, side) not in self._sides]
        if not end.sides:
            return [(None, 0.0)]
        return [(side, _LATER_SIDE * end.sides.index(side)) for side in free or end.sides[-1:]]

    def _search(self, route: Route, goals: Sequence[End]) -> tuple[list[Vertex], End, Side | None]:
        """Return the cheapest way from the net's tree to one of the goals."""
        aims = self._aims(goals)
        came: dict[_Place, _Place | None] = {}
        queue = self._starts(route)
        number = len(queue)
        while queue:
            step = heapq.heappop(queue)
            if step.aim is not None:
                return _traced(came, step.before), step.aim.end, step.aim.side
            if step.place in came:
                continue
            came[step.place] = step.before
            for further in (*_reached(step, aims), *self._moves(route, step)):
                number += 1
                heapq.heappush(queue, further._replace(number=number))
        raise AssertionError("the channels reach every free side")

    def _aims(self, goals: Sequence[End]) -> dict[Vertex, list[_Aim]]:
        found: dict[Vertex, list[_Aim]] = {}
        for end in goals:
            for side, cost in self._free(end):
                dx, dy = self._board.heading(end.id, side)
                found.setdefault(self._board.pin(end.id, side), []).append(_Aim(cost, (-dx, -dy), end, side))
        return found

    def _starts(self, route: Route) -> list[_Step]:
        source = route.net.source
        if route.ends:
            tree = dict.fromkeys([route.start[0], *route.before])
            return [_Step(_FORK, k, (vertex, (0, 0))) for k, vertex in enumerate(tree)]
        return [
            _Step(cost, k, (self._board.pin(source.id, side), self._board.heading(source.id, side)))
            for k, (side, cost) in enumerate(self._free(source))
        ]

    def _moves(self, route: Route, step: _Step) -> Iterator[_Step]:
        vertex, heading = step.place
        must_go_on = _is_middle(vertex) and vertex in self._axes and vertex not in route.before
        for ahead in AWAY.values():
            after = vertex[0] + ahead[0], vertex[1] + ahead[1]
            turns = heading not in {ahead, (0, 0)}
            if ahead == (-heading[0], -heading[1]) or (turns and must_go_on) or not self._is_open(vertex, after):
                continue
            edge = (vertex, after) if vertex < after else (after, vertex)
            price = 1.0 + _TURN * turns + _BESIDE * self._edges.get(edge, 0)
            price += _CROSSING * (("y" if ahead[0] else "x") in self._axes.get(after, ()))
            yield _Step(step.cost + price, 0, (after, ahead), step.place)

    def _is_open(self, vertex: Vertex, after: Vertex) -> bool:
        if not self._board.holds(after) or after in self._blocked:
            return False
        edge = (vertex, after) if vertex < after else (after, vertex)
        along_x = vertex[1] == after[1]
        in_middle = vertex[1] % 2 == 1 if along_x else vertex[0] % 2 == 1
        if in_middle and edge in self._edges:
            return False
        # Where another net goes straight through an empty cell it may be crossed, no more.
        axes = self._axes.get(after, set())
        return not (_is_middle(after) and axes and axes != {"y" if along_x else "x"})


def _is_middle(vertex: Vertex) -> bool:
    return vertex[0] % 2 == 1 and vertex[1] % 2 == 1


def _reached(step: _Step, aims: Mapping[Vertex, Sequence[_Aim]]) -> Iterator[_Step]:
    """Yield the ends of the search that a place offers."""
    vertex, heading = step.place
    for aim in aims.get(vertex, ()):
        turn = _TURN * (heading not in {aim.heading, (0, 0)})
        yield _Step(step.cost + aim.cost + turn, 0, step.place, step.place, aim)


def _traced(came: Mapping[_Place, _Place | None], last: _Place | None) -> list[Vertex]:
    way: list[Vertex] = []
    while last is not None:
        way.append(last[0])
        last = came[last]
    return way[::-1]
