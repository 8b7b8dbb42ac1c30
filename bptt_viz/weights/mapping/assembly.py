"""From the parts of a file to a network: layers of one kind and size on each other, a table below, a readout above."""

from collections.abc import Mapping, Sequence

import numpy as np

from bptt_viz.cells import Values
from bptt_viz.errors import UsageError
from bptt_viz.weights.contents import Contents, Dense, Part, Recurrent, Table
from bptt_viz.weights.mapping.conversion import Converted, converted
from bptt_viz.weights.mapping.network import Network, Use


def assembled(contents: Contents, parts: Sequence[Part]) -> Network:
    """Return the network that parts make.

    Raises:
        UsageError: they do not fit each other, or are none of our models.
    """
    layers = [part for part in parts if isinstance(part, Recurrent)]
    tables, readouts = (_at_most_one(parts, kind, what) for kind, what in ((Table, "table"), (Dense, "readout")))
    if not layers:
        raise UsageError(f"{contents.file}: no RNN, LSTM or GRU was found in it")
    made = [(part, converted(part)) for part in layers]
    cell, settings = _one_kind(made)
    ahead, back = _directions(made)
    hidden, inputs = ahead[0]["W_hh"].shape[0], ahead[0]["W_xh"].shape[0]
    _demand_fit(ahead, back, hidden)
    uses = {name: use for _, each in made for name, use in each.uses.items()}
    table, readout = None, {}
    if isinstance(tables, Table):
        table, inputs = tables.E.astype(float), tables.E.shape[0]
        uses |= {name: Use("E", "") for name in tables.names.values()}
        if table.shape[1] != ahead[0]["W_xh"].shape[0]:
            raise UsageError(f"{tables.name}: rows of {table.shape[1]} do not fit {layers[0].name}")
    if isinstance(readouts, Dense):
        readout = _readout(readouts, hidden * (2 if back else 1))
        turn = "transposed" if readouts.along == "rows" else ""
        told = {"W": Use("W_hy", turn), "b": Use("b_y", "")}
        uses |= {name: told[place] for place, name in readouts.names.items()}
    classes = readout["W_hy"].shape[1] if readout else None
    assumed = ("φ of the RNN: tanh, which the file does not tell",) if cell == "rnn" and not settings else ()
    return Network(
        cell, settings, hidden, len(ahead), inputs, classes, tuple(ahead), tuple(back), readout, table,
        uses=uses, assumed=assumed, vocabulary=contents.vocabulary,
    )  # fmt: skip


def _at_most_one(parts: Sequence[Part], kind: type, what: str) -> Part | None:
    found = [part for part in parts if isinstance(part, kind)]
    if len(found) > 1:
        raise UsageError(f"{', '.join(part.name for part in found)}: more than one {what} is none of our models'")
    return found[0] if found else None


def _one_kind(made: Sequence[tuple[Recurrent, Converted]]) -> tuple[str, Mapping[str, str]]:
    (first, one), *others = made
    for part, other in others:
        if (other.cell, other.settings) != (one.cell, one.settings):
            raise UsageError(f"{first.name} and {part.name} are cells of two kinds; our models have one")
    return one.cell, one.settings


def _directions(made: Sequence[tuple[Recurrent, Converted]]) -> tuple[list[Values], list[Values]]:
    """Return the layers of each direction from bottom to top."""
    ahead, back = ({p.depth: c.values for p, c in made if p.backward is turned} for turned in (False, True))
    count = len(ahead)
    if not ahead:
        raise UsageError("it reads backward alone, which none of our models does; turn the sequence round before it")
    if len(ahead) + len(back) < len(made) or sorted(ahead) != list(range(count)):
        raise UsageError("the layers are not numbered one by one from 0; is the file whole?")
    if back and sorted(back) != sorted(ahead):
        raise UsageError("some layers read in both directions and some in one, which none of our models does")
    return [ahead[depth] for depth in range(count)], [back[depth] for depth in sorted(back)]


def _demand_fit(ahead: Sequence[Values], back: Sequence[Values], hidden: int) -> None:
    """Demand one hidden size, and that each layer reads what comes up from below."""
    below = ahead[0]["W_xh"].shape[0]
    for depth in range(len(ahead)):
        for values in (ahead[depth], *back[depth : depth + 1]):
            if values["W_hh"].shape[0] != hidden:
                raise UsageError(f"layer {depth} has H = {values['W_hh'].shape[0]}, the lowest {hidden}; ours have one")
            if values["W_xh"].shape[0] != below:
                raise UsageError(
                    f"layer {depth} reads {values['W_xh'].shape[0]} entries, but {below} come up from below"
                )
        below = hidden * (2 if back else 1)


def _readout(part: Dense, handed_up: int) -> Values:
    W = (part.W.T if part.along == "rows" else part.W).astype(float)
    if W.ndim != 2 or W.shape[0] != handed_up or (part.b is not None and part.b.shape != W.shape[1:]):
        raise UsageError(f"{part.name}: a readout of shape {part.W.shape} does not fit states of {handed_up} entries")
    return {"W_hy": W, "b_y": np.zeros(W.shape[1]) if part.b is None else part.b.astype(float)}
