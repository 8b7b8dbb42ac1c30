"""One time step at op level before it is laid out: which shapes there are and which wires join them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bptt_viz.analyses.expressions import Expressions
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.names import came_back, identifier, layer_mark, step_names
from bptt_viz.analyses.lowering import Operand, Operation, lower
from bptt_viz.arrays import norm
from bptt_viz.models import Rollout
from bptt_viz.results.lettering import clean
from bptt_viz.tape import Node

_KINDS = {"carry": "state", "parameter": "weights", "input": "input"}


@dataclass(frozen=True, slots=True)
class Part:
    """A shape.

    Attributes:
        id: unique within its step.
        kind: as for `GraphNode`.
        label: what is written in it.
        layer: depth.
        state: name of the state that a box brings in or an end takes out.
        tooltip: equation, shape and norms.
    """

    id: str
    kind: str
    label: str
    layer: int
    state: str = ""
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """What one part hands to another.

    Attributes:
        source: id of a part.
        target: id of a part.
        value: name of the forward value; empty where the source says it already.
        gradient: expression of what comes back.
        norm: of what comes back; None if unknown.
    """

    source: str
    target: str
    value: str
    gradient: str
    norm: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One time step.

    Attributes:
        t: which one.
        parts: in the order of computation.
        wires: between them.
        equations: what the step computes, one line for each value that has a name.
    """

    t: int
    parts: Sequence[Part]
    wires: Sequence[Wire]
    equations: Sequence[str]


def step_parts(rollout: Rollout, t: int, nodes: Sequence[Node], gradients: Gradients | None) -> Step:
    """Return the drawing of step `t`.

    Args:
        rollout: the recorded model.
        t: from 1 to T.
        nodes: what was recorded at `t`, in order.
        gradients: norms of one backward pass, if wanted.
    """
    return _StepParts(rollout, t, nodes, gradients).finish()


@dataclass
class _StepParts:
    rollout: Rollout
    t: int
    nodes: Sequence[Node]
    gradients: Gradients | None
    parts: dict[str, Part] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = step_names(self.rollout, self.t, self.nodes)
        self.operations = lower(self.nodes, self._wanted(), names)
        self.text = Expressions(self.operations, names, self._outside())
        self.ids: dict[int, str] = {}

    def finish(self) -> Step:
        for operation in self.operations.values():
            self._add(operation)
        for run in self.rollout.layers:
            for name, node in run.states[self.t].items():
                self._take_out(run.depth, name, node)
        if self.t in self.rollout.losses:
            self._box_loss(self.rollout.losses[self.t])
        forks = _forked(list(self.parts.values()), self.wires, self._trunks())
        return Step(self.t, *forks, self._equations())

    def _equations(self) -> list[str]:
        named = [
            operation for operation in self.operations.values() if operation.symbol and self.text.is_named(operation)
        ]
        return [self._equation(operation.index) for operation in named]

    def _equation(self, index: int) -> str:
        pieces = self.text.pieces.get(index)
        parts = f"[{', '.join(pieces)}] = " if pieces else ""
        return f"{self.text.values[index]} = {parts}{self.text.formulas[index]}"

    def _wanted(self) -> list[Node]:
        found = [node for run in self.rollout.layers for node in run.states[self.t].values()]
        return found + [where[self.t] for where in (self.rollout.outputs, self.rollout.losses) if self.t in where]

    def _outside(self) -> dict[int, list[str]]:
        """Return what comes back to this step's values from other steps and from the total loss."""
        found: dict[int, list[str]] = {}
        if self.t < self.rollout.steps:
            for run in self.rollout.layers:
                for name, node in run.states[self.t].items():
                    mark = came_back(self.rollout, name) + layer_mark(self.rollout, run.depth)
                    found.setdefault(node.index, []).append(mark)
        if self.t in self.rollout.losses:
            found[self.rollout.losses[self.t].index] = ["1"]
        return found

    def _add(self, operation: Operation) -> None:
        node, index = operation.node, operation.index
        kind = "op" if operation.symbol else _KINDS.get(node.scope.role, "constant")
        label = operation.symbol or self.text.values[index]
        state = node.name if kind == "state" else ""
        self.ids[index] = self._put(kind, label, node.scope.layer, node.name or node.primitive.name, state, operation)
        for operand in operation.operands:
            self.wires.append(self._wire(operand, operation))

    def _put(
        self, kind: str, label: str, layer: int, wished: str, state: str = "", operation: Operation | None = None
    ) -> str:
        made = identifier(f"l{layer}-{wished}", self.parts)
        tooltip = self._tooltip(operation) if operation else ""
        self.parts[made] = Part(made, kind, clean(label), layer, clean(state), tooltip)
        return made

    def _tooltip(self, operation: Operation) -> str:
        index = operation.index
        name, formula = self.text.values[index], self.text.formulas[index]
        lines = [name if name == formula else f"{name} = {formula}", self._measure(operation.node)]
        gradient = self.text.cotangents[index]
        if gradient != "0":
            total = self.text.sums[index]
            lines.append(f"gradient: {gradient if gradient == total else f'{gradient} = {total}'}")
        if self.gradients and operation.node.active:
            lines.append(f"gradient norm {self.gradients.of(operation.node):.3g}")
        return "\n".join(lines)

    def _measure(self, node: Node) -> str:
        shape = " × ".join(map(str, node.shape)) or "a number"
        return f"shape {shape}, norm {norm(node.value):.3g}"

    def _wire(self, operand: Operand, operation: Operation) -> Wire:
        source = self.operations[operand.source]
        value = self.text.operand(operand) if source.symbol or operand.piece else ""
        norm = self.gradients.over(operand) if self.gradients and source.node.active else None
        return Wire(self.ids[operand.source], self.ids[operation.index], value, self._gradient(operand), norm)

    def _gradient(self, operand: Operand) -> str:
        message = self.text.message(operand)
        if operand.is_gate:
            return f"d{operand.piece} = {message}"
        source = self.operations[operand.source]
        name = self.text.cotangents[operand.source]
        alone = self.text.sums[operand.source] == message and source.symbol
        return f"{name} = {message}" if alone and name != message else message

    def _take_out(self, layer: int, name: str, node: Node) -> None:
        """Add the end at which a state leaves for the next step."""
        end = self._put("end", "", layer, f"{name}-out", name)
        last = self.t == self.rollout.steps
        mark = "" if last else came_back(self.rollout, name) + layer_mark(self.rollout, layer)
        norm = self.gradients.carried(layer, name, self.t + 1) if self.gradients and not last else None
        self.wires.append(Wire(self.ids[node.index], end, self.text.values[node.index], mark, norm))

    def _box_loss(self, node: Node) -> None:
        box = self._put("loss", self.text.values[node.index], len(self.rollout.layers), "L")
        norm = self.gradients.of(node) if self.gradients else None
        gradient = f"d{self.text.values[node.index]} = 1"
        self.wires.append(Wire(self.ids[node.index], box, "", gradient, norm))

    def _trunks(self) -> Mapping[str, tuple[str, str, float | None]]:
        """Return what the common part of a forked wire says, by the id of its source."""
        found: dict[str, tuple[str, str, float | None]] = {}
        for index, operation in self.operations.items():
            name, total = self.text.cotangents[index], self.text.sums[index]
            value = self.text.values[index] if operation.symbol else ""
            norm = self.gradients.of(operation.node) if self.gradients and operation.node.active else None
            found[self.ids[index]] = (value, total if name == total else f"{name} = {total}", norm)
        return found


def _forked(
    parts: list[Part], wires: list[Wire], trunks: Mapping[str, tuple[str, str, float | None]]
) -> tuple[list[Part], list[Wire]]:
    """Let a value that goes several ways run along one wire to a fork."""
    uses: dict[str, int] = {}
    for wire in wires:
        uses[wire.source] = uses.get(wire.source, 0) + 1
    forks = {source: f"{source}-fork" for source, count in uses.items() if count > 1}
    made: list[Part] = []
    for part in parts:
        made.append(part)
        if part.id in forks:
            made.append(Part(forks[part.id], "fork", "", part.layer))
    trunk = [Wire(source, fork, *trunks[source]) for source, fork in forks.items()]
    branches = [_branch(wire, forks, trunks) for wire in wires]
    return made, trunk + branches


def _branch(wire: Wire, forks: Mapping[str, str], trunks: Mapping[str, tuple[str, str, float | None]]) -> Wire:
    if wire.source not in forks:
        return wire
    repeated = wire.value == trunks[wire.source][0]
    return replace(wire, source=forks[wire.source], value="" if repeated else wire.value)
