"""What the values of a rollout are called in a picture: states, inputs and outputs by time, the rest as in the cell."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bptt_viz.models import Rollout
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.ops.slicing import AT_STEP
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node
from bptt_viz.topologies import Layer
from bptt_viz.topologies.borders import CARRY


@dataclass(frozen=True, slots=True)
class Clock:
    """How a time step and its neighbours are written: as numbers, or as stand-ins of the same length.

    Stand-ins let all steps with as many digits read the same until the numbers are put in. They are digits of the Limbu
    script, so whatever sets or measures a number treats them as one.
    """

    t: int
    stands_in: bool = False
    _numbers: tuple[tuple[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        near = (self.t - 1, self.t, self.t + 1) if self.stands_in else ()
        object.__setattr__(self, "_numbers", tuple((self.at(t), str(t)) for t in near))

    def at(self, t: int) -> str:
        """Return how a step is written; steps further away than the neighbours are always numbers."""
        shift = t - self.t
        return "᥇᥈᥉"[shift] * len(str(t)) if self.stands_in and abs(shift) <= 1 else str(t)

    def read(self, text: str) -> str:
        """Return a text with numbers in place of the stand-ins."""
        for stand_in, number in self._numbers:
            text = text.replace(stand_in, number)
        return text


def layer_mark(rollout: Rollout, layer: int) -> str:
    """Return `^(1)` for row 1 of several, nothing where there is only one row or for the readout above them."""
    mark = rollout.mark(layer)
    return f"^({mark})" if mark else ""


def step_names(rollout: Rollout, t: int, nodes: Iterable[Node], clock: Clock | None = None) -> dict[int, str]:
    """Return the names of one step's nodes by index; two different nodes never share one.

    A value that other steps or readers see carries its time, `h_5`; one that stays inside the cell does not.
    """
    clock = clock or Clock(t)
    timed = _timed(rollout, t, clock)
    names: dict[int, str] = {}
    taken: set[str] = set(timed.values())
    for node in nodes:
        name = timed.get(node.index) or _carried(rollout, node, clock) or _inner(rollout, node)
        while node.index not in timed and name in taken:
            name += "′"
        if name:
            names[node.index] = name
            taken.add(name)
    return names


def _timed(rollout: Rollout, t: int, clock: Clock) -> dict[int, str]:
    names: dict[int, str] = {}
    for run in rollout.at(t):
        mark = layer_mark(rollout, run.depth)
        before = clock.at(t + 1 if run.backward else t - 1)
        names |= {node.index: f"{clean(name)}_{before}{mark}" for name, node in run.carry(t).items()}
        names |= {node.index: f"{clean(name)}_{clock.at(t)}{mark}" for name, node in run.state(t).items()}
    for letter, found in (("x", rollout.inputs), ("y", rollout.outputs), ("L", rollout.losses)):
        if t in found:
            names[found[t].index] = f"{letter}_{clock.at(t)}"
    return names


def _carried(rollout: Rollout, node: Node, clock: Clock) -> str:
    """Return the name of what comes from another step than its layer's last one, such as what attention looks at."""
    brought = node.scope.role == CARRY and node.primitive in {ALIAS, STOP}
    t = (node.parents[0] if brought else node).scope.t
    if t is None or t == clock.t or not node.name:
        return ""
    return f"{clean(node.name)}_{clock.at(t)}{layer_mark(rollout, node.scope.layer)}"


def _inner(rollout: Rollout, node: Node) -> str:
    if node.scope.role == "input" and node.primitive is AT_STEP and not node.value.any():
        return "0"  # a step without an input is fed zeros
    mark = layer_mark(rollout, node.scope.layer)
    if any(module.name == node.scope.role for module in rollout.modules):
        mark = mark.replace("→", "").replace("←", "").replace("^()", "")  # a part without a state has no direction
    return clean(node.name) + mark if node.name else ""


def star(rollout: Rollout, run: Layer, state: str) -> str:
    """Return the mark of what comes back to a state from its layer's next step: ★, with its name if there are more."""
    mark = "★" if len(run.cell.states) == 1 else f"★_{clean(state)}"
    return mark + layer_mark(rollout, run.depth)


def other_star(rollout: Rollout, layer: int, name: str) -> str:
    """Return the mark of what comes back to a value from steps that are not the next one of its layer."""
    return f"☆_{clean(name)}{layer_mark(rollout, layer)}"
