"""What the package offers by name."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One built-in cell.

    Attributes:
        summary: the first line of its documentation.
        options: its own options with their defaults.
    """

    summary: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that can be named on the command line."""

    cells: Mapping[str, CellEntry]
    topologies: tuple[str, ...]
    initialisations: tuple[str, ...]
    primitives: tuple[str, ...]
    texts: tuple[str, ...]
