"""From one step's operations to what drawings of cells show: gates with their weights inside, and what joins them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bptt_viz.analyses.graph.gates.terms import Key, Terms, Way
from bptt_viz.analyses.graph.parts import identifier
from bptt_viz.analyses.lowering import Operation
from bptt_viz.ops.arithmetic import ADD, DIVIDE, MULTIPLY, NEGATE, SUBTRACT
from bptt_viz.results.lettering import clean

Kind = Literal["layer", "op", "stack", "constant"]

INPUT = "x"
"""Where the input comes in."""

_STRAIGHT = frozenset({ADD, SUBTRACT, MULTIPLY, DIVIDE, NEGATE})
"""Operations that a state may pass without leaving its line: no matrix mixes its entries, nothing squashes them."""


def entry(state: str) -> str:
    """Return the name of the place where a state comes in."""
    return f"in:{state}"


def leaving(state: str) -> str:
    """Return the name of the place where a state leaves."""
    return f"out:{state}"


@dataclass(frozen=True, slots=True)
class Part:
    """A shape of the drawing.

    Attributes:
        id: unique within the cell.
        kind: `layer` for weights with what they feed, such as a gate; `op` for an operation entry by entry; `stack`
            where the values that a matrix multiplies come together; `constant` for what is given.
        symbol: what is written into it; of a layer, its activation, if it has one.
        name: of the gate.
        key: the operation that makes its value, and the slice of it that is meant; a stack has none.
        weights: indices of the parameters inside.
    """

    id: str
    kind: Kind
    symbol: str
    name: str = ""
    key: Key = (-1, -1)
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """What one part hands to another.

    Attributes:
        source: id of a part, or `x` or `in:STATE` where something comes in.
        target: id of a part, or `out:STATE` where a state leaves.
        way: how it gets into a layer; `value` elsewhere.
        values: what crosses, several values if they are stacked.
    """

    source: str
    target: str
    way: Way
    values: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class GateGraph:
    """One step of a cell.

    Attributes:
        parts: by id, in the order of computation.
        ties: between them.
        highways: by state, the parts that it passes on a straight line from its old value to its new one.
    """

    parts: Mapping[str, Part]
    ties: tuple[Tie, ...]
    highways: Mapping[str, tuple[str, ...]]


def gate_graph(
    operations: Mapping[int, Operation],
    ports: Mapping[int, str],
    states: Mapping[str, int],
    peepholes: Collection[int] = (),
) -> GateGraph:
    """Return the drawing of one step of a cell.

    A sum of products with weights becomes one layer, together with the activation that it feeds. Gates that share one
    matrix are drawn with a part of it each, so that it does not matter how a cell packs its weights.

    Args:
        operations: of the step, by index, in the order of computation.
        ports: indices of what comes in from outside: `x` and `in:STATE`.
        states: by name, the index of the new value.
        peepholes: indices of the parameters that are peepholes.
    """
    return _Contraction(operations, ports, states, Terms(operations, frozenset(peepholes))).finish()


@dataclass
class _Contraction:
    operations: Mapping[int, Operation]
    ports: Mapping[int, str]
    states: Mapping[str, int]
    terms: Terms
    ids: dict[Key, str] = field(default_factory=dict)
    stacks: dict[tuple[Key, ...], str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)

    def finish(self) -> GateGraph:
        for key in sorted(self._needed()):
            self._add(key)
        for state, index in self.states.items():
            self._tie((index, -1), leaving(state))
        return GateGraph(self.parts, tuple(self.ties), _highways(self))

    def _needed(self) -> set[Key]:
        """Return the values that get a part of their own."""
        found: set[Key] = set()
        waiting: list[Key] = [(index, -1) for index in self.states.values()]
        while waiting:
            key = waiting.pop()
            if key not in found and key[0] not in self.ports:
                found.add(key)
                waiting += self.terms.sources(key)
        return found

    def _tie(self, source: Key, target: str, way: Way = "value") -> None:
        name = self.ports.get(source[0]) or self.ids[source]
        self.ties.append(Tie(name, target, way, (source,)))

    def _add(self, key: Key) -> None:
        operation = self.operations[key[0]]
        if not operation.symbol:
            self._put("constant", clean(operation.node.name) or "constant", key)
        elif self.terms.is_layer(key):
            self._add_layer(key)
        else:
            weights = self.terms.parameters(key)
            named = [clean(self.operations[index].node.name) for index in weights]
            made = self._put("op", " ".join([operation.symbol, *named]), key, weights)
            for source in dict.fromkeys(self.terms.sources(key)):
                self._tie(source, made)

    def _add_layer(self, key: Key) -> None:
        operation = self.operations[key[0]]
        activation = operation.symbol if self.terms.is_activation(operation) else ""
        found = self.terms.of_layer(key)
        weighed = tuple(dict.fromkeys(term.source for term in found if term.way == "value"))
        stack = self._stack(weighed) if len(weighed) > 1 else ""
        made = self._put("layer", activation, key, self.terms.parameters(key))
        if stack:
            self.ties.append(Tie(stack, made, "value", weighed))
        for term in dict.fromkeys(found):
            if term.source not in weighed or (not stack and term.way == "value"):
                self._tie(term.source, made, term.way)

    def _stack(self, sources: tuple[Key, ...]) -> str:
        """Return the part in which some values come together, one for all that use them."""
        if sources not in self.stacks:
            self.stacks[sources] = self._put("stack", "", (-1, -1))
            for source in sources:
                self._tie(source, self.stacks[sources])
        return self.stacks[sources]

    def _put(self, kind: Kind, symbol: str, key: Key, weights: tuple[int, ...] = ()) -> str:
        node = self.operations[key[0]].node if kind != "stack" else None
        name = clean(node.name) if node and node.name not in self.states else ""
        made = identifier(name or (node.primitive.name if node else kind), self.parts)
        self.ids[key] = made
        self.parts[made] = Part(made, kind, symbol, name, key, weights)
        return made


def _highways(made: _Contraction) -> dict[str, tuple[str, ...]]:
    """Find, state by state, the shortest way along which only sums and products entry by entry lie."""
    found: dict[str, tuple[str, ...]] = {}
    for state in made.states:
        way = _way(made, state, {part for other in found.values() for part in other})
        if way is not None:
            found[state] = way
    return found


def _way(made: _Contraction, state: str, taken: set[str]) -> tuple[str, ...] | None:
    ways: list[tuple[str, ...]] = [()]
    for way in ways:  # grows meanwhile
        last = way[-1] if way else entry(state)
        targets = [tie.target for tie in made.ties if tie.source == last]
        if leaving(state) in targets:
            return way
        for target in targets:
            if target not in taken and target in made.parts and _is_straight(made, made.parts[target]):
                taken = taken | {target}
                ways.append((*way, target))
    return None


def _is_straight(made: _Contraction, part: Part) -> bool:
    return part.kind == "op" and made.operations[part.key[0]].node.primitive in _STRAIGHT
