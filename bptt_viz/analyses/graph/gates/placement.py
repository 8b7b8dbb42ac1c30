"""Where the parts of a cell stand: gates side by side, what they feed above them, highways on top, other states below.

Every order of the gates is tried if there are few; wires should be short and run to the right and upwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from bptt_viz.analyses.graph.gates.contraction import INPUT, GateGraph, entry, leaving

_TRIED = 5
"""Up to how many gates all their orders are tried."""
_BACK = 1.5
"""What a column to the left costs more than one to the right."""
_COLUMN = 2.0
"""What a column costs."""
_UP = 0.5
"""What a row costs."""
_HIGH = 1000
"""The row of highways until it is known how many rows lie below them."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything stands; rows are counted from the bottom, columns from the left.

    Attributes:
        cells: column and row of each part.
        lines: row of each state.
        columns: how many.
        rows: how many.
        entry: the column below which the input comes in.
    """

    cells: dict[str, tuple[int, int]]
    lines: dict[str, int]
    columns: int
    rows: int
    entry: int


def place(graph: GateGraph, states: Sequence[str]) -> Placement:
    """Return the best placement found.

    Args:
        graph: one step of a cell.
        states: names of the states, the one that is read out first; it stands above others of its kind.
    """
    rooted = [part.id for part in graph.parts.values() if part.kind in {"layer", "constant"}]
    orders = permutations(rooted) if len(rooted) <= _TRIED else [tuple(rooted), tuple(_by_use(graph, rooted))]
    placed = [_Placing(graph, states).finish(order) for order in orders]
    return min(placed, key=lambda one: _cost(graph, one))


def _by_use(graph: GateGraph, rooted: Sequence[str]) -> list[str]:
    """Return gates in the order in which the new states need them."""
    found: dict[str, None] = {}
    waiting = [tie.source for tie in reversed(graph.ties) if tie.target not in graph.parts]
    while waiting:
        part = waiting.pop()
        if part not in found:
            found[part] = None
            waiting += [tie.source for tie in reversed(graph.ties) if tie.target == part]
    return [part for part in found if part in rooted]


def _cost(graph: GateGraph, placed: Placement) -> float:
    """Return how long the wires are, roughly, and how much of them runs back to the left."""
    rim = {INPUT: (placed.entry, 0)}
    for state, row in placed.lines.items():
        rim |= {entry(state): (-1, row), leaving(state): (placed.columns, row)}
    places = placed.cells | rim
    total = _COLUMN * placed.columns
    for tie in graph.ties:
        (x, y), (right, up) = places[tie.source], places[tie.target]
        total += max(right - x, _BACK * (x - right)) + _UP * abs(up - y)
    return total


@dataclass
class _Placing:
    graph: GateGraph
    states: Sequence[str]
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)
    taken: set[tuple[int, int]] = field(default_factory=set)
    closed: dict[int, int] = field(default_factory=dict)
    columns: int = 0

    def __post_init__(self) -> None:
        self.sources: dict[str, list[str]] = {part: [] for part in self.graph.parts}
        self.users: dict[str, list[str]] = {part: [] for part in self.graph.parts}
        for tie in self.graph.ties:
            self.sources.setdefault(tie.target, []).append(tie.source)
            self.users.setdefault(tie.source, []).append(tie.target)
        self.states_of = {part: state for state, way in self.graph.highways.items() for part in way}
        low = [state for state in self.states if state not in self.graph.highways]
        self.gates = max(1, len(low))
        self.lines = {state: self.gates - 1 - k for k, state in enumerate(low)}
        self.hanging = self._hanging()

    def finish(self, order: Iterable[str]) -> Placement:
        self._place_ready()
        for gate in order:
            self._place_gate(gate)
            self._place_ready()
        inside = [row for part, (_, row) in self.cells.items() if part not in self.states_of]
        top = max([self.gates - 1, *inside]) + 1
        high = [state for state in reversed(self.states) if state in self.graph.highways]
        lines = self.lines | {state: top + k for k, state in enumerate(high)}
        cells = {
            part: (column, lines[self.states_of[part]] if part in self.states_of else row)
            for part, (column, row) in self.cells.items()
        }
        users = [part for part in self.users.get(INPUT, ()) if part in cells]
        into = min((cells[part][0] for part in users), default=0)
        return Placement(cells, lines, max(1, self.columns), top + len(high), into)

    def _hanging(self) -> set[str]:
        """Return the operations that come from highways alone and hang between those and one other operation."""
        found: set[str] = set()
        for part in self.graph.parts.values():
            users = [user for user in self.users[part.id] if user in self.graph.parts]
            alone = len(users) == len(self.users[part.id]) == 1 and self.graph.parts[users[0]].kind == "op"
            above = all(self._is_high(source) or source in found for source in self.sources[part.id])
            if (
                part.kind == "op"
                and part.id not in self.states_of
                and alone
                and above
                and users[0] not in self.states_of
            ):
                found.add(part.id)
        return found

    def _is_high(self, source: str) -> bool:
        return source in self.states_of or any(source == entry(state) for state in self.graph.highways)

    def _place_gate(self, gate: str) -> None:
        column = self._new_column()
        for stack in self.sources[gate]:
            if stack in self.graph.parts and self.graph.parts[stack].kind == "stack" and stack not in self.cells:
                self._put(stack, column, self.gates - 1)
                column = self._new_column() if len(self.users[stack]) > 1 else column
        self._put(gate, column, self.gates)

    def _place_ready(self) -> None:
        """Place all operations whose operands have a place by now."""
        for part in self.graph.parts.values():  # in the order of computation
            if (
                part.kind == "op"
                and part.id not in self.hanging
                and part.id not in self.cells
                and self._is_ready(part.id)
            ):
                self._place_operation(part.id)

    def _is_ready(self, part: str) -> bool:
        for source in self.sources[part]:
            if source in self.hanging and not self._is_ready(source):
                return False
            if source in self.graph.parts and source not in self.hanging and source not in self.cells:
                return False
        return True

    def _place_operation(self, part: str) -> None:
        state = self.states_of.get(part)
        inside = [source for source in self.sources[part] if source in self.cells and source not in self.states_of]
        after = max(
            (self.cells[other][0] for other in self.graph.highways.get(state or "", ()) if other in self.cells),
            default=-1,
        )
        for source in sorted(inside, key=lambda one: -self.cells[one][0]):
            column, below = self.cells[source]
            row = _HIGH if state else self._row(inside, column)
            if column > after and self._is_open(column, below + 1, row):
                self._put(part, column, row)
                self._close(column, below + 1, row)
                break
        else:
            column = self._new_column()
            self._put(part, column, _HIGH if state else self._row(inside, column))
        self._hang(part)

    def _row(self, sources: Sequence[str], column: int) -> int:
        """Return the lowest row from which an operation in a column is not below what it uses."""
        rows = [self.cells[source][1] + (self.cells[source][0] == column) for source in sources]
        return max([self.gates + 1, *rows])

    def _hang(self, part: str) -> None:
        """Place what hangs between a highway and an operation right above the operation, if there is room."""
        for source in self.sources[part]:
            if source in self.hanging and source not in self.cells:
                column, row = self.cells[part]
                if not self._is_open(column, row + 1, row + 1):
                    column, row = self._new_column(), self.gates
                self._put(source, column, row + 1)
                self._close(column, row + 2, _HIGH)
                self._hang(source)

    def _is_open(self, column: int, low: int, high: int) -> bool:
        """Tell whether a column is free from one row to another, where the highways count as free."""
        if self.closed.get(column, _HIGH) <= min(high, _HIGH - 1):
            return False
        return all(not (low <= row <= high) for other, row in self.taken if other == column)

    def _close(self, column: int, low: int, high: int) -> None:
        """Keep a column free for a straight wire."""
        if high == _HIGH:
            self.closed[column] = min(low, self.closed.get(column, _HIGH))
        else:
            self.taken |= {(column, row) for row in range(low, high)}

    def _put(self, part: str, column: int, row: int) -> None:
        self.cells[part] = column, row
        if row != _HIGH:
            self.taken.add((column, row))

    def _new_column(self) -> int:
        self.columns += 1
        return self.columns - 1
