"""What the package offers by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """One option of a cell, for `--set NAME=VALUE`.

    Attributes:
        default: what holds if it is not given.
        choices: all values, if they can be counted.
    """

    default: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellEntry:
    """One built-in cell.

    Attributes:
        summary: the first line of its documentation.
        states: what goes from step to step.
        gates: the nodes that are gates.
        options: its own options.
    """

    summary: str
    states: tuple[str, ...]
    gates: tuple[str, ...]
    options: Mapping[str, OptionEntry]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One built-in model.

    Attributes:
        summary: what it is.
        equations: the first line of its class's documentation.
        cell: its cell if none is chosen.
        layers: how many cells are stacked if nothing is said.
        data: `text`, or the name of data of its own.
        options: its own options; those of its cell come on top.
    """

    summary: str
    equations: str
    cell: str
    layers: int
    data: str
    options: Mapping[str, OptionEntry]


@dataclass(frozen=True, slots=True)
class TopologyEntry:
    """One input-output pattern, shown over a few time steps.

    Attributes:
        steps: T of the pattern shown.
        inputs: the steps with an input.
        outputs: the steps with an output.
    """

    steps: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InitialisationEntry:
    """One way to draw recurrent weights.

    Attributes:
        summary: what it draws.
        value: its number if none is given.
    """

    summary: str
    value: float


@dataclass(frozen=True, slots=True)
class PrimitiveEntry:
    """One operation of the tape.

    Attributes:
        symbol: what a drawing writes into its node.
        rule: the cotangent of each parent, as a template (see `tape.Primitive`).
    """

    symbol: str
    rule: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextEntry:
    """One embedded text.

    Attributes:
        characters: its length.
        vocabulary: V, the number of different characters.
        opening: its first line.
    """

    characters: int
    vocabulary: int
    opening: str


Entry: TypeAlias = CellEntry | ModelEntry | TopologyEntry | InitialisationEntry | PrimitiveEntry | TextEntry


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that can be named on the command line or in a cell, by kind and name."""

    cells: Mapping[str, CellEntry]
    models: Mapping[str, ModelEntry]
    topologies: Mapping[str, TopologyEntry]
    initialisations: Mapping[str, InitialisationEntry]
    primitives: Mapping[str, PrimitiveEntry]
    texts: Mapping[str, TextEntry]
