"""From routes and lanes to coordinates: how large the grid is, and through which corners each wire runs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bptt_viz.analyses.graph.wiring.board import Block, Board, Direction, Net, Vertex
from bptt_viz.analyses.graph.wiring.lanes import Line, Run, beyond, lanes, links, runs
from bptt_viz.analyses.graph.wiring.routing import Route, routes
from bptt_viz.results.graph import Point

_GAP = 24.0
"""Least room between neighbouring columns and rows, for a wire and its tip."""
_PAD = 11.0
"""From the outer lane of a channel to what stands beside it."""
_LANE = 9.0
"""Between two lanes."""
_EMPTY = 8.0
"""Size of a row in which nothing stands."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A piece of a net between its ends and forks.

    Attributes:
        source: name of the block or port or, if a wire forks there, of its fork.
        target: the same where it ends.
        corners: from the source's edge to the target's.
        behind: the targets that are reached through it.
    """

    source: str
    target: str
    corners: tuple[Point, ...]
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wired:
    """A board laid out, with its lower left corner at (0, 0).

    Attributes:
        places: middle of each block.
        ports: where each port lies on the rim.
        forks: where nets fork, by name.
        branches: of each net, in the order of the nets.
        size: width and height.
    """

    places: dict[str, Point]
    ports: dict[str, Point]
    forks: dict[str, Point]
    branches: list[list[Branch]]
    size: tuple[float, float]


def wire(board: Board, nets: Sequence[Net], aside: float) -> Wired:
    """Lay a board out and lead its nets.

    Args:
        board: what stands where.
        nets: what is to be joined.
        aside: room that something beside each wire takes.
    """
    return _Wiring(board, routes(board, nets), aside).finish()


class _Wiring:
    def __init__(self, board: Board, found: Sequence[Route], aside: float) -> None:
        self._board = board
        self._routes = found
        self._trees = [links(board, route) for route in found]
        self._runs = [runs(number, tree) for number, tree in enumerate(self._trees)]
        self._lanes = self._all_lanes()
        self._lines = {port.line for port in board.ports.values() if port.side != "bottom"}
        self._lane, self._aside = _LANE + aside, aside
        self._xs, self._width = self._spread("x", [self._column(c) for c in range(board.columns)])
        self._ys, self._height = self._spread("y", [self._row(r) for r in range(board.rows)])
        self._at = {(run.net, run.line, along): run for each in self._runs for run in each for along in _along(run)}
        self._shifts = {run: self._shift(run) for each in self._runs for run in each}

    def finish(self) -> Wired:
        places = {name: (self._xs[2 * b.column + 1], self._ys[2 * b.row + 1]) for name, b in self._board.blocks.items()}
        ports = {name: self._rim(name) for name in self._board.ports}
        forks: dict[str, Point] = {}
        branches = [self._branches(number, forks) for number in range(len(self._routes))]
        return Wired(places, ports, forks, branches, (self._width, self._height))

    def _all_lanes(self) -> dict[Run, tuple[int, int]]:
        """Return each run's lane and how many lanes its channel has."""
        channels: dict[Line, list[Run]] = {}
        for each in self._runs:
            for run in each:
                if run.line[1] % 2 == 0:
                    channels.setdefault(run.line, []).append(run)
        found: dict[Run, tuple[int, int]] = {}
        for members in channels.values():
            given = lanes(members)
            count = max(given.values()) + 1
            found |= {run: (lane, count) for run, lane in given.items()}
        return found

    def _column(self, column: int) -> tuple[float, float]:
        """Return what a column takes on both sides of its middle."""
        wide = max((b.width for b in self._board.blocks.values() if b.column == column), default=_EMPTY)
        return wide / 2, wide / 2

    def _row(self, row: int) -> tuple[float, float]:
        found = [block for block in self._board.blocks.values() if block.row == row]
        down = max((block.height / 2 for block in found), default=_EMPTY / 2)
        return down, max((block.height / 2 + block.room for block in found), default=_EMPTY / 2)

    def _spread(self, axis: str, sizes: Sequence[tuple[float, float]]) -> tuple[dict[int, float], float]:
        """Return the coordinates of all grid lines along an axis, and the size of the whole."""
        found: dict[int, float] = {}
        end = 0.0
        for k, (before, behind) in enumerate([*sizes, (0.0, 0.0)]):
            count = max((count for run, (_, count) in self._lanes.items() if run.line == (axis, 2 * k)), default=0)
            pad = _PAD + (2 if axis == "x" else 1) * self._aside
            bare = _GAP + self._aside if 0 < k < len(sizes) else _PAD
            room = max(bare, 2 * pad + (count - 1) * self._lane if count else 0.0)
            if axis == "y" and {k - 1, k} <= self._lines:
                room = max(room, self._board.between_ports - sizes[k - 1][1] - before)
            found[2 * k] = end + room / 2
            found[2 * k + 1] = end + room + before
            end += room + before + behind
        return found, end

    def _shift(self, run: Run) -> float:
        """Return how far a run lies off its grid line: by its lane, or where a block's sides are met."""
        if run in self._lanes:
            lane, count = self._lanes[run]
            return (lane - (count - 1) / 2) * self._lane
        if run.line[0] == "x":
            return 0.0
        ends = {run.low, run.high}
        met = [b.level for b in self._board.blocks.values() if b.vertex[1] == run.line[1] and b.vertex[0] in ends]
        return max(met, default=0.0, key=abs)

    def _point(self, number: int, vertex: Vertex) -> Point:
        """Return where a net passes a vertex."""
        upright = self._at.get((number, ("x", vertex[0]), vertex[1]))
        level = self._at.get((number, ("y", vertex[1]), vertex[0]))
        x = self._xs.get(vertex[0], 0.0) + (self._shifts[upright] if upright else 0.0)
        y = self._ys.get(vertex[1], 0.0) + (self._shifts[level] if level else 0.0)
        return x, y

    def _rim(self, name: str) -> Point:
        port = self._board.ports[name]
        if port.side == "bottom":
            return self._xs[2 * port.line + 1], 0.0
        return (0.0 if port.side == "left" else self._width), self._ys[2 * port.line + 1]

    def _branches(self, number: int, forks: dict[str, Point]) -> list[Branch]:
        route, tree = self._routes[number], self._trees[number]
        names = {beyond(self._board, name, pin): name for name, (pin, _) in route.ends.items()}
        root = beyond(self._board, route.net.source.id, route.start[0])
        names[root] = route.net.source.id
        for vertex, found in tree.items():
            if len(found) > 1:
                names[vertex] = f"{route.net.source.id}-fork-{len(forks)}"
                forks[names[vertex]] = self._point(number, vertex)
        behind = _behind(tree, {vertex: name for vertex, name in names.items() if vertex not in tree})
        branches = []
        for start in [vertex for vertex in names if vertex in tree]:
            for after in tree[start]:
                way = [start, after]
                while way[-1] not in names:
                    way += tree[way[-1]]
                corners = self._corners(number, way, (names[start], names[way[-1]]))
                branches.append(Branch(names[start], names[way[-1]], corners, behind[after]))
        return branches

    def _corners(self, number: int, way: Sequence[Vertex], ends: tuple[str, str]) -> tuple[Point, ...]:
        """Return the corners of a way, from edge to edge of the shapes at its ends."""
        turns = [
            vertex
            for before, vertex, after in zip(way, way[1:], way[2:], strict=False)
            if (before[0] == vertex[0]) != (vertex[0] == after[0])
        ]
        middle = [self._point(number, vertex) for vertex in turns]
        first = self._met(number, ends[0], way[0], way[1])
        last = self._met(number, ends[1], way[-1], way[-2])
        return (first, *middle, last)

    def _met(self, number: int, name: str, vertex: Vertex, neighbour: Vertex) -> Point:
        """Return where a wire that comes from a neighbouring vertex meets a block, a port or a fork."""
        x, y = self._point(number, vertex)
        if name in self._board.ports:
            rim = self._rim(name)
            return (x, rim[1]) if self._board.ports[name].side == "bottom" else (rim[0], y)
        if name not in self._board.blocks:
            return x, y
        block = self._board.blocks[name]
        away = neighbour[0] - vertex[0], neighbour[1] - vertex[1]
        return _edge(block, (self._xs[vertex[0]], self._ys[vertex[1]]), (x, y), away)


def _along(run: Run) -> range:
    return range(run.low, run.high + 1)


def _behind(tree: Mapping[Vertex, Sequence[Vertex]], ends: Mapping[Vertex, str]) -> dict[Vertex, tuple[str, ...]]:
    """Return the ends that lie behind each vertex."""
    found: dict[Vertex, tuple[str, ...]] = {vertex: (name,) for vertex, name in ends.items()}
    order = [next(iter(tree))]
    for vertex in order:  # grows meanwhile
        order += tree.get(vertex, ())
    for vertex in reversed(order):
        if vertex in tree:
            found[vertex] = tuple(name for after in tree[vertex] for name in found[after])
    return found


def _edge(block: Block, middle: Point, passed: Point, away: Direction) -> Point:
    """Return where a wire through `passed` meets the shape's edge on the side that it comes from."""
    x, y = middle
    radius = min(block.width, block.height) / 2 if block.is_round else 0.0
    if away[0]:
        bulge = math.sqrt(max(0.0, radius**2 - (passed[1] - y) ** 2)) - radius
        return x + away[0] * (block.width / 2 + bulge), passed[1]
    past = max(0.0, abs(passed[0] - x) - (block.width / 2 - radius)) if block.is_round else 0.0
    bulge = math.sqrt(max(0.0, radius**2 - past**2)) - radius
    return passed[0], y + away[1] * (block.height / 2 + bulge)
