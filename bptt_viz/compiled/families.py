"""Families: the nodes that every time step records alike, as one thing with an entry a step."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from bptt_viz.errors import BpttVizError
from bptt_viz.ops.slicing import AT_STEP
from bptt_viz.tape import LEAF, Node, Primitive


class IrregularError(BpttVizError):
    """The time steps are not alike enough to be compiled; run the tape instead."""


class Operand(NamedTuple):
    """What a family reads.

    Attributes:
        source: another family, or a node outside time, whose value serves all steps.
        lag: 1 if step t reads the source of step t − 1.
    """

    source: "Family | Node"
    lag: int = 0


@dataclass(eq=False, slots=True)
class Family:
    """Nodes of neighbouring time steps that are made by one operation from the same operands.

    Attributes:
        primitive: the operation; an addition may have more than two operands.
        first: the step of the first of them.
        shape: of one step's value.
        dtype: of the values.
        nodes: those that were recorded, by time and without gaps; none for a family that a rewriting made.
        operands: what each of them reads.
        attributes: the operation's constants; arrays that differ from step to step are stacked along a first axis.
        initial: what a reader with a lag gets at step 1; None if there is none.
        last: the step of the last of them.
    """

    primitive: Primitive
    first: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    nodes: list[Node] = field(default_factory=list)
    operands: tuple[Operand, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    initial: Node | None = None
    last: int = 0

    @property
    def steps(self) -> range:
        """All its steps."""
        return range(self.first, self.last + 1)


def origin(node: Node) -> Node:
    """Return what an alias stands for."""
    while node.primitive.transparent:
        (node,) = node.parents
    return node


def in_time(node: Node) -> bool:
    """Tell whether a node belongs to a time step, rather than to all of them or to the time before."""
    return bool(node.scope.t)


def families(nodes: Collection[Node]) -> list[Family]:
    """Group the nodes of all time steps, in the order in which a step records them.

    Args:
        nodes: those that are wanted and all that they depend on, in the order of their tape.

    Raises:
        IrregularError: steps differ in what they record.
    """
    grouped = _grouped(node for node in nodes if in_time(node) and not node.primitive.transparent)
    constants: dict[Node, Node] = {}
    member: dict[Node, Family] = {}
    for family in grouped:
        if family.primitive is LEAF and _is_shared(family):
            constants |= dict.fromkeys(family.nodes, family.nodes[0])
        else:
            member |= dict.fromkeys(family.nodes, family)
    found = list(dict.fromkeys(member.values()))
    for family in found:
        family.operands = _operands(family, member, constants)
        family.attributes = _attributes(family)
    return sorted(found, key=lambda family: family.nodes[-1].index)


def name_of(constant: Node) -> str:
    """Return what a recorded constant is called from outside: its name, its role and its row."""
    return f"{constant.name} {constant.scope.role} {constant.scope.layer}"


def _grouped(nodes: Iterator[Node]) -> list[Family]:
    """Group by what a node is and by its place among its like within the step."""
    seen: dict[tuple[int | None, str], int] = {}
    found: dict[tuple[str, int], Family] = {}
    for node in nodes:
        t = node.scope.t
        assert t is not None, "only nodes in time are grouped"
        kind = _kind(node)
        place = seen[t, kind] = seen.get((t, kind), -1) + 1
        value = node.value
        family = found.setdefault((kind, place), Family(node.primitive, t, value.shape, value.dtype, last=t - 1))
        if t != family.last + 1:
            raise IrregularError(f"{node!r} has no counterpart at step {t - 1}")
        family.nodes.append(node)
        family.last = t
    return list(found.values())


def _kind(node: Node) -> str:
    """Return what must be equal for two steps' nodes to be of one family."""
    scope = node.scope
    constants = {
        name: np.shape(value) if isinstance(value, np.ndarray) else value
        for name, value in node.attributes.items()
        if not (node.primitive is AT_STEP and name == "t")
    }
    return f"{scope.layer} {scope.role} {node.primitive.name} {node.name} {node.value.shape} {constants!r}"


def _is_shared(family: Family) -> bool:
    """Tell whether all steps record the same constant."""
    first, *others = family.nodes
    if first.active:
        raise IrregularError(f"{first!r} is given within a step")
    return all(np.array_equal(first.value, node.value) for node in others)


def _operands(family: Family, member: dict[Node, Family], constants: dict[Node, Node]) -> tuple[Operand, ...]:
    """Return what all nodes of a family read, and note what those with a lag read at the first step."""
    read = [_read(node, member, constants) for node in family.nodes]
    usual = read[-1]
    for node, operands in zip(family.nodes, read, strict=True):
        for operand, wanted in zip(operands, usual, strict=True):
            if operand == wanted:
                continue
            source = wanted.source
            is_start = wanted.lag and node.scope.t == 1 and isinstance(operand.source, Node)
            if not (is_start and isinstance(source, Family)):
                raise IrregularError(f"{node!r} reads other operands than the step before")
            if source.initial not in {None, operand.source}:
                raise IrregularError(f"{node!r} starts from another state than its neighbours")
            source.initial = operand.source  # type: ignore[assignment]
    return usual


def _read(node: Node, member: dict[Node, Family], constants: dict[Node, Node]) -> tuple[Operand, ...]:
    found = []
    for parent in map(origin, node.parents):
        source = member.get(parent)
        if source is None:
            found.append(Operand(constants.get(parent, parent)))
            continue
        lag = (node.scope.t or 0) - (parent.scope.t or 0)
        if lag not in {0, 1}:
            raise IrregularError(f"{node!r} reads what is {lag} steps back")
        found.append(Operand(source, lag))
    return tuple(found)


def _attributes(family: Family) -> dict[str, Any]:
    first = family.nodes[0]
    if family.primitive is LEAF:
        return {"value": np.stack([node.value for node in family.nodes])}
    if family.primitive is AT_STEP:
        if any(node.attributes["t"] != (node.scope.t or 0) - 1 for node in family.nodes):
            raise IrregularError(f"{first!r} takes another entry than its own step's")
        return {}
    return {name: _stacked([node.attributes[name] for node in family.nodes]) for name in first.attributes}


def _stacked(values: Sequence[Any]) -> Any:
    return np.stack(values) if isinstance(values[0], np.ndarray) else values[0]
