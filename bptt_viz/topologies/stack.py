"""A stack of cells, and what its parameters and initial states are called in a whole model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter, State, Values, described
from bptt_viz.errors import UsageError
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies.unroll import Layer, layer

MakeCell = Callable[[int, int], Cell]
"""Makes a cell with options of its own from an input size D and a hidden size H."""


@dataclass(frozen=True)
class Stack:
    """Cells in depth.

    Attributes:
        cells: from bottom to top; each one's input size is what comes up from below.
        tag: ends the names of its parameters where a model has several groups of them, such as `enc`.
        name: what its layers are called, such as `encoder`.
        rows: the row of each cell; by default 0, 1, …
    """

    cells: tuple[Cell, ...]
    tag: str = ""
    name: str = ""
    rows: tuple[int, ...] = ()

    def qualified(self, name: str, depth: int) -> str:
        """Return a name of one cell in the whole model: `W_hh`, `W_hh_l1` in a stack, `W_hh_enc` in a group."""
        return "_".join(
            [name, *([f"l{depth}"] if len(self.cells) > 1 else []), *([self.tag] if self.tag else [])],
        )

    def parameters(self) -> dict[str, Parameter]:
        """Return the description of every cell's parameters by their names in the whole model."""
        return {
            self.qualified(name, depth): parameter
            for depth, cell in enumerate(self.cells)
            for name, parameter in described(cell).items()
        }

    def adjust(self, drawn: Values) -> None:
        """Let the cells change their freshly drawn parameters in place (an LSTM its forget bias)."""
        for depth, cell in enumerate(self.cells):
            own = {name: drawn[self.qualified(name, depth)] for name in described(cell)}
            cell.adjust(own)
            drawn |= {self.qualified(name, depth): value for name, value in own.items()}

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the shape of every initial state, for a batch of `size`, by names such as `h_0` and `c_0_l1`."""
        return {
            self.qualified(f"{name}_0", depth): (size, cell.hidden_size)
            for depth, cell in enumerate(self.cells)
            for name in cell.states
        }

    def leaves(self, tape: Tape, start: Mapping[str, Array], size: int, dtype: str) -> list[State]:
        """Record the initial states at step 0, zero where none is given; one mapping a cell."""
        shapes, found = self.starts(size), []
        for depth, cell in enumerate(self.cells):
            with tape.at(0, self.row(depth), "state"):
                names = {name: self.qualified(f"{name}_0", depth) for name in cell.states}
                zero = {name: np.zeros(shapes[full], dtype) for name, full in names.items()}
                found.append({name: tape.leaf(start.get(full, zero[name]), name) for name, full in names.items()})
        return found

    def named(self, leaves: Sequence[State]) -> dict[str, Node]:
        """Return the initial states, one mapping a cell, by their names in the whole model."""
        return {
            self.qualified(f"{name}_0", depth): node
            for depth, states in enumerate(leaves)
            for name, node in states.items()
        }

    def layers(
        self, tape: Tape, shared: Mapping[str, Node], start: Sequence[State], first: int = 1, backward: bool = False
    ) -> list[Layer]:
        """Return a layer a cell, before their first step.

        Args:
            tape: where they will be recorded.
            shared: the model's parameters by name.
            start: the initial states, one mapping a cell.
            first: time of their first step.
            backward: they run towards earlier times.

        Raises:
            UsageError: the initial states are not those of the cells.
        """
        if len(start) != len(self.cells):
            raise UsageError(f"initial states are given for {len(start)} of {len(self.cells)} layers")
        made = []
        for depth, (cell, states) in enumerate(zip(self.cells, start, strict=True)):
            own = {name: shared[self.qualified(name, depth)] for name in described(cell)}
            made.append(layer(tape, cell, self.row(depth), own, states, first, backward, self.name))
        return made

    def row(self, depth: int) -> int:
        """Return the row of the cell at a depth."""
        return self.rows[depth] if self.rows else depth


def stack_of(make: MakeCell, below: int, hidden: int, layers: int, **names: str) -> Stack:
    """Return a plain stack: the first cell reads `below` entries, each other one the hidden state under it.

    Args:
        make: makes a cell.
        below: D, the length of what the lowest cell reads.
        hidden: H of every cell.
        layers: how many there are.
        **names: `tag` and `name` as in `Stack`.
    """
    sizes = [below] + [hidden] * (layers - 1)
    return Stack(tuple(make(size, hidden) for size in sizes), **names)  # type: ignore[arg-type]
