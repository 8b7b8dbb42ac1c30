"""A recurrent network as our models have it, made of what a weight file holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bptt_viz.arrays import Array
from bptt_viz.cells import Values


@dataclass(frozen=True, slots=True)
class Use:
    """What becomes of one array of a file.

    Attributes:
        becomes: the parameter of ours; empty if it is left out.
        how: what is done to it, or why it is left out.
        of_training: it is left out because no network needs it to run: an optimiser's memory.
    """

    becomes: str
    how: str
    of_training: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """Parameters in our layout, float64, with what is known of the cells.

    Attributes:
        cell: the cell's name; empty if only its parameters' names are known.
        settings: its options, as texts, as far as the file tells them.
        hidden: H.
        layers: how many are on each other.
        inputs: D of the lowest layer, or, with a table, of that.
        classes: V of the readout; None if there is none.
        forward: each layer's parameters by the cell's own names, from bottom to top.
        backward: the same of a second direction; empty if there is none.
        readout: W_hy (H, V) and b_y (V,), as far as the file has them.
        table: E (V, D); None if there is none.
        whole: parameters by their names in a whole model of ours, if the file has these; then the four above are empty.
        uses: what becomes of each array of the file, by its name there.
        assumed: what the file does not say and was taken for granted, as sentences.
        vocabulary: the characters by number, if the file has them.
    """

    cell: str
    settings: Mapping[str, str]
    hidden: int
    layers: int
    inputs: int
    classes: int | None
    forward: tuple[Values, ...] = ()
    backward: tuple[Values, ...] = ()
    readout: Values = field(default_factory=dict)
    table: Array | None = None
    whole: Values = field(default_factory=dict)
    uses: Mapping[str, Use] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] | None = None

    @property
    def directions(self) -> int:
        """2 if it reads in both directions."""
        return 2 if self.backward or any(name.endswith("_back") for name in self.whole) else 1

    @property
    def width(self) -> int | None:
        """The length of a row of the table; None if there is none."""
        table = self.whole.get("E", self.table)
        return None if table is None else table.shape[1]
