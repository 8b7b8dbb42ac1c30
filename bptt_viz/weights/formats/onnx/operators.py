"""ONNX's recurrent operators: their weights, and what of their attributes our cells can do.

Source: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html and onnx__RNN.html.
"""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.weights.contents import Recurrent
from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.onnx.graph import Node

Kind = Literal["rnn", "lstm", "gru"]
Activation = Literal["tanh", "sigmoid", "relu", "identity"]


class Operator(NamedTuple):
    """What a recurrent operator is to us.

    Attributes:
        kind: of cell.
        gates: the blocks along the rows, by our letters.
        activations: what our cell computes; free where there is a choice.
        inputs: the places of W, R, B and P among the inputs.
    """

    kind: Kind
    gates: tuple[str, ...]
    activations: tuple[str, ...]
    inputs: Mapping[str, int]


_COMMON = {"W": 1, "R": 2, "B": 3}
OPERATORS = {
    "RNN": Operator("rnn", (), ("tanh",), _COMMON),
    "LSTM": Operator("lstm", ("i", "o", "f", "g"), ("sigmoid", "tanh", "tanh"), _COMMON | {"P": 7}),
    "GRU": Operator("gru", ("z", "r", "n"), ("sigmoid", "tanh"), _COMMON),
}
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_RNN: dict[str, Activation] = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu"}


def directions(node: Node) -> tuple[bool, ...]:
    """Return for each direction whether it runs backward.

    Raises:
        DamagedError: there is no such direction.
    """
    given = node.attributes.get("direction", "forward")
    if not isinstance(given, str) or given not in _DIRECTIONS:
        raise DamagedError(f"{called(node)} has the direction {shortened(given)}")
    return _DIRECTIONS[given]


def called(node: Node) -> str:
    """Return what messages call a node."""
    return f"{node.op} {shortened(node.name)}"


def obstacle(node: Node) -> str:
    """Return why our cells do not compute what the operator does; empty if they do."""
    operator, attributes = OPERATORS[node.op], node.attributes
    if "clip" in attributes:
        return f"{called(node)} clips its pre-activations, which no cell here does"
    if attributes.get("input_forget", 0) != 0:
        return f"{called(node)} couples its input gate with its forget gate, which no cell here does"
    if "activation_alpha" in attributes or "activation_beta" in attributes:
        return f"{called(node)} has activations with parameters of their own, which no cell here has"
    given = _activations(node)
    if operator.kind == "rnn":
        same = len(set(given)) == 1 and given[0] in _RNN
        return "" if same else f"{called(node)} has the activations {_listed(given)}; here a cell has {_listed(_RNN)}"
    if given != operator.activations * len(directions(node)):
        return f"{called(node)} has the activations {_listed(given)}; here they are {_listed(operator.activations)}"
    return ""


def _activations(node: Node) -> tuple[str, ...]:
    """Return the activations of all directions in lower case, since ONNX does not tell cases apart."""
    given = node.attributes.get("activations")
    if given is None:
        return OPERATORS[node.op].activations * len(directions(node))
    if not isinstance(given, list) or not given:
        raise DamagedError(f"the activations of {called(node)} are no names")
    return tuple(name.lower() for name in given)


def _listed(names: Mapping[str, str] | tuple[str, ...]) -> str:
    return ", ".join(shortened(name) for name in names)


def recurrent(node: Node, depth: int, array: Callable[[str], Array]) -> list[Recurrent]:
    """Return the directions of a recurrent operator.

    Args:
        node: the operator's.
        depth: its row in the stack.
        array: returns a stored tensor's numbers by name.

    Raises:
        DamagedError: the shapes are not those of the operator.
    """
    given = {letter: node.input(place) for letter, place in OPERATORS[node.op].inputs.items() if node.input(place)}
    held = {letter: array(name) for letter, name in given.items()}
    _demand_shapes(node, held)
    made = []
    for place, backward in enumerate(directions(node)):
        own = {letter: value[place] for letter, value in held.items()}
        made.append(_direction(node, depth, backward, own, given))
    return made


def _direction(node: Node, depth: int, backward: bool, own: Mapping[str, Array], names: Mapping[str, str]) -> Recurrent:
    operator = OPERATORS[node.op]
    b_x, b_h = np.split(own["B"], 2) if "B" in own else (None, None)
    peepholes = dict(zip(("i", "o", "f"), np.split(own["P"], 3), strict=True)) if "P" in own else {}
    named = {"W_x": names["W"], "W_h": names["R"]}
    named |= {"b_x": names["B"], "b_h": names["B"]} if "B" in names else {}
    named |= dict.fromkeys(peepholes, names.get("P", ""))
    return Recurrent(
        name=shortened(node.name), kind=operator.kind, gates=operator.gates, along="rows", W_x=own["W"], W_h=own["R"],
        b_x=b_x, b_h=b_h, peepholes=peepholes, depth=depth, backward=backward,
        activation=_RNN.get(_activations(node)[0]) if operator.kind == "rnn" else None,
        reset="before" if operator.kind == "gru" and not node.attributes.get("linear_before_reset") else "after",
        names=named,
    )  # fmt: skip


def _demand_shapes(node: Node, held: Mapping[str, Array]) -> None:
    ways, blocks = len(directions(node)), max(1, len(OPERATORS[node.op].gates))
    if "W" not in held or "R" not in held or held["W"].ndim != 3 or held["R"].ndim != 3:
        raise DamagedError(f"{called(node)} has no weights W and R with three axes")
    H, D = held["R"].shape[2], held["W"].shape[2]
    expected = {"W": (ways, blocks * H, D), "R": (ways, blocks * H, H), "B": (ways, 2 * blocks * H), "P": (ways, 3 * H)}
    for letter, value in held.items():
        if value.shape != expected[letter]:
            raise DamagedError(f"{called(node)} has {letter} of shape {value.shape}, expected {expected[letter]}")
    if node.attributes.get("hidden_size", H) != H or H == 0 or D == 0:
        raise DamagedError(f"{called(node)} says hidden_size {node.attributes.get('hidden_size')}, its weights {H}")
