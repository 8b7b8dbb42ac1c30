"""The grid that wires run on: blocks in its cells, channels between them, places on its rim where wires come in.

Vertices are pairs (i, j). Odd i are the middles of columns, even i the channels between them; likewise j for rows,
upwards. A block stands at a vertex whose i and j are both odd.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Vertex = tuple[int, int]
Side = Literal["left", "right", "bottom", "top"]
Direction = tuple[int, int]

AWAY: Mapping[Side, Direction] = {"left": (-1, 0), "right": (1, 0), "bottom": (0, -1), "top": (0, 1)}
"""The direction in which a wire leaves a side."""


@dataclass(frozen=True, slots=True)
class Block:
    """A shape in a cell of the grid.

    Attributes:
        column: from 0 at the left.
        row: from 0 at the bottom.
        width: of the shape.
        height: of the shape.
        is_round: wires meet a circle.
        level: how far above the middle wires meet its left and right side.
        room: what is to be kept free above it, for a name.
    """

    column: int
    row: int
    width: float
    height: float
    is_round: bool = False
    level: float = 0.0
    room: float = 0.0

    @property
    def vertex(self) -> Vertex:
        """Its place."""
        return 2 * self.column + 1, 2 * self.row + 1


@dataclass(frozen=True, slots=True)
class Port:
    """A place on the rim where something comes in or leaves: of a row at the left or right, of a column below."""

    side: Literal["left", "right", "bottom"]
    line: int


@dataclass(frozen=True, slots=True)
class End:
    """Where a net may meet a block or a port.

    Attributes:
        id: of the block or port.
        sides: of the block, the best first; a port has none to choose from.
    """

    id: str
    sides: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Net:
    """One value and all who use it.

    Attributes:
        source: where it comes from.
        targets: who uses it.
        is_straight: the first target is to be reached before any other net is there to be walked around.
    """

    source: End
    targets: tuple[End, ...]
    is_straight: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """The grid with all that stands on it.

    Attributes:
        columns: how many.
        rows: how many.
        blocks: by name.
        ports: by name.
        between_ports: least distance of neighbouring rows that both have ports.
    """

    columns: int
    rows: int
    blocks: Mapping[str, Block]
    ports: Mapping[str, Port]
    between_ports: float = 0.0

    def pin(self, name: str, side: Side | None) -> Vertex:
        """Return the vertex from which a block's side, or a port, is reached."""
        if name in self.blocks:
            i, j = self.blocks[name].vertex
            dx, dy = AWAY[side or "left"]
            return i + dx, j + dy
        port = self.ports[name]
        if port.side == "bottom":
            return 2 * port.line + 1, 0
        return (0 if port.side == "left" else 2 * self.columns), 2 * port.line + 1

    def heading(self, name: str, side: Side | None) -> Direction:
        """Return the direction in which a wire leaves a block's side, or comes in from a port."""
        if name in self.blocks:
            return AWAY[side or "left"]
        return {"left": (1, 0), "right": (-1, 0), "bottom": (0, 1)}[self.ports[name].side]

    def holds(self, vertex: Vertex) -> bool:
        """Tell whether a vertex lies on the grid."""
        return 0 <= vertex[0] <= 2 * self.columns and 0 <= vertex[1] <= 2 * self.rows
