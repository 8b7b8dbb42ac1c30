"""Where vanishing ends and exploding begins: decay rates over gains, and biases or lengths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bptt_viz.arrays import Array
from bptt_viz.results.network import Network

Against = Literal["bias", "length"]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PhaseSetting:
    """The networks that are mapped: one cell over a text, with a loss at the last step only.

    Attributes:
        against: what changes from row to row: the `bias`, or the `length` T.
        cell: a built-in cell, or `file.py:ClassName`.
        activation: φ of the vanilla cell.
        matrix: how recurrent matrices are drawn before they are scaled: normal, orthogonal or identity.
        gains: smallest and largest spectral radius of each gate's recurrent matrix.
        biases: the smallest and the largest; None takes what suits the cell. For a vanilla cell the deviation of its
            biases, else the bias of the gate that keeps the state.
        columns: how many gains.
        rows: how many biases or lengths.
        seeds: S, how many networks are drawn for each place.
        hidden: H.
        steps: T, or the largest one; None takes 40 against biases and 80 against lengths.
        text: an embedded text's name or a UTF-8 file.
        seed: of every random draw.
        input_scale: factor on W_xh, 0 or more.
        settings: the cell's own options by name, as texts.
    """

    against: Against = "bias"
    cell: str = "rnn"
    activation: str = "tanh"
    matrix: str = "normal"
    gains: Range = (0.5, 3.0)
    biases: Range | None = None
    columns: int = 21
    rows: int = 11
    seeds: int = 5
    hidden: int = 64
    steps: int | None = None
    text: str = "sonnets"
    seed: int = 0
    input_scale: float = 1.0
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Border:
    """A line on the map, row by row.

    Attributes:
        name: what lies there, such as `rate 1`.
        measured: the gain at which it was crossed; None where it was not.
        foretold: the gain at which mean-field theory crosses it; None where it does not, or has nothing to say.
    """

    name: str
    measured: tuple[float | None, ...]
    foretold: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """The map.

    Attributes:
        finding: what it shows, in one sentence.
        setting: what was run, with T and the biases filled in.
        network: the kind of network.
        axis: what the rows are, in words.
        gains: ascending, (G,).
        heights: biases or lengths, ascending, (R,).
        rates: the gradient's mean factor a step on its way from step T to the initial state, median over the seeds,
            (R, G). NaN where nothing could be measured.
        borders: rate 1 against biases; what is a tenth and ten times of its start against lengths.
    """

    finding: str
    setting: PhaseSetting
    network: Network
    axis: str
    gains: Array
    heights: Array
    rates: Array
    borders: tuple[Border, ...]
