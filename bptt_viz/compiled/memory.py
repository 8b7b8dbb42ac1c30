"""Where the values and the cotangents of all steps lie: one array a family, with a further first axis for time."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled.families import Family, Operand
from bptt_viz.compiled.kernels import GATES, VIEWS, Call
from bptt_viz.ops.slicing import AT_STEP, SLICE
from bptt_viz.ops.softmax import CROSS_ENTROPY
from bptt_viz.tape import LEAF, Node


class Run(NamedTuple):
    """What one call computes: one family's values, or those of several gates.

    Attributes:
        values: of all steps.
        columns: of the packed operand; None for all of it.
        side: what the message needs besides, of all steps; None if nothing.
    """

    values: Array
    columns: slice | None = None
    side: Array | None = None

    def part(self, operand: Array) -> Array:
        """Return the part of the operand that is needed."""
        return operand if self.columns is None else operand[..., self.columns]


def _columns(gate: Family) -> slice:
    columns: slice = gate.attributes["key"][-1]
    return columns


def _runs(gates: Sequence[Family]) -> list[list[Family]]:
    """Gather gates that are neighbours in one packed array and are activated alike."""
    found: list[list[Family]] = []
    for gate in sorted(gates, key=lambda gate: (id(gate.operands[0].source), _columns(gate).start)):
        before = found[-1][-1] if found else None
        alike = before is not None and (before.primitive, before.operands) == (gate.primitive, gate.operands)
        if alike and before is not None and _columns(before).stop == _columns(gate).start:
            found[-1].append(gate)
        else:
            found.append([gate])
    return found


class Values:
    """Every family's values, in arrays that stay where they are.

    Args:
        given: the arrays of leaves that are given anew for each run; other leaves keep what was recorded.
    """

    def __init__(self, given: Mapping[Node, Array]) -> None:
        self._given = given
        self._whole: dict[Family, Array] = {}
        self._runs: dict[Family, Run | None] = {}
        self._sides: dict[Family, Array] = {}

    def place(self, component: Sequence[Family]) -> None:
        """Set memory aside for families that read only each other and those that have some."""
        views = [family for family in component if family.primitive in VIEWS]
        gates = [family for family in component if family.primitive in GATES and family.initial is None]
        for family in component:
            if family.primitive is LEAF:  # a constant of its own for each step
                self._whole[family] = family.attributes["value"]
            elif family not in views and family not in gates:
                early = family.initial is not None
                self._whole[family] = np.zeros((len(family.steps) + early, *family.shape), family.dtype)
            if family.primitive is CROSS_ENTROPY:
                self._sides[family] = np.zeros_like(self.all_steps(family.operands[0], family))
        for run in _runs(gates):
            self._place_run(run)
        for family in views:  # parts of what has its place by now
            self._whole[family] = self.all_steps(family.operands[0], family)[_key(family)]

    def _place_run(self, gates: Sequence[Family]) -> None:
        """Put neighbouring gates side by side, so that one call activates them."""
        first, last = gates[0], gates[-1]
        *outer, width = first.shape
        whole = np.zeros((len(first.steps), *outer, width * len(gates)), first.dtype)
        start, stop = _columns(first).start, _columns(last).stop
        for gate in gates:
            own = _columns(gate)
            self._whole[gate] = whole[..., own.start - start : own.stop - start]
            self._runs[gate] = None
        self._runs[first] = Run(whole, slice(start, stop))

    def run(self, family: Family) -> "Run | None":
        """Return what is computed for a family; None if another family's calls do it."""
        return self._runs[family] if family in self._runs else Run(self.own(family), None, self._sides.get(family))

    def side(self, family: Family) -> Array | None:
        """Return what is kept beside a family's values."""
        return self._sides.get(family)

    def initial_calls(self, family: Family) -> list[Call]:
        """Return what must be copied before the first step."""
        if family.initial is None:
            return []
        return [(np.copyto, (self._whole[family][0], self.static(family.initial)))]

    def static(self, node: Node) -> Array:
        """Return the array of a node outside time."""
        return self._given.get(node, node.value)

    def own(self, family: Family) -> Array:
        """Return a family's values, (T, …)."""
        whole = self._whole[family]
        return whole if family.initial is None else whole[1:]

    def all_steps(self, operand: Operand, reader: Family) -> Array:
        """Return what a family reads at all of its steps; one array for all if it is outside time."""
        source, lag = operand
        if isinstance(source, Node):
            return steps_of(reader, self.static(source), None)
        start = reader.first - lag - source.first + (source.initial is not None)
        return self._whole[source][start : start + len(reader.steps)]

    def at(self, operand: Operand, reader: Family, t: int) -> Array:
        """Return what a family reads at step t."""
        source, lag = operand
        if isinstance(source, Node):
            return steps_of(reader, self.static(source), t)
        return self._whole[source][t - lag - source.first + (source.initial is not None)]


def _key(family: Family) -> Any:
    """Return the index of a part within the array of all steps; keys count axes from the end."""
    return (...,) if family.primitive is AT_STEP else family.attributes["key"]


def steps_of(reader: Family, whole: Array, t: int | None) -> Array:
    """Return what a family reads of an array outside time: of a sequence its own steps, or one of them."""
    if reader.primitive is not AT_STEP:
        return whole
    return whole[reader.first - 1 : reader.last] if t is None else whole[t - 1]


def block_of(family: Family, packed: Array) -> Array:
    """Return the part of an array that a gate or a slice is made from."""
    return packed[family.attributes["key"]] if family.primitive in GATES or family.primitive is SLICE else packed


class Gradients:
    """Every family's cotangents, beside its values; and those of leaves.

    Which entries hold something is known while the calls are collected: the first message is written, later ones are
    added, and what nothing writes stays zero for ever.

    Args:
        values: beside which they lie.
        leaves: memory to use for some leaves' cotangents.
    """

    def __init__(self, values: Values, leaves: Mapping[Node, Array]) -> None:
        self._values = values
        self._whole: dict[Family, Array] = {}
        self._written: set[tuple[Family, int]] = set()
        self._leaves = dict(leaves)
        self._reached: set[Node] = set()

    def place(self, family: Family, instead: Family | None = None) -> None:
        """Set memory aside; `instead` is a family whose cotangents are the same."""
        if family in self._whole:
            return
        if instead is not None:
            self._whole[family] = self.own(instead)
            return
        early = family.initial is not None
        self._whole[family] = np.zeros((len(family.steps) + early, *family.shape), family.dtype)

    def has(self, family: Family) -> bool:
        """Tell whether a family has memory."""
        return family in self._whole

    def own(self, family: Family) -> Array:
        """Return a family's cotangents, (T, …)."""
        whole = self._whole[family]
        return whole if family.initial is None else whole[1:]

    def at(self, family: Family, t: int) -> Array:
        """Return the cotangent at a step, 0 for what was before the first."""
        return self._whole[family][t - family.first + (family.initial is not None)]

    def steps(self, family: Family, first: int, count: int) -> Array:
        """Return the cotangents of neighbouring steps."""
        start = first - family.first + (family.initial is not None)
        return self._whole[family][start : start + count]

    def written(self, family: Family, steps: Sequence[int]) -> list[bool]:
        """Tell which steps' entries hold something, and take it that all do from now on."""
        found = [(family, t) in self._written for t in steps]
        self._written.update((family, t) for t in steps)
        return found

    def reached(self, family: Family, t: int) -> bool:
        """Tell whether an entry holds something."""
        return (family, t) in self._written

    def leaf(self, node: Node) -> tuple[Array, bool]:
        """Return the memory of a leaf's cotangent, and whether it holds something already."""
        holds = node in self._reached
        self._reached.add(node)
        return self.of_leaf(node), holds

    def of_leaf(self, node: Node) -> Array:
        """Return the memory of a leaf's cotangent."""
        if node not in self._leaves:
            self._leaves[node] = np.zeros_like(self._values.static(node))
        return self._leaves[node]
