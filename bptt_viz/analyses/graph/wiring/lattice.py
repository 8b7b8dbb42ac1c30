"""The board's vertices by number, with what each step between neighbours costs a wire now."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from bptt_viz.analyses.graph.wiring.board import AWAY, Board, Direction, Vertex

TURN = 1.2
CROSSING = 0.7
BESIDE = 0.3
"""Cost of a bend, of crossing another net, of running beside one."""

HEADINGS: tuple[Direction, ...] = tuple(AWAY.values())
"""Left, right, down, up: a heading's number is its place here."""
NONE = len(HEADINGS)
"""Number of no heading: on the net's own tree, where any way may be taken."""
OPPOSITE = (1, 0, 3, 2, -1)
CLOSED = float("inf")


class Lattice:
    """All vertices in one line, column by column, so that a step is an addition and its price a list's entry.

    Attributes:
        height: vertices in a column; vertex (i, j) has number i · height + j.
        step: what each heading adds to a number.
        onward: price of leaving a vertex in the heading in which it was reached, by heading and vertex.
        turned: the same after a bend.
        is_crossed: whether another net goes straight through the empty cell, so that wires may not bend there.
        rightward: least cost of coming from column 0 to each column, whatever the row.
        leftward: least cost of going from each column to column 0.
    """

    def __init__(self, board: Board) -> None:
        self.width, self.height = 2 * board.columns + 1, 2 * board.rows + 1
        self.step = tuple(i * self.height + j for i, j in HEADINGS)
        count = self.width * self.height
        self.onward = [[CLOSED] * count for _ in HEADINGS]
        self.turned = [[CLOSED] * count for _ in HEADINGS]
        self.is_crossed = [False] * count
        self._blocked = {block.vertex for block in board.blocks.values()}
        self._beside: dict[tuple[Vertex, Vertex], int] = {}
        self._axes: dict[Vertex, set[int]] = {}
        self._cheapest = [[1.0] * self.width for _ in range(2)]
        for i in range(self.width):
            for j in range(self.height):
                self._price((i, j))
        self._bound(range(self.width))

    def number(self, vertex: Vertex) -> int:
        """Return a vertex's number."""
        return vertex[0] * self.height + vertex[1]

    def vertex(self, number: int) -> Vertex:
        """Return the vertex of a number."""
        return divmod(number, self.height)

    def take(self, edges: Iterable[tuple[Vertex, Vertex]], pins: Iterable[tuple[Vertex, Direction]]) -> None:
        """Note a net: its edges, lower or left end first, and the pins where it meets something, with headings."""
        changed: dict[Vertex, None] = {}
        for edge in edges:
            self._beside[edge] = self._beside.get(edge, 0) + 1
            for vertex in edge:
                self._axes.setdefault(vertex, set()).add(0 if edge[0][1] == edge[1][1] else 1)
                changed[vertex] = None
        for pin, heading in pins:
            self._axes.setdefault(pin, set()).add(0 if heading[0] else 1)
            changed[pin] = None
        for vertex in changed:
            self._price(vertex)
        self._bound({i + side for i, _ in changed for side in (-1, 1)} & set(range(self.width)))

    def _price(self, vertex: Vertex) -> None:
        """Price all steps that end at a vertex."""
        self.is_crossed[self.number(vertex)] = _is_middle(vertex) and vertex in self._axes
        for d, (dx, dy) in enumerate(HEADINGS):
            before = vertex[0] - dx, vertex[1] - dy
            if not (0 <= before[0] < self.width and 0 <= before[1] < self.height):
                continue
            here, edge = self.number(before), (min(before, vertex), max(before, vertex))
            is_open = self._is_open(edge, vertex, d // 2)
            for prices, bend in ((self.onward, 0.0), (self.turned, TURN)):
                price = 1.0 + bend + BESIDE * self._beside.get(edge, 0)
                price += CROSSING * (1 - d // 2 in self._axes.get(vertex, ()))
                prices[d][here] = price if is_open else CLOSED

    def _is_open(self, edge: tuple[Vertex, Vertex], after: Vertex, axis: int) -> bool:
        if after in self._blocked or (edge[0][1 - axis] % 2 == 1 and edge in self._beside):
            return False
        # Where another net goes straight through an empty cell it may be crossed, no more.
        axes = self._axes.get(after, set())
        return not (_is_middle(after) and axes and axes != {1 - axis})

    def _bound(self, columns: Iterable[int]) -> None:
        """Find anew what leaving some columns, and with them all ways along the board, costs at least."""
        for i in columns:
            for d, found in enumerate(self._cheapest):
                least = min(self.onward[d][i * self.height : (i + 1) * self.height])
                found[i] = least if least < CLOSED else 1.0
        left, right = self._cheapest
        self.rightward: Sequence[float] = [0.0, *accumulate(right[:-1])]
        self.leftward: Sequence[float] = [0.0, *accumulate(left[1:])]


def _is_middle(vertex: Vertex) -> bool:
    return vertex[0] % 2 == 1 and vertex[1] % 2 == 1
