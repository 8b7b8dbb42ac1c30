"""Where the boxes of a picture at step level stand: columns of time, lanes of depth."""

from collections.abc import Mapping

from bptt_viz.analyses.graph.network.boxes import Box, Network
from bptt_viz.analyses.graph.wiring.board import Block, Board, End, Net, Side
from bptt_viz.results.lettering import text_size, width

_HIGH = 46.0
_ROUND = 34.0
_LOSS = 34.0
_LINE = 19.0

Lane = tuple[float, ...]
"""Lanes in the order of their keys, from bottom to top: row, place within the row."""

_OUTSIDE = 1000.0
# Places within a row; modules come between what they read and who reads them.
_BELOW, _STATES, _WEIGHTS, _ABOVE = 0.0, 1.0, 2.0, 3.0
_INPUTS, _OUTPUTS, _LOSSES, _TOTAL = -1.0, 0.0, 1.0, 2.0


class Placing:
    """Gives each box a column and a lane.

    A step has two columns, one for its cells and one for its states; a layer that runs backward has its states to the
    left of its cells, so that those of one step stand side by side with those of the other direction's step.

    Attributes:
        board: all boxes in their places.
        nets: what is to be wired around the boxes.
        gathered: pairs of boxes of which many lead to one, along a line on its height.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before = _before_cells(network)
        self._depths = _module_depths(network, self._before)
        self._backward = any(box.backward for box in network.boxes.values())
        self._last = max((box.t or 0) for box in network.boxes.values() if box.place == "cell")
        columns = {name: self._column(box) for name, box in network.boxes.items()}
        lanes = self._apart({name: self._lane(box) for name, box in network.boxes.items()}, columns)
        rows = {lane: k for k, lane in enumerate(sorted(set(lanes.values())))}
        order = {column: k for k, column in enumerate(sorted(set(columns.values())))}
        blocks = {
            name: Block(order[columns[name]], rows[lanes[name]], *box_size(box), is_round=box.kind == "op")
            for name, box in network.boxes.items()
        }
        self.board = Board(len(order), len(rows), blocks, {})
        self.gathered = [pair for pair in network.uses if self._is_gathered(*pair)]
        self.nets = [net for name in network.boxes for net in self._nets(name)]

    def _apart(self, lanes: dict[str, Lane], columns: Mapping[str, int]) -> dict[str, Lane]:
        """Give kinds of boxes that would stand on each other lanes of their own."""
        taken: dict[tuple[Lane, int], tuple[str, int]] = {}
        shifts: dict[tuple[str, int], int] = {}
        for name, box in self._network.boxes.items():
            kind, place = (box.place, box.row), (lanes[name], columns[name])
            if taken.setdefault(place, kind) != kind:
                shifts.setdefault(kind, len(shifts) + 1)
        return {
            name: (*lane[:-1], lane[-1] + 0.001 * shifts.get((box.place, box.row), 0))
            for (name, lane), box in zip(lanes.items(), self._network.boxes.values(), strict=True)
        }

    def _column(self, box: Box) -> int:
        """Return a box's column: three a step, for states before it, its cells, and states behind it."""
        if box.place in {"weights", "given"}:
            return self._first_use(box)
        if box.place == "total":
            return 3 * self._last + 2
        here = 3 * (box.t or 0)
        if box.place == "state":
            return here - 2 if box.backward else here
        if self._through_time(box):
            return here + 1 if box.backward else here - 3
        if box.place in {"cell", "input"} or (box.place, box.row) in self._before or self._joins_directions(box):
            return here - 1
        if box.place in {"output", "loss"}:
            return self._column(self._maker(box))
        return here

    def _through_time(self, box: Box) -> bool:
        """Tell whether a module stands between the states of one step and the cell of the next."""
        if (box.place, box.row) not in self._before:
            return False
        makers = [maker for maker in self._makers(box) if maker.place != "weights"]
        return bool(makers) and all(maker.place == "state" and maker.row == box.row for maker in makers)

    def _joins_directions(self, box: Box) -> bool:
        return any(maker.backward for maker in self._makers(box)) and box.place not in {"output", "loss"}

    def _makers(self, box: Box) -> list[Box]:
        return [self._network.boxes[source] for source, target in self._network.uses if target == box.id]

    def _maker(self, box: Box) -> Box:
        """Return the last box that an output or a loss is made of."""
        return max(self._makers(box), key=lambda maker: (maker.place == "output", maker.t or 0, maker.row))

    def _first_use(self, box: Box) -> int:
        """Return the column of the states before the first step that uses a box."""
        targets = [self._network.boxes[target] for source, target in self._network.uses if source == box.id]
        return min((3 * ((target.t or 0) - 1) for target in targets), default=0)

    def _lane(self, box: Box) -> Lane:
        row = float(box.row)
        if box.place in {"input", "given"}:
            return (-1.0, _INPUTS)
        if box.place in {"output", "loss", "total"}:
            return (_OUTSIDE, {"output": _OUTPUTS, "loss": _LOSSES, "total": _TOTAL}[box.place])
        if box.place in {"state", "cell"}:
            return (row, _STATES)
        if box.place == "weights":
            return self._weights_lane(box, row)
        if box.place == "memory":
            return self._lane(self._reader(box))
        side, depth = self._depths[box.place, box.row]
        return (self._row_of_module(box), side + depth / 100)

    def _weights_lane(self, box: Box, row: float) -> Lane:
        """Return the lane above the cells that use some weights, or below the modules that do."""
        user = self._reader(box)
        if user.place == "cell":
            return (row, _WEIGHTS)
        lane = self._lane(user)
        return (*lane[:-1], lane[-1] - 0.005)

    def _row_of_module(self, box: Box) -> float:
        """Return the row of the cells that read a module, or its own where none does."""
        if (box.place, box.row) not in self._before:
            return float(box.row)
        return float(self._before[box.place, box.row])

    def _reader(self, box: Box) -> Box:
        return next(self._network.boxes[target] for source, target in self._network.uses if source == box.id)

    def _is_gathered(self, source: str, target: str) -> bool:
        """Tell whether a loss leads to their sum, or a state right above a memory into it."""
        maker, box = self._network.boxes[source], self._network.boxes[target]
        if box.place == "memory":
            return maker.row == self._lane(box)[0] and not maker.backward
        return box.place == "total"

    def _nets(self, name: str) -> list[Net]:
        """Return what leaves a box along its lane, and what leaves it upwards or downwards."""
        here = self.board.blocks[name]
        pairs = [pair for pair in self._network.uses if pair[0] == name and pair not in self.gathered]
        targets = [target for _, target in pairs]
        level = [target for target in targets if self.board.blocks[target].row == here.row]
        rest = [target for target in targets if target not in level]
        return [self._net(name, found) for found in (level, rest) if found]

    def _net(self, name: str, targets: list[str]) -> Net:
        here = self.board.blocks[name]
        ends = tuple(End(target, self._entry(name, target)) for target in targets)
        nearest = min(targets, key=lambda other: abs(self.board.blocks[other].column - here.column))
        return Net(End(name, self._exit(name, targets)), ends, self._is_straight(name, nearest))

    def _is_straight(self, name: str, nearest: str) -> bool:
        here, there = self.board.blocks[name], self.board.blocks[nearest]
        return here.row == there.row or here.column == there.column

    def _exit(self, name: str, targets: list[str]) -> tuple[Side, ...]:
        """Return the sides by which a box's value may leave it, the best first."""
        box, here = self._network.boxes[name], self.board.blocks[name]
        if self.board.blocks[targets[0]].row == here.row:
            return ("left" if box.backward else "right", "top", "bottom")
        if box.place == "weights":
            return ("right", "bottom", "top")
        ups = sum(self.board.blocks[target].row > here.row for target in targets)
        return ("top", "right", "left") if 2 * ups >= len(targets) else ("bottom", "right", "left")

    def _entry(self, source: str, target: str) -> tuple[Side, ...]:
        """Return the sides by which a box may be reached from another, the best first."""
        box, there, here = self._network.boxes[target], self.board.blocks[target], self.board.blocks[source]
        maker = self._network.boxes[source]
        towards: Side = "right" if box.backward else "left"
        if box.place == "cell":
            if maker.place == "weights":
                return ("top",)
            of_state = maker.place == "state" and maker.row == box.row
            return (towards,) if of_state else (towards, "bottom") if self._through_time(maker) else ("bottom",)
        if box.place == "state":
            return (towards,) if maker.place == "cell" else ("bottom", "left")
        if box.place in {"output", "loss"}:
            return ("bottom",)
        if box.place == "memory":
            return ("left",)
        if here.row == there.row:
            return ("left", "bottom", "top") if here.column < there.column else ("right", "bottom", "top")
        return ("bottom", "left", "right", "top") if here.row < there.row else ("top", "left", "right", "bottom")


def box_size(box: Box) -> tuple[float, float]:
    """Return the width and height of a box."""
    kind = {"memory": "state", "gate": "op"}.get(box.kind, box.kind)
    wide = width(box.label, text_size(kind)) + 10
    if box.kind in {"op", "gate"}:
        return max(_ROUND, wide), _ROUND
    if box.kind == "loss":
        return max(40.0, wide), _LOSS
    lines = box.label.count("\n") + 1
    return max(_HIGH, wide), max(_HIGH, _LINE * lines + 14)


def _before_cells(network: Network) -> Mapping[tuple[str, int], int]:
    """Return the modules that cells or first states read, at once or through others, with the lowest row of these."""
    found: dict[tuple[str, int], int] = {}
    modules = {name: box for name, box in network.boxes.items() if box.kind in {"op", "gate"}}
    grown = True
    while grown:
        grown = False
        for source, target in network.uses:
            if source not in modules:
                continue
            box, reader = modules[source], network.boxes[target]
            reads = reader.place == "cell" or (reader.place == "state" and box.t == 0)  # or makes what they start from
            row = reader.row if reads and reader.t == box.t else None
            if target in modules and (reader.place, reader.row) in found and reader.t == box.t:
                row = found[reader.place, reader.row]
            key = (box.place, box.row)
            if row is not None and row <= box.row and found.get(key, row + 1) > row and not _above(network, box, row):
                found[key] = row
                grown = True
    return found


def _above(network: Network, box: Box, row: int) -> bool:
    """Tell whether a module reads what the cells of its own step make, and so stands above them."""
    makers = [network.boxes[source] for source, target in network.uses if target == box.id]
    return any(maker.place == "state" and maker.t == box.t and maker.row >= row for maker in makers)


def _module_depths(
    network: Network, before: Mapping[tuple[str, int], int]
) -> dict[tuple[str, int], tuple[float, float]]:
    """Return on which side of its row's cells each module stands, and how many modules it reads on the way there."""
    found: dict[tuple[str, int], tuple[float, float]] = {}
    for name, box in network.boxes.items():
        key = (box.place, box.row)
        if box.kind in {"op", "gate"} and key not in found:
            found[key] = (_BELOW if key in before else _ABOVE, float(_depth(network, name)))
    return found


def _depth(network: Network, name: str) -> int:
    t = network.boxes[name].t
    modules = [
        source
        for source, target in network.uses
        if target == name and network.boxes[source].kind in {"op", "gate"} and network.boxes[source].t == t
    ]
    return 1 + max((_depth(network, source) for source in modules), default=0)
