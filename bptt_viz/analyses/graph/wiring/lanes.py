"""Straight runs of routed nets, and the lanes of a channel in which they lie so that none covers another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from bptt_viz.analyses.graph.wiring.board import Board, Vertex
from bptt_viz.analyses.graph.wiring.routing import Route

_TRIED = 6
"""Up to how many runs all orders are tried."""
_COVERED = 100
"""How many crossings one run that covers another's end is worth."""

Line = tuple[str, int]
"""`x` and an i for what runs upwards, `y` and a j for what runs to the right."""


@dataclass(frozen=True, slots=True)
class Run:
    """A maximal straight piece of a net.

    Attributes:
        net: number of the net.
        line: where it lies.
        low: its first vertex along the line.
        high: its last one.
        taps: vertices along the line at which the net goes on to a side, with −1 for left or below and 1 for right
            or above.
    """

    net: int
    line: Line
    low: int
    high: int
    taps: frozenset[tuple[int, int]]

    def meets(self, other: "Run") -> bool:
        """Tell whether the two cannot share a lane."""
        return self.low <= other.high and other.low <= self.high


def links(board: Board, route: Route) -> dict[Vertex, list[Vertex]]:
    """Return a net's tree with its blocks and ports: each vertex's followers on the way from the source."""
    found: dict[Vertex, list[Vertex]] = {}
    root = beyond(board, route.net.source.id, route.start[0])
    found[root] = [route.start[0]]
    for vertex, before in route.before.items():
        found.setdefault(before, []).append(vertex)
    for name, (pin, _) in route.ends.items():
        found.setdefault(pin, []).append(beyond(board, name, pin))
    return found


def beyond(board: Board, name: str, pin: Vertex) -> Vertex:
    """Return the vertex of a block, or one outside the grid for a port."""
    if name in board.blocks:
        return board.blocks[name].vertex
    dx, dy = board.heading(name, None)
    return pin[0] - dx, pin[1] - dy


def runs(number: int, tree: Mapping[Vertex, Sequence[Vertex]]) -> list[Run]:
    """Return the straight pieces of a net."""
    edges = {frozenset((before, after)) for before, found in tree.items() for after in found}
    lines: dict[Line, set[int]] = {}
    for before, found in tree.items():
        for after in found:
            axis = 0 if before[0] == after[0] else 1
            line = ("xy"[axis], before[axis])
            lines.setdefault(line, set()).add(min(before[1 - axis], after[1 - axis]))
    return [
        Run(number, line, low, high, _taps(line, low, high, edges))
        for line, starts in sorted(lines.items())
        for low, high in _stretches(sorted(starts))
    ]


def _stretches(starts: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Yield the ends of pieces of consecutive edges, given each edge's lower end."""
    low = starts[0]
    for k, start in enumerate(starts):
        if k + 1 == len(starts) or starts[k + 1] != start + 1:
            yield low, start + 1
            low = starts[k + 1] if k + 1 < len(starts) else low


def _taps(line: Line, low: int, high: int, edges: set[frozenset[Vertex]]) -> frozenset[tuple[int, int]]:
    axis, place = line
    found = set()
    for along in range(low, high + 1):
        for side in (-1, 1):
            here, there = (place, along), (place + side, along)
            if axis == "y":
                here, there = here[::-1], there[::-1]
            if frozenset((here, there)) in edges:
                found.add((along, side))
    return frozenset(found)


def lanes(found: Sequence[Run]) -> dict[Run, int]:
    """Return each run's lane among those of its channel, counted from 0; runs that do not meet may share one."""
    placed: dict[Run, int] = {}
    for group in _groups(found):
        placed |= {run: lane for lane, run in enumerate(_ordered(group))}
    return placed


def _groups(found: Sequence[Run]) -> list[list[Run]]:
    """Return the runs in groups that have nothing to do with each other."""
    groups: list[list[Run]] = []
    for run in sorted(found, key=lambda run: (run.low, run.high, run.net)):
        touching = [group for group in groups if any(run.meets(other) for other in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([other for group in touching for other in group] + [run])
    return groups


def _ordered(group: list[Run]) -> list[Run]:
    """Return the order with the fewest crossings."""
    if len(group) > _TRIED:
        return sorted(group, key=lambda run: (sum(side for _, side in run.taps), run.low, run.net))
    return list(min(permutations(group), key=lambda order: _crossings(tuple(order))))


def _crossings(order: Sequence[Run]) -> int:
    return sum(_crossed(low, high) for k, low in enumerate(order) for high in order[k + 1 :])


def _crossed(low: Run, high: Run) -> int:
    """Count how often two runs' side pieces cross the other run, or cover each other, with `low` below `high`."""
    up = {along for along, side in low.taps if side > 0}
    down = {along for along, side in high.taps if side < 0}
    crossed = sum(high.low < along < high.high for along in up) + sum(low.low < along < low.high for along in down)
    covered = sum(along % 2 for along in up & down)
    return crossed + _COVERED * covered
