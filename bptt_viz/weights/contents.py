"""What a weight file holds: its arrays by name and, where the format knows them, its layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bptt_viz.arrays import Array


@dataclass(frozen=True, slots=True)
class Recurrent:
    """One direction of one recurrent layer, as a file has it: nothing is turned or reordered yet.

    k is the number of gates: 1, 4 or 3.

    Attributes:
        name: what it is called in the file, for messages.
        kind: which cell.
        gates: the blocks in the order of the file, by our letters: i, f, o, g of an LSTM, r, z, n of a GRU; none of an
            RNN.
        along: the axis along which the gates lie: `rows` for weights (kH, D) and (kH, H), `columns` for (D, kH) and
            (H, kH).
        W_x: what multiplies the input.
        W_h: what multiplies the state.
        b_x: the bias (kH,); None if there is none.
        b_h: a second bias (kH,), inside the reset gate's product where a GRU has it; None if there is none.
        peepholes: diagonal ones (H,) by gate: i, f, o.
        depth: its row in the stack, from 0.
        backward: whether it runs towards earlier times.
        activation: φ of an RNN; None if the file does not say.
        reset: of a GRU, whether the reset gate acts `before` or `after` the recurrent product.
        names: the names of its arrays among those of the file, by the attributes above, such as `W_x` and `b_h`; gates
            for peepholes.
    """

    name: str
    kind: Literal["rnn", "lstm", "gru"]
    gates: tuple[str, ...]
    along: Literal["rows", "columns"]
    W_x: Array
    W_h: Array
    b_x: Array | None = None
    b_h: Array | None = None
    peepholes: Mapping[str, Array] = field(default_factory=dict)
    depth: int = 0
    backward: bool = False
    activation: Literal["tanh", "sigmoid", "relu", "identity"] | None = None
    reset: Literal["after", "before"] = "after"
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of embeddings.

    Attributes:
        name: what it is called in the file.
        E: (V, D).
        names: the name of its array, by `E`.
    """

    name: str
    E: Array
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear readout; a softmax behind it is the loss's.

    Attributes:
        name: what it is called in the file.
        along: `rows` for a weight (V, H), `columns` for (H, V).
        W: the weight.
        b: the bias (V,); None if there is none.
        names: the names of its arrays, by `W` and `b`.
    """

    name: str
    along: Literal["rows", "columns"]
    W: Array
    b: Array | None = None
    names: Mapping[str, str] = field(default_factory=dict)


Part: TypeAlias = Recurrent | Table | Dense


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read from a weight file.

    Attributes:
        file: its name, without folders.
        form: the format's name.
        size: in bytes.
        arrays: all arrays by name, in the order of the file; bfloat16 as float32, everything else as it is stored.
        stored: how an array is stored, by name, where that is no type of NumPy's: `bfloat16`.
        parts: the layers in the order in which data pass them, if the format says what is what (ONNX, Keras);
            otherwise the mapping goes by names and shapes.
        ignored: arrays, nodes or entries that are known to be no parameters, by name: why.
        texts: what else the file says, by name.
        vocabulary: the characters by number, if the file has them.
        obstacle: why the parts cannot be mapped, as a sentence that says what to do; empty if they can.
    """

    file: str
    form: str
    size: int
    arrays: Mapping[str, Array]
    stored: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    vocabulary: tuple[str, ...] | None = None
    obstacle: str = ""
