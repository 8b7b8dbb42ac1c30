"""Collects what the package offers by name."""

from dataclasses import fields

from bptt_viz.cells import Cell, discover_cells
from bptt_viz.initialisation import NAMES as INITIALISATIONS
from bptt_viz.ops import discover_primitives
from bptt_viz.results.inventory import CellEntry, Inventory
from bptt_viz.texts import EMBEDDED
from bptt_viz.topologies import NAMES as TOPOLOGIES


def inventory() -> Inventory:
    """Return every cell, topology, initialisation, primitive and embedded text."""
    cells = {name: _entry(cell) for name, cell in discover_cells().items()}
    return Inventory(cells, TOPOLOGIES, INITIALISATIONS, tuple(discover_primitives()), EMBEDDED)


def _entry(cell: type[Cell]) -> CellEntry:
    summary = (cell.__doc__ or "").strip().splitlines()[0]
    own = {f.name: str(f.default) for f in fields(cell) if f.name not in {"input_size", "hidden_size"}}
    return CellEntry(summary, own)
