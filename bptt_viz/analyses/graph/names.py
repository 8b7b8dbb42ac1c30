"""What the values of a rollout are called in a picture: states, inputs and outputs by time, the rest as in the cell."""

from collections.abc import Iterable
from typing import NamedTuple

from bptt_viz.models import Rollout
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node


class Clock(NamedTuple):
    """How a time step and the one before it are written: as numbers, or as stand-ins of the same length."""

    here: str
    before: str

    @classmethod
    def of(cls, t: int) -> "Clock":
        """Return the numbers."""
        return cls(str(t), str(t - 1))

    @classmethod
    def standing_in(cls, t: int) -> "Clock":
        """Return stand-ins, so that all steps with as many digits read the same; in a font they are as wide as digits.

        Digits of the Limbu script, so that whatever sets or measures a number treats them as one.
        """
        return cls("᥇" * len(str(t)), "᥈" * len(str(t - 1)))


def layer_mark(rollout: Rollout, layer: int) -> str:
    """Return `^(1)` for layer 1 of several, nothing where there is only one layer or for the readout above them."""
    return f"^({layer})" if len(rollout.layers) > 1 and layer < len(rollout.layers) else ""


def step_names(rollout: Rollout, t: int, nodes: Iterable[Node], clock: Clock | None = None) -> dict[int, str]:
    """Return the names of one step's nodes by index; two different nodes never share one.

    A value that other steps or readers see carries its time, `h_5`; one that stays inside the cell does not.
    """
    timed = _timed(rollout, t, clock or Clock.of(t))
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


def _timed(rollout: Rollout, t: int, clock: Clock) -> dict[int, str]:
    names: dict[int, str] = {}
    for run in rollout.layers:
        mark = layer_mark(rollout, run.depth)
        names |= {node.index: f"{clean(name)}_{clock.before}{mark}" for name, node in run.carries[t - 1].items()}
        names |= {node.index: f"{clean(name)}_{clock.here}{mark}" for name, node in run.states[t].items()}
    for letter, found in (("x", rollout.inputs), ("y", rollout.outputs), ("L", rollout.losses)):
        if t in found:
            names[found[t].index] = f"{letter}_{clock.here}"
    return names


def _inner(rollout: Rollout, node: Node) -> str:
    if node.scope.role == "input":
        return "0"  # a step without an input is fed zeros
    return clean(node.name) + layer_mark(rollout, node.scope.layer) if node.name else ""


def came_back(rollout: Rollout, state: str) -> str:
    """Return the mark of what comes back to a state from the next step: ★, with the state's name if there are more."""
    several = len(rollout.layers[0].cell.states) > 1
    return f"★_{clean(state)}" if several else "★"
