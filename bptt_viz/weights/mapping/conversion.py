"""One recurrent layer from a file's layout to our cell's: every transpose, gate order and sum of biases is here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Values
from bptt_viz.errors import UsageError
from bptt_viz.weights.contents import Recurrent
from bptt_viz.weights.mapping.network import Use

GATES: Mapping[str, tuple[str, ...]] = {"rnn": ("h",), "lstm": ("i", "f", "o", "g"), "gru": ("r", "z", "n")}
"""The blocks of our packed parameters; an RNN has one."""


@dataclass(frozen=True, slots=True)
class Converted:
    """One layer as our cell has it.

    Attributes:
        cell: the cell's name.
        settings: its options, as far as the file tells them.
        values: its parameters by name.
        uses: what became of each array, by its name in the file.
    """

    cell: str
    settings: Mapping[str, str]
    values: Values
    uses: Mapping[str, Use]


def converted(part: Recurrent) -> Converted:
    """Return a layer's parameters as our cell has them, in float64.

    Raises:
        UsageError: the arrays' shapes do not fit each other.
    """
    order, H = _order(part), _hidden_size(part)
    _demand_shapes(part, len(order), H)
    W_x, W_h = (_turned(W, part.along, order) for W in (part.W_x, part.W_h))
    b_x, b_h = (_bias(b, order, H) for b in (part.b_x, part.b_h))
    how = _layout(part, order)
    if part.kind != "gru":
        values, biases = {"W_xh": W_x, "W_hh": W_h, "b_h": b_x + b_h}, ("b_h", "b_h")
    elif part.reset == "after":
        # The candidate's second bias is inside the reset gate's product and cannot be added to the first.
        inner = np.concatenate([np.ones(2 * H), np.zeros(H)])
        values = {"W_xh": W_x, "W_hh": W_h, "b_h": b_x + b_h * inner, "b_hn": b_h[2 * H :].copy()}
        biases = "b_h", "b_h, b_hn"
    else:
        values = {"W_xh": W_x, "W_hh": W_h[:, : 2 * H].copy(), "W_hn": W_h[:, 2 * H :].copy(), "b_h": b_x + b_h}
        biases = "b_h", "b_h"
    values |= {f"W_c{gate}": w.astype(float).reshape(H) for gate, w in part.peepholes.items()}
    cell = "peephole" if part.peepholes else part.kind
    return Converted(cell, _settings(part), values, _uses(part, how, biases))


def _order(part: Recurrent) -> tuple[int, ...]:
    """Return where each of our blocks stands in the file."""
    given = part.gates or ("h",)
    if set(given) != set(GATES[part.kind]):
        raise UsageError(f"{part.name}: an {part.kind} with the gates {', '.join(given)} is none of our cells")
    return tuple(given.index(gate) for gate in GATES[part.kind])


def _hidden_size(part: Recurrent) -> int:
    return part.W_h.shape[1 if part.along == "rows" else 0] if part.W_h.ndim == 2 else 0


def _demand_shapes(part: Recurrent, blocks: int, H: int) -> None:
    """Hold all arrays against each other."""
    axis = 0 if part.along == "rows" else 1
    fits = part.W_x.ndim == part.W_h.ndim == 2 and part.W_x.shape[axis] == part.W_h.shape[axis] == blocks * H > 0
    fits = fits and part.W_x.size > 0
    fits = fits and all(b is None or b.shape == (blocks * H,) for b in (part.b_x, part.b_h))
    fits = fits and all(w.size == H for w in part.peepholes.values())
    if not fits:
        arrays = (part.W_x, part.W_h, part.b_x, part.b_h, *part.peepholes.values())
        shapes = ", ".join(str(array.shape) for array in arrays if array is not None)
        raise UsageError(f"{part.name}: arrays of shapes {shapes} do not make an {part.kind}")


def _turned(W: Array, along: str, order: Sequence[int]) -> Array:
    """Return a weight matrix for row vectors, (D, kH), with the blocks in our order."""
    columns = (W.T if along == "rows" else W).astype(float)
    blocks = np.split(columns, len(order), axis=1)
    return np.concatenate([blocks[k] for k in order], axis=1)


def _bias(b: Array | None, order: Sequence[int], H: int) -> Array:
    if b is None:
        return np.zeros(len(order) * H)
    blocks = np.split(b.astype(float), len(order))
    return np.concatenate([blocks[k] for k in order])


def _settings(part: Recurrent) -> dict[str, str]:
    if part.kind == "gru":
        return {"reset": part.reset}
    if part.peepholes:
        return {"peephole": "diagonal"}
    return {"activation": part.activation} if part.kind == "rnn" and part.activation else {}


def _layout(part: Recurrent, order: Sequence[int]) -> str:
    """Say how the gates are reordered; empty if they are not."""
    if list(order) == sorted(order):
        return ""
    return f"gates {' '.join(part.gates)} → {' '.join(GATES[part.kind])}"


def _uses(part: Recurrent, how: str, biases: tuple[str, str]) -> dict[str, Use]:
    """Say what became of each array."""
    turn = "transposed" if part.along == "rows" else ""
    both = part.b_x is not None and part.b_h is not None
    kept = part.kind == "gru" and part.reset == "after"
    second = "r and z added, n kept apart" if kept else "added"
    recurrent = "W_hh, W_hn" if part.kind == "gru" and part.reset == "before" else "W_hh"
    told = {
        "W_x": Use("W_xh", _joined(turn, how)),
        "W_h": Use(recurrent, _joined(turn, how)),
        "b_x": Use(biases[0], _joined(how, "added" if both else "")),
        "b_h": Use(biases[1], _joined(how, second if both or kept else "")),
        **{gate: Use(f"W_c{gate}", "") for gate in part.peepholes},
    }
    return {name: told[place] for place, name in part.names.items()}


def _joined(*words: str) -> str:
    return ", ".join(word for word in words if word)
