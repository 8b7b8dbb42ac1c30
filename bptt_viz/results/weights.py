"""What a weight file holds, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredArray:
    """One array of a file.

    Attributes:
        name: in the file.
        shape: of it.
        dtype: as it is stored.
        becomes: the parameters of ours that it goes into; empty if it is left out.
        how: what is done to it, or why it is left out.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    becomes: str
    how: str


@dataclass(frozen=True, slots=True)
class FoundNetwork:
    """The network that a file holds.

    Attributes:
        cell: a built-in cell's name; empty if it is none of them.
        settings: its options, as far as the file tells them.
        layers: how many are on each other.
        directions: 2 if it reads in both.
        inputs: D of the lowest layer; with a table, the number of its rows.
        width: the length of a row of a table of embeddings; None if there is none.
        hidden: H.
        classes: V of the readout; None if there is none.
        models: the cells and models that take the file.
        assumed: what the file does not say, as sentences.
    """

    cell: str
    settings: Mapping[str, str]
    layers: int
    directions: int
    inputs: int
    width: int | None
    hidden: int
    classes: int | None
    models: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A weight file, looked into.

    Attributes:
        file: its name, without folders.
        form: its format.
        size: in bytes.
        arrays: in the order of the file.
        others: what else was found and is left out, by name: why.
        network: None if it is none of our models.
        obstacle: why it is none; empty if it is one.
        vocabulary: the characters by number, if the file has them.
        texts: what else the file says, by name.
    """

    file: str
    form: str
    size: int
    arrays: tuple[StoredArray, ...]
    others: Mapping[str, str]
    network: FoundNetwork | None
    obstacle: str
    vocabulary: tuple[str, ...] | None
    texts: Mapping[str, str]
