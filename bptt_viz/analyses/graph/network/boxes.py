"""What of a tape each box of a picture at step level holds, and which box uses what another one makes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bptt_viz.analyses.graph.names import layer_mark
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.ops.shaping import EXPAND, STACK
from bptt_viz.ops.slicing import AT_STEP
from bptt_viz.results.lettering import clean
from bptt_viz.tape import LEAF, Node
from bptt_viz.topologies import CARRY, Layer, Module

_PASSING = frozenset({ALIAS, STOP, AT_STEP, EXPAND})


@dataclass(slots=True)
class Box:
    """One box.

    Attributes:
        id: the same for the same model and options.
        kind: as for `GraphNode`.
        label: what is written in it.
        t: time step; 0 before time, None outside of it.
        row: of its layer.
        place: what it is for the layout: `state`, `cell`, `input`, `output`, `loss`, `total`, `weights`, `memory` or
            the name of a module.
        about: first lines of its tooltip.
        nodes: what it holds, in the order of recording.
        backward: it belongs to a layer that runs backward in time.
    """

    id: str
    kind: str
    label: str
    t: int | None
    row: int
    place: str
    about: str = ""
    nodes: list[Node] = field(default_factory=list)
    backward: bool = False


Uses = dict[tuple[str, str], list[Node]]
"""By source and target box: the nodes that take the source's values over."""


class Network:
    """All boxes of a rollout, and who uses whom.

    Attributes:
        boxes: by id, in the order of computation.
        uses: who uses whom.
        legend: what the labels of modules mean.
    """

    def __init__(self, rollout: Rollout) -> None:
        self.boxes: dict[str, Box] = {}
        self.uses: Uses = {}
        self._rollout = rollout
        self._owner: dict[int, Box] = {}
        self._makers = {(t, run.depth): run for run in rollout.layers for t in run.steps}
        self._modules = {(module.name, module.depth): module for module in rollout.modules}
        self._own_states()
        self._own_weights()
        for node in rollout.tape.nodes:
            self._own(node)
        for node in rollout.tape.nodes:
            self._use(node)
        self._drop_lonely()
        self.legend = {module.label: _told(module) for module in rollout.modules}
        if any(box.place == "memory" for box in self.boxes.values()):
            self.legend["M"] = "the states that attention looks at, side by side"

    def _box(self, name: str, kind: str, label: str, t: int | None, row: int, place: str, about: str = "") -> Box:
        return self.boxes.setdefault(name, Box(name, kind, label, t, row, place, about))

    def _put(self, box: Box, node: Node) -> None:
        box.nodes.append(node)
        self._owner[node.index] = box

    def _own_states(self) -> None:
        for run in self._rollout.layers:
            before = run.first + 1 if run.backward else run.first - 1
            for t, states in ((before, run.states[0]), *((t, run.state(t)) for t in run.steps)):
                if any(node.index in self._owner for node in states.values()):
                    continue  # the last states of another layer
                mark = layer_mark(self._rollout, run.depth)
                label = "\n".join(f"{clean(name)}_{t}{mark}" for name in states)
                box = self._box(f"t{t}-l{run.depth}-s", "state", label, t, run.depth, "state")
                box.backward = run.backward
                for node in states.values():
                    self._put(box, node)

    def _own_weights(self) -> None:
        """Give the weights of layers and modules a box, once where several share them."""
        for run in self._rollout.layers:
            if self._held(run.parameters):
                continue
            number, mark = _number(self._rollout, run), layer_mark(self._rollout, run.depth)
            name = f"W_{number}{mark}" if number else f"W{mark}"
            box = self._box(f"l{run.depth}-W{number}", "weights", name, None, run.depth, "weights")
            self._hold(box, run.parameters)
        for module in self._rollout.modules:
            if module.parameters and not self._held(module.parameters):
                label = ", ".join(map(clean, module.parameters)) if len(module.parameters) == 1 else f"W_{module.label}"
                box = self._box(f"{_plain(module)}-W", "weights", label, None, module.depth, "weights")
                self._hold(box, module.parameters)

    def _held(self, parameters: Mapping[str, Node]) -> bool:
        return all(node.index in self._owner for node in parameters.values())

    def _hold(self, box: Box, parameters: Mapping[str, Node]) -> None:
        lines = ["the same weights at every step"]
        for name, node in parameters.items():
            lines.append(f"{clean(name)} {list(node.shape)}")
            if node.index not in self._owner:
                self._put(box, node)
        box.about = "\n".join(lines)

    def _own(self, node: Node) -> None:
        """Put a node into its box, unless it only passes a value on."""
        if node.index in self._owner or node.primitive in _PASSING - {AT_STEP}:
            return
        box = self._boxed(node)
        if box is not None:
            self._put(box, node)

    def _boxed(self, node: Node) -> Box | None:
        t, row, role = node.scope
        if (role, row) in self._modules:
            return self._module(node, self._modules[role, row])
        if role == "cell":
            return self._cell(t or 0, row)
        if role == "input":
            return self._input(node)
        if role == "readout":
            return self._box(f"t{t}-y", "output", f"y_{t}", t, row, "output", "the scores")
        if role == "loss" and t is None:
            told = f"L = {self._rollout.loss.value.item():.4g}, the sum of all L_t"
            return self._box("L", "loss", "L", None, row, "total", told)
        if role == "loss":
            return self._box(f"t{t}-L", "loss", f"L_{t}", t, row, "loss")
        if role == CARRY and node.primitive is STACK:
            about = f"{len(node.parents)} states side by side"
            return self._box(f"t{t}-l{row}-{node.index}-M", "memory", "M", t, row, "memory", about)
        return None

    def _module(self, node: Node, module: Module) -> Box:
        t = node.scope.t or 0
        if self._rollout.inputs.get(t) is module.outcomes.get(t):
            about = f"{module.name}: {module.about}"
            return self._box(f"t{t}-x", "input", f"x_{t}", t, module.depth, "input", about)
        kind = "gate" if module.parameters else "op"
        return self._box(
            f"t{t}-{_plain(module)}", kind, module.label, t, module.depth, module.name, f"{module.name}\n{module.about}"
        )

    def _cell(self, t: int, row: int) -> Box:
        run = self._makers[t, row]
        cell = type(run.cell)
        equations = (cell.__doc__ or "").strip().partition("\n\n")[0]
        box = self._box(
            f"t{t}-l{row}-f",
            "cell",
            f"f_W{_number(self._rollout, run)}",
            t,
            row,
            "cell",
            f"one step of {cell.__name__}\n{equations}",
        )
        box.backward = run.backward
        return box

    def _input(self, node: Node) -> Box | None:
        t = node.scope.t
        if self._rollout.inputs.get(t or 0) is node:
            return self._box(f"t{t}-x", "input", f"x_{t}", t, node.scope.layer, "input")
        if node.primitive is LEAF and t is None:
            return self._box(
                f"given-{node.name}-{node.index}", "input", clean(node.name), None, node.scope.layer, "given"
            )
        return None

    def _use(self, node: Node) -> None:
        target = self._owner.get(node.index)
        if target is None:
            return
        for parent in node.parents:
            user, value = node, parent
            while value.index not in self._owner and value.primitive in _PASSING and value.parents:
                user, (value,) = value, value.parents
            source = self._owner.get(value.index)
            if source is not None and source is not target and not _inside(source, target):
                users = self.uses.setdefault((source.id, target.id), [])
                if not users or users[-1] is not user:
                    users.append(user)

    def _drop_lonely(self) -> None:
        """Leave out what nothing uses: whole sequences of which single entries are shown."""
        used = {source for source, _ in self.uses}
        for box in list(self.boxes.values()):
            if box.place == "given" and box.id not in used:
                del self.boxes[box.id]
        entries = {name for name, box in self.boxes.items() if box.place == "given"}
        inputs = {name for name, box in self.boxes.items() if box.place == "input"}
        for pair in [pair for pair in self.uses if pair[0] in entries and pair[1] in inputs]:
            del self.uses[pair]
        for name in entries - {source for source, _ in self.uses}:
            del self.boxes[name]


def _inside(source: Box, target: Box) -> bool:
    """Tell whether a state is used by the very step of a cell that makes it, as an LSTM's c is for h."""
    return source.place == "state" and target.place == "cell" and (source.t, source.row) == (target.t, target.row)


def _told(module: Module) -> str:
    return f"{module.name}: {module.about}" if module.about else module.name


def _plain(module: Module) -> str:
    return f"{module.name.replace(' ', '-')}-l{module.depth}"


def _number(rollout: Rollout, run: Layer) -> str:
    """Return which of its row's layers one is, from 1; nothing if there is one alone."""
    alike = [other for other in rollout.layers if other.depth == run.depth]
    return str(alike.index(run) + 1) if len(alike) > 1 else ""


def values(box: Box, users: Sequence[Node]) -> Iterator[tuple[Node, list[Node]]]:
    """Yield what a box holds that some nodes use, each with those that use it."""
    for node in box.nodes:
        found = [user for user in users if any(parent is node for parent in user.parents)]
        if found:
            yield node, found
