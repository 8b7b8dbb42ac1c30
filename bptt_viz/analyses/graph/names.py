"""What the values of a rollout are called in a picture: states, inputs and outputs by time, the rest as in the cell."""

from collections.abc import Iterable, Mapping

from bptt_viz.models import Rollout
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node


def layer_mark(rollout: Rollout, layer: int) -> str:
    """Return `^(1)` for layer 1 of several, nothing where there is only one layer or for the readout above them."""
    return f"^({layer})" if 1 < rollout.rows > layer else ""


def step_names(rollout: Rollout, t: int, nodes: Iterable[Node]) -> dict[int, str]:
    """Return the names of one step's nodes by index; two different nodes never share one.

    A value that other steps or readers see carries its time, `h_5`; one that stays inside the cell does not.
    """
    timed = _timed(rollout, t)
    names: dict[int, str] = {}
    taken: set[str] = set(timed.values())
    for node in nodes:
        name = timed.get(node.index) or _inner(rollout, node)
        while node.index not in timed and name in taken:
            name += "′"
        if name:
            names[node.index] = name
            taken.add(name)
    return names


def _timed(rollout: Rollout, t: int) -> dict[int, str]:
    names: dict[int, str] = {}
    for run in rollout.at(t):
        mark = layer_mark(rollout, run.depth)
        names |= {node.index: f"{clean(name)}_{t - 1}{mark}" for name, node in run.carry(t).items()}
        names |= {node.index: f"{clean(name)}_{t}{mark}" for name, node in run.state(t).items()}
    for letter, found in (("x", rollout.inputs), ("y", rollout.outputs), ("L", rollout.losses)):
        if t in found:
            names[found[t].index] = f"{letter}_{t}"
    return names


def _inner(rollout: Rollout, node: Node) -> str:
    if node.scope.role == "input":
        return "0"  # a step without an input is fed zeros
    return clean(node.name) + layer_mark(rollout, node.scope.layer) if node.name else ""


def came_back(rollout: Rollout, state: str) -> str:
    """Return the mark of what comes back to a state from the next step: ★, with the state's name if there are more."""
    several = len(rollout.layers[0].cell.states) > 1
    return f"★_{clean(state)}" if several else "★"


def identifier(wished: str, taken: Mapping[str, object]) -> str:
    """Return an ASCII name that is not taken yet."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "_" for letter in wished)
    tried = [plain, *(f"{plain}-{k}" for k in range(2, len(taken) + 3))]
    return next(name for name in tried if name not in taken)
