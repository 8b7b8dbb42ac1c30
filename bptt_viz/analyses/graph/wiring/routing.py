"""Which way each net goes: the cheapest tree of grid lines, net by net, with few bends and crossings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bptt_viz.analyses.graph.wiring.board import Board, End, Net, Side, Vertex
from bptt_viz.analyses.graph.wiring.lattice import HEADINGS, NONE, OPPOSITE, Lattice
from bptt_viz.analyses.graph.wiring.search import Aim, Bound, Search, bound_of

_FORK = 0.3
_LATER_SIDE = 0.4
"""Cost of branching off, of each side less wanted; what else a wire pays stands in `lattice`."""
_STALE = 2
"""A bound for so many times the aims that are left is made anew."""

Edge = tuple[Vertex, Vertex]


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
        self._lattice = Lattice(board)
        self._sides: set[tuple[str, Side | None]] = set()

    def add(self, net: Net) -> Route:
        """Route one net around those that are there."""
        growing = _Growing(self._board, self._lattice, self._sides, Route(net))
        while growing.waiting:
            growing.extend()
        self._note(growing.route)
        return growing.route

    def _note(self, route: Route) -> None:
        met = [(route.net.source.id, route.start), *route.ends.items()]
        self._lattice.take(route.edges(), [(pin, self._board.heading(name, side)) for name, (pin, side) in met])


class _Growing:
    """A net's tree while it reaches for one target after another."""

    def __init__(self, board: Board, lattice: Lattice, sides: set[tuple[str, Side | None]], route: Route) -> None:
        self.route, self.waiting = route, list(route.net.targets)
        self._board, self._lattice, self._sides = board, lattice, sides
        self._tree: dict[int, None] = {}
        self._bounded: set[tuple[int, float, int]] = set()
        self._bound: Bound | None = None

    def extend(self) -> None:
        """Lead the cheapest way from the tree to one of the targets that wait."""
        route = self.route
        goals = self.waiting[:1] if route.net.is_straight and not route.ends else self.waiting
        aims, sides = self._aims(goals)
        own = self._tree if route.ends else {}
        found = Search(self._lattice, own, aims, self._bound_of(aims)).find(self._starts())
        target, side = sides[found.aim.target]
        way = [self._lattice.vertex(number) for number in found.way]
        if not route.ends:
            route.start = way[0], self._left_by(way[0])
            self._sides.add((route.net.source.id, route.start[1]))
        for before, vertex in pairwise(way):
            route.before[vertex] = before
        self._tree |= dict.fromkeys(found.way)
        route.ends[target.id] = way[-1], side
        self._sides.add((target.id, side))
        self.waiting.remove(target)

    def _left_by(self, pin: Vertex) -> Side | None:
        source = self.route.net.source
        return next((side for side in source.sides if self._board.pin(source.id, side) == pin), None)

    def _free(self, end: End) -> list[tuple[Side | None, float]]:
        """Return the sides of an end that no net has taken, or the last if none is left, with what each costs."""
        free = [side for side in end.sides if (end.id, side) not in self._sides]
        if not end.sides:
            return [(None, 0.0)]
        return [(side, _LATER_SIDE * end.sides.index(side)) for side in free or end.sides[-1:]]

    def _aims(self, goals: Sequence[End]) -> tuple[list[Aim], list[tuple[End, Side | None]]]:
        """Return the sides at which goals can be reached, and by number whose they are."""
        aims: list[Aim] = []
        sides: list[tuple[End, Side | None]] = []
        for end in goals:
            for side, cost in self._free(end):
                heading = OPPOSITE[HEADINGS.index(self._board.heading(end.id, side))]
                aims.append(Aim(self._lattice.number(self._board.pin(end.id, side)), cost, heading, len(sides)))
                sides.append((end, side))
        return aims, sides

    def _bound_of(self, aims: Sequence[Aim]) -> Bound:
        """Return a bound for some aims; one that was made for more of them holds as well."""
        wanted = {aim[:3] for aim in aims}
        if self._bound is None or not wanted <= self._bounded or len(self._bounded) > _STALE * len(wanted):
            self._bound, self._bounded = bound_of(self._lattice, aims), wanted
        return self._bound

    def _starts(self) -> list[tuple[float, int]]:
        """Return where a way may begin, with what that costs: at a free side of the source, or anywhere on the tree."""
        if self.route.ends:
            return [(_FORK, number * 5 + NONE) for number in self._tree]
        source, found = self.route.net.source, []
        for side, cost in self._free(source):
            heading = HEADINGS.index(self._board.heading(source.id, side))
            found.append((cost, self._lattice.number(self._board.pin(source.id, side)) * 5 + heading))
        return found
