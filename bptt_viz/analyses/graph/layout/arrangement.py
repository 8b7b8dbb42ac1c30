"""One block of boxes and wires laid out along a flow, in coordinates whose x runs along it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bptt_viz.analyses.graph.layout.coordinates import depths
from bptt_viz.analyses.graph.layout.layering import Box, Columns, Link, columns
from bptt_viz.analyses.graph.layout.paths import Run, straight, through
from bptt_viz.analyses.graph.layout.ports import Port, entry_ports
from bptt_viz.results.graph import Path, Point

_BEND = 20.0
"""Least room between columns, in which wires go from one height to another."""
_WIDEST_BEND = 40.0
_SLOPE = 0.4
"""Room between columns as a share of the height that a wire goes up or down there."""
_PAD = 4.0
"""Room before and behind a label."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything of a block stands; it lies between (0, 0) and (`along`, `across`).

    Attributes:
        centres: of the boxes.
        exits: where the wire that leaves each box passes its label.
        labels: the middle of each box's label, on the wire.
        paths: of the links, from the box, or from its exit if the box is forked.
        link_labels: the middle of each link's own label, on the wire.
        along: size along the flow.
        across: size across it.
    """

    centres: dict[str, Point]
    exits: dict[str, Point]
    labels: dict[str, Point]
    paths: list[Path]
    link_labels: list[Point]
    along: float
    across: float


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a column begins, how wide its shapes are and where it ends."""

    start: float
    shapes: float
    end: float


def arrange(boxes: Sequence[Box], links: Sequence[Link]) -> Arrangement:
    """Lay boxes out along the flow, with wires that are level beside labels and bend between columns.

    Args:
        boxes: in the order of computation.
        links: each from an earlier box to a later one.
    """
    return _Arranging(boxes, links).finish()


class _Arranging:
    def __init__(self, boxes: Sequence[Box], links: Sequence[Link]) -> None:
        self._boxes = {box.id: box for box in boxes}
        self._links = links
        self._made = columns(boxes, links)
        self._depth = depths(self._made)
        self._bottom = max(depth + down for depth, down in zip(self._depth, self._made.down, strict=True))
        self._top = min(depth - up for depth, up in zip(self._depth, self._made.up, strict=True))
        self._columns = _measured(self._made, self._depth)

    def finish(self) -> Arrangement:
        items = self._made.boxes
        self._ports = self._all_ports()
        return Arrangement(
            {name: self._centre(item) for name, item in items.items()},
            {name: (self._column(item).end, self._y(item)) for name, item in items.items()},
            {name: self._label(item) for name, item in items.items()},
            [self._path(k) for k in range(len(self._links))],
            [self._label(item) for item in self._made.labels],
            self._columns[-1].end,
            self._bottom - self._top,
        )

    def _column(self, item: int) -> _Column:
        return self._columns[self._made.column[item]]

    def _y(self, item: int) -> float:
        return self._bottom - self._depth[item]

    def _centre(self, item: int) -> Point:
        column = self._column(item)
        return column.start + column.shapes / 2, self._y(item)

    def _label(self, item: int) -> Point:
        column = self._column(item)
        return column.start + column.shapes + _PAD + self._made.room[item].along / 2, self._y(item)

    def _run(self, item: int) -> Run:
        column = self._column(item)
        return Run(column.start, column.end, self._y(item))

    def _path(self, k: int) -> Path:
        link = self._links[k]
        box, item = self._boxes[link.source], self._made.boxes[link.source]
        x, y = self._centre(item)
        end = self._column(item).end
        runs = [
            self._run(passed)
            for passed in self._made.chains[k]
            if self._column(passed).end > self._column(passed).start
        ]
        start = end if box.is_forked else x + box.along / 2
        door = self._door(k)
        heading = math.atan2(self._ports[k].tip[1] - door[1], self._ports[k].tip[0] - door[0])
        path = through((start, y), [Run(start, end, y), *runs], door, heading)
        return (*path, *straight(door, self._ports[k].tip)[1:]) if door != self._ports[k].tip else path

    def _door(self, k: int) -> Point:
        """Return where a wire enters its target's column, clear of what stands above and below the target."""
        target, port = self._links[k].target, self._ports[k]
        item = self._made.boxes[target]
        left, y = self._column(item).start, self._y(item)
        if port.tip[0] - left < 1.0:
            return port.tip
        wish = port.tip[1] - (port.tip[0] - left) * math.tan(port.heading)
        reach = self._boxes[target].across / 2 + _PAD
        return left, min(max(wish, y - reach), y + reach)

    def _all_ports(self) -> dict[int, Port]:
        arriving: dict[str, list[int]] = {}
        for k, link in enumerate(self._links):
            arriving.setdefault(link.target, []).append(k)
        found: dict[int, Port] = {}
        for target, links in arriving.items():
            box = self._boxes[target]
            before = [self._last(k) for k in links]
            ports = entry_ports(self._centre(self._made.boxes[target]), (box.along, box.across), box.is_round, before)
            found |= dict(zip(links, ports, strict=True))
        return found

    def _last(self, k: int) -> Point:
        """Return where the last level part of a link ends."""
        item = self._made.chains[k][-1]
        return self._column(item).end, self._y(item)


def _measured(made: Columns, depth: Sequence[float]) -> list[_Column]:
    found: list[_Column] = []
    end = -_BEND
    for k, items in enumerate(made.order):
        shapes = max((made.shape[item] for item in items), default=0.0)
        labels = max((made.room[item].along for item in items), default=0.0)
        wide = shapes + (labels + 2 * _PAD if labels else 0.0)
        # An odd column without labels is no more than a place to bend.
        start = end if k % 2 and not wide else end + _bend(made, items, depth)
        end = start + wide
        found.append(_Column(start, shapes, end))
    return found


def _bend(made: Columns, items: Sequence[int], depth: Sequence[float]) -> float:
    """Return the room that wires need in front of a column, so that none gets too steep."""
    climbs = [abs(depth[item] - depth[before]) for item in items for before in made.before[item]]
    return min(_WIDEST_BEND, max(_BEND, _SLOPE * max(climbs, default=0.0)))
