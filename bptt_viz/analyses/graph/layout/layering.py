"""Layers of one time step's operations along the flow: ranks by longest path, few crossings within a column.

After Sugiyama, Tagawa & Toda (1981), "Methods for visual understanding of hierarchical system structures".
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Literal

_SWEEPS = 8
_WALKS = 16
_EFFORT = 6000
"""Items times walks: large graphs get fewer tries."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a label takes: its length along the flow, and on either side of the wire that it belongs to."""

    along: float = 0.0
    up: float = 4.0
    down: float = 4.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place.

    Attributes:
        id: its name.
        along: its size along the flow.
        across: its size across the flow.
        room: what the label on the wire that leaves it takes.
        band: higher bands stand above lower ones.
        pin: `first` or `last` holds it at that end of the flow.
        is_round: wires meet it from several sides.
        is_forked: what leaves it goes several ways.
    """

    id: str
    along: float
    across: float
    room: Room = Room()
    band: int = 0
    pin: Literal["", "first", "last"] = ""
    is_round: bool = False
    is_forked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A wire to place, from an earlier box to a later one, with what a label of its own takes."""

    source: str
    target: str
    room: Room = Room()


@dataclass(slots=True)
class Columns:
    """Boxes, labels and places where long links pass, by column; boxes stand in even columns, labels in odd ones.

    Attributes:
        column: of each item.
        shape: length of each item's shape along the flow.
        room: each item's label.
        up: what each item takes above its middle.
        down: what each item takes below it.
        band: of each item.
        before: each item's neighbours in the column before.
        behind: each item's neighbours in the column behind.
        order: each column's items from top to bottom.
        boxes: item of each box.
        chains: items that each link passes, along the flow.
        labels: the item of each link that holds its label.
    """

    column: list[int] = field(default_factory=list)
    shape: list[float] = field(default_factory=list)
    room: list[Room] = field(default_factory=list)
    up: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    band: list[int] = field(default_factory=list)
    before: list[list[int]] = field(default_factory=list)
    behind: list[list[int]] = field(default_factory=list)
    order: list[list[int]] = field(default_factory=list)
    boxes: dict[str, int] = field(default_factory=dict)
    chains: list[list[int]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    def add(self, column: int, band: int, along: float = 0.0, across: float = 0.0, room: Room = Room()) -> int:
        """Add an item and return its number."""
        self.column.append(column)
        self.band.append(band)
        self.shape.append(along)
        self.room.append(room)
        self.up.append(max(across / 2, room.up))
        self.down.append(max(across / 2, room.down))
        self.before.append([])
        self.behind.append([])
        return len(self.column) - 1

    def join(self, before: int, behind: int) -> None:
        """Make two items of neighbouring columns neighbours."""
        self.behind[before].append(behind)
        self.before[behind].append(before)

    def is_passage(self, item: int) -> bool:
        """Tell whether the item is a label or a place where a link passes, not a box."""
        return item >= len(self.boxes)


def ranks(boxes: Sequence[Box], links: Sequence[Link]) -> dict[str, int]:
    """Return each box's place along the flow: after all it depends on; what depends on nothing, close to its use."""
    sources: dict[str, list[str]] = {box.id: [] for box in boxes}
    targets: dict[str, list[str]] = {box.id: [] for box in boxes}
    for link in links:
        sources[link.target].append(link.source)
        targets[link.source].append(link.target)
    found: dict[str, int] = {}
    for box in boxes:  # in the order of computation
        found[box.id] = max((found[source] + 1 for source in sources[box.id]), default=0)
    last = max(found.values(), default=0)
    for box in reversed(boxes):
        if box.pin == "last":
            found[box.id] = last
        elif not sources[box.id] and box.pin != "first":
            found[box.id] = min((found[target] - 1 for target in targets[box.id]), default=0)
    return found


def columns(boxes: Sequence[Box], links: Sequence[Link]) -> Columns:
    """Lay boxes and links out in columns and order each column so that few links cross.

    Args:
        boxes: in the order of computation.
        links: each from an earlier box to a later one.
    """
    made = Columns()
    rank = ranks(boxes, links)
    for box in boxes:
        made.boxes[box.id] = made.add(2 * rank[box.id], box.band, box.along, box.across, box.room)
    for link in links:
        _pass(made, link)
    made.order = _order(made)
    _write_in_order(made, links)
    return made


def _pass(made: Columns, link: Link) -> None:
    """Add the items that a link passes on its way; the first holds its label."""
    source, target = made.boxes[link.source], made.boxes[link.target]
    band = max(made.band[source], made.band[target])
    chain: list[int] = []
    for column in range(made.column[source] + 1, made.column[target]):
        chain.append(made.add(column, band, room=Room() if chain else link.room))
    for before, behind in pairwise([source, *chain, target]):
        made.join(before, behind)
    made.chains.append(chain)
    made.labels.append(chain[0])


def _first_order(made: Columns, shuffle: Random | None) -> list[list[int]]:
    """Order by a walk from the last results back to what they came from: in writing order, or shuffled."""
    order: list[list[int]] = [[] for _ in range(max(made.column, default=0) + 1)]
    seen: set[int] = set()
    stack = [item for item in range(len(made.column)) if not made.behind[item]]
    stack.reverse()
    while stack:
        item = stack.pop()
        if item not in seen:
            seen.add(item)
            order[made.column[item]].append(item)
            before = made.before[item][::-1]
            if shuffle:
                shuffle.shuffle(before)
            stack += before
    return [sorted(column, key=lambda item: -made.band[item]) for column in order]


def _order(made: Columns) -> list[list[int]]:
    """Return the order with the fewest crossings among those reached from several walks, the first if some tie."""
    best: list[list[int]] = []
    fewest = -1
    for walk in range(max(1, min(_WALKS, _EFFORT // max(1, len(made.column))))):
        order = _first_order(made, Random(walk) if walk else None)
        for sweep in range(_SWEEPS):
            crossings = _crossings(made, order)
            if fewest < 0 or crossings < fewest:
                best, fewest = [list(column) for column in order], crossings
            _sweep(made, order, forward=sweep % 2 == 0)
            _exchange(made, order)
        if fewest == 0:
            break
    return best


def _write_in_order(made: Columns, links: Sequence[Link]) -> None:
    """Let given operands of one operation follow each other as they are written, where they stand side by side."""
    groups: dict[tuple[int, int], list[list[int]]] = {}
    for link, chain in zip(links, made.chains, strict=True):
        source, target = made.boxes[link.source], made.boxes[link.target]
        if not made.before[source] and len(made.behind[source]) == 1:
            groups.setdefault((target, made.column[source]), []).append([source, *chain])
    for group in groups.values():
        for items in zip(*group, strict=True):
            column = made.order[made.column[items[0]]]
            places = sorted(column.index(item) for item in items)
            for place, item in zip(places, items, strict=True):
                column[place] = item


def _sweep(made: Columns, order: list[list[int]], forward: bool) -> None:
    """Sort each column by the middle of its items' neighbours."""
    neighbours = made.before if forward else made.behind
    for fixed, free in pairwise(order if forward else order[::-1]):
        place = {item: k for k, item in enumerate(fixed)}
        middle = {item: _mean([place[n] for n in neighbours[item]], k) for k, item in enumerate(free)}
        free.sort(key=lambda item: (-made.band[item], middle[item]))


def _exchange(made: Columns, order: list[list[int]]) -> None:
    """Swap neighbours in a column wherever their links cross less that way round."""
    places = [{item: k for k, item in enumerate(column)} for column in order]
    beyond: list[dict[int, int]] = [{}, *places, {}]
    for c, column in enumerate(order):
        around = ((made.before, beyond[c]), (made.behind, beyond[c + 2]))
        for k in range(len(column) - 1):
            upper, lower = column[k], column[k + 1]
            if made.band[upper] == made.band[lower] and _gain(upper, lower, around) > 0:
                column[k], column[k + 1] = lower, upper
                places[c][lower], places[c][upper] = k, k + 1


def _gain(upper: int, lower: int, around: Sequence[tuple[list[list[int]], dict[int, int]]]) -> int:
    """Return how many crossings fewer there are if two neighbours change places."""
    gain = 0
    for neighbours, place in around:
        for a in neighbours[upper]:
            for b in neighbours[lower]:
                gain += (place[a] > place[b]) - (place[a] < place[b])
    return gain


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(made: Columns, order: Sequence[Sequence[int]]) -> int:
    total = 0
    for column, behind in pairwise(order):
        place = {item: k for k, item in enumerate(behind)}
        passed: list[int] = []
        for item in column:
            ends = sorted(place[target] for target in made.behind[item])
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total
