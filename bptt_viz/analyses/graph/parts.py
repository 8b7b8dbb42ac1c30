"""What one panel shows before it is laid out: which shapes there are, which wires join them, and how they read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bptt_viz.analyses.expressions import Expressions
from bptt_viz.analyses.graph.section import End, Section
from bptt_viz.analyses.lowering import Operand, Operation, lower
from bptt_viz.ops.gating import GATES
from bptt_viz.results.lettering import clean


class Flow(NamedTuple):
    """What crosses a wire, by places of nodes in the section.

    Attributes:
        value: of the node whose value goes forward; −1 where the wire before says it already.
        cut: of the node that takes the part of it that is used; −1 for the whole.
        way: where what comes back is found: `slot`, sent by node `back` to its parent `slot`; `node`, all that
            comes back to node `back`, or from this section to one that is given; `exit` and `entry`, what passes exit
            or entry number `back` on its way back.
        back: as the way says.
        slot: as the way says.
    """

    value: int
    cut: int
    way: str
    back: int
    slot: int = -1


@dataclass(frozen=True, slots=True)
class Part:
    """A shape.

    Attributes:
        id: unique within its panel.
        kind: as for `GraphNode`.
        label: what is written in it.
        layer: depth.
        state: name under which a box takes a value from the panel before, or an end hands one on.
        gate: name of the gate that it computes.
        equation: what it computes.
        gradient: how its gradient reads; empty if it has none.
        place: of the node whose value it is; −1 for none.
    """

    id: str
    kind: str
    label: str
    layer: int
    state: str = ""
    gate: str = ""
    equation: str = ""
    gradient: str = ""
    place: int = -1


@dataclass(frozen=True, slots=True)
class Wire:
    """What one part hands to another.

    Attributes:
        source: id of a part.
        target: id of a part.
        value: name of the forward value; empty where the source says it already.
        gradient: expression of what comes back.
        flow: what is measured on it; None for nothing.
    """

    source: str
    target: str
    value: str
    gradient: str
    flow: Flow | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """What sections of one structure have in common; texts hold stand-ins for time steps.

    Attributes:
        parts: in the order of computation.
        wires: between them.
        entering: from nowhere into parts that hold what comes from the panel before.
        equations: what is computed, one line for each value that has a name.
        readout: the layer that is drawn upwards; −1 if none is.
    """

    parts: Sequence[Part]
    wires: Sequence[Wire]
    entering: Sequence[Wire] = ()
    equations: Sequence[str] = ()
    readout: int = -1


def scheme_of(section: Section) -> Scheme:
    """Return the drawing of a section."""
    return _Scheming(section).finish()


@dataclass
class _Scheming:
    section: Section
    parts: dict[str, Part] = field(default_factory=dict)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        section = self.section
        self.operations = lower(section.nodes, section.wanted(), section.names)
        self.entries = {one.node.index: one for one in section.entries}
        self.text = Expressions(self.operations, section.names, section.outside())
        self.places = section.places()
        self.ids: dict[int, str] = {}

    def finish(self) -> Scheme:
        for operation in self.operations.values():
            self._add(operation)
        for number in range(len(self.section.exits)):
            self._take_out(number)
        for end in self.section.ends:
            self._box_end(end)
        entering = [self._entering(number) for number in range(len(self.section.entries))]
        parts, wires = _forked(list(self.parts.values()), self.wires, self._trunks())
        return Scheme(parts, wires, [wire for wire in entering if wire], self._equations(), self.section.readout)

    def _equations(self) -> list[str]:
        named = [
            operation for operation in self.operations.values() if operation.symbol and self.text.is_named(operation)
        ]
        return [self._equation(operation.index) for operation in named]

    def _equation(self, index: int) -> str:
        pieces = self.text.pieces.get(index)
        parts = f"[{', '.join(pieces)}] = " if pieces else ""
        return f"{self.text.values[index]} = {parts}{self.text.formulas[index]}"

    def _add(self, operation: Operation) -> None:
        node, index = operation.node, operation.index
        kind = "op" if operation.symbol else self.section.kinds.get(index, "constant")
        name, formula = self.text.values[index], self.text.formulas[index]
        part = Part(
            identifier(f"l{node.scope.layer}-{_plain(node.name or node.primitive.name)}", self.parts),
            kind,
            clean(operation.symbol or name),
            node.scope.layer,
            self.entries[index].name if index in self.entries else "",
            gate_of(operation, self.section),
            name if name == formula else f"{name} = {formula}",
            self._gradient_of(index) if node.active else "",
            self.places[index],
        )
        self.parts[part.id] = part
        self.ids[index] = part.id
        for operand in operation.operands:
            self.wires.append(self._wire(operand, operation))

    def _gradient_of(self, index: int) -> str:
        gradient, total = self.text.cotangents[index], self.text.sums[index]
        return "" if gradient == "0" else gradient if gradient == total else f"{gradient} = {total}"

    def _wire(self, operand: Operand, operation: Operation) -> Wire:
        source = self.operations[operand.source]
        value = self.text.operand(operand) if source.symbol or operand.piece else ""
        user, slot = operand.slot
        cut = self.places[operand.cut] if operand.piece else -1
        flow = Flow(self.places[operand.source], cut, "slot" if source.node.active else "", self.places[user], slot)
        return Wire(self.ids[operand.source], self.ids[operation.index], value, self._back_over(operand), flow)

    def _back_over(self, operand: Operand) -> str:
        message, source = self.text.message(operand), self.operations[operand.source]
        if not source.node.active:
            return ""
        if operand.is_gate:
            return f"d{operand.piece} = {message}"
        name = self.text.cotangents[operand.source]
        alone = self.text.sums[operand.source] == message and source.symbol
        return f"{name} = {message}" if alone and name != message else message

    def _take_out(self, number: int) -> None:
        """Add the end at which a value leaves."""
        out = self.section.exits[number]
        index, end = out.node.index, identifier(f"l{out.layer}-{_plain(out.name)}-out", self.parts)
        self.parts[end] = Part(end, "end", "", out.layer, out.name if out.onward else "")
        flow = Flow(self.places[index], -1, "exit" if out.users else "", number)
        self.wires.append(Wire(self.ids[index], end, self.text.values[index], out.mark, flow))

    def _entering(self, number: int) -> Wire | None:
        """Return the wire over which a value comes in; None where nothing makes use of it."""
        one = self.section.entries[number]
        target = self.ids.get(one.node.index)
        flow = Flow(self.places[one.node.index], -1, "entry", number)
        return Wire(f"{target}-in", target, "", one.mark, flow) if target else None

    def _box_end(self, end: End) -> None:
        index, layer = end.node.index, end.node.scope.layer
        name = self.text.values[index]
        box = identifier(f"l{layer}-{_plain(end.node.name or 'result')}-box", self.parts)
        self.parts[box] = Part(box, end.kind, name, layer)
        flow = Flow(self.places[index], -1, "node", self.places[index])
        self.wires.append(Wire(self.ids[index], box, "", f"d{name} = {end.seed}", flow))

    def _trunks(self) -> Mapping[str, Wire]:
        """Return the common part of a forked wire by the id of its source."""
        found: dict[str, Wire] = {}
        for index, operation in self.operations.items():
            source, place = self.ids[index], self.places[index]
            value = self.text.values[index] if operation.symbol else ""
            active = operation.node.active
            flow = Flow(place, -1, "node" if active else "", place)
            back = (self._gradient_of(index) or "0") if active else ""
            found[source] = Wire(source, f"{source}-fork", value, back, flow)
        return found


def gate_of(operation: Operation, section: Section) -> str:
    """Return the name of the gate that an operation computes, empty if it computes none."""
    node = operation.node
    known = node.primitive in GATES or node.name in section.gates.get(node.scope.layer, ())
    return _plain(node.name) if operation.symbol and known else ""


def _plain(name: str) -> str:
    """Return a name in letters that an id may have; dashes are for what stands between names there."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter == "_") else "_" for letter in name)


def identifier(wished: str, taken: Mapping[str, object]) -> str:
    """Return an ASCII name that is not taken yet."""
    plain = "-".join(map(_plain, wished.split("-")))
    tried = (plain, *(f"{plain}-{k}" for k in range(2, len(taken) + 3)))
    return next(name for name in tried if name not in taken)


def _forked(parts: list[Part], wires: list[Wire], trunks: Mapping[str, Wire]) -> tuple[list[Part], list[Wire]]:
    """Let a value that goes several ways run along one wire to a fork."""
    uses: dict[str, int] = {}
    for wire in wires:
        uses[wire.source] = uses.get(wire.source, 0) + 1
    forks = {source: trunks[source] for source, count in uses.items() if count > 1}
    made: list[Part] = []
    for part in parts:
        made.append(part)
        if part.id in forks:
            made.append(Part(forks[part.id].target, "fork", "", part.layer))
    return made, [*forks.values(), *(_branch(wire, forks) for wire in wires)]


def _branch(wire: Wire, forks: Mapping[str, Wire]) -> Wire:
    if wire.source not in forks:
        return wire
    trunk = forks[wire.source]
    branch = replace(wire, source=trunk.target)
    if wire.value != trunk.value or wire.flow is None:
        return branch
    return replace(branch, value="", flow=wire.flow._replace(value=-1))
