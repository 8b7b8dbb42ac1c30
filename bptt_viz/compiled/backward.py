"""The calls of a backward pass."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled.families import Family, IrregularError, Operand
from bptt_viz.compiled.forward import pool, step_attributes
from bptt_viz.compiled.kernels import SLOPED, Call, Local, slope_calls, takes_all_steps
from bptt_viz.compiled.memory import Gradients, Values, block_of, steps_of
from bptt_viz.compiled.order import is_recurrent
from bptt_viz.ops.arithmetic import ADD
from bptt_viz.tape import Node


class Backward:
    """Collects the calls that bring the losses' cotangents to the leaves.

    Args:
        memory: the values, filled by the forward pass.
        wanted: the leaves that cotangents are for.
        leaves: memory to use for some leaves' cotangents.
    """

    def __init__(self, memory: Values, wanted: Collection[Node], leaves: Mapping[Node, Array]) -> None:
        self._memory = memory
        self._wanted = frozenset(wanted)
        self._gradients = Gradients(memory, leaves)
        self._scratch = pool()
        self._slopes: dict[Family, Array] = {}
        self._needed: set[Family] = set()
        self._tiled: dict[Family, bool] = {}
        self._readers: dict[Family, list[Family]] = {}
        self._calls: list[Call] = []
        self._initial: dict[Node, list[Family]] = {}
        self.seeds: Array = np.zeros(0)

    def calls(self, order: Sequence[Sequence[Family]], losses: Family) -> list[Call]:
        """Return the calls, from the losses back."""
        self._find_needed([family for component in order for family in component])
        self._gradients.place(losses)
        self._gradients.written(losses, losses.steps)
        self.seeds = self._gradients.own(losses)
        for component in reversed(order):
            needed = [family for family in component if family in self._needed]
            if not needed:
                continue
            self._prepare(needed)
            if is_recurrent(component):
                self._step_by_step(needed)
            else:
                self._at_once(needed[0], needed[0].operands)
        self._collect_initial()
        return self._calls

    def gradient(self, node: Node) -> Array:
        """Return where a leaf's cotangent will be."""
        return self._gradients.of_leaf(node)

    def of(self, family: Family) -> Array | None:
        """Return where a family's cotangents will be; None if none are computed."""
        return self._gradients.own(family) if self._gradients.has(family) else None

    def _find_needed(self, families: Sequence[Family]) -> None:
        """Find the families that a wanted leaf acts through, however long the way in time."""
        grown = True
        while grown:
            before = len(self._needed)
            self._needed.update(family for family in families if any(map(self._is_needed, family.operands)))
            self._needed.update(family for family in families if family.initial in self._wanted)
            grown = len(self._needed) > before
        for family in self._needed:
            if family.initial in self._wanted and family.initial is not None:
                self._initial.setdefault(family.initial, []).append(family)
        self._find_tiled(families)

    def _is_needed(self, operand: Operand) -> bool:
        source = operand.source
        return source in self._needed if isinstance(source, Family) else source in self._wanted

    def _find_tiled(self, families: Sequence[Family]) -> None:
        """Find the packed families that are read as blocks alone, each block once and all of them."""
        readers: dict[Family, list[Family]] = {}
        for family in families:
            for source, _ in family.operands:
                if isinstance(source, Family):
                    readers.setdefault(source, []).append(family)
        self._readers = readers
        for source, reading in readers.items():
            blocks = {family.attributes.get("block", (0, 0)) for family in reading}
            (_, count), *others = blocks
            alike = all(number == count for _, number in others) and len(reading) == len(blocks) == count
            self._tiled[source] = alike and self._needed.issuperset(reading)

    def _prepare(self, component: Sequence[Family]) -> None:
        """Set memory aside; compute the slopes of all steps at once."""
        for family in reversed(component):
            self._gradients.place(family)
            for operand in family.operands:
                if self._is_shared(family, operand):
                    self._gradients.place(operand.source, family)  # type: ignore[arg-type]
        for family in component:
            if family.primitive in SLOPED:
                own = self._memory.own(family)
                slope = self._slopes[family] = np.empty_like(own)
                self._calls += slope_calls(family.primitive, own, slope)

    def _is_shared(self, family: Family, operand: Operand) -> bool:
        """Tell whether the cotangent of a term of a sum is that of the sum, and nothing else's."""
        source, lag = operand
        if family.primitive is not ADD or lag or not isinstance(source, Family) or source not in self._needed:
            return False
        alike = source.shape == family.shape and source.steps == family.steps
        return alike and source.initial is None and self._readers[source] == [family]

    def _step_by_step(self, component: Sequence[Family]) -> None:
        inside = set(component)
        for t in reversed(component[0].steps):
            for family in reversed(component):
                if self._gradients.reached(family, t):
                    self._one_step(family, t, inside)
        for family in component:
            self._at_once(family, [operand for operand in family.operands if operand.source not in inside])

    def _one_step(self, family: Family, t: int, inside: set[Family]) -> None:
        local = self._local(family, t)
        for place, operand in enumerate(family.operands):
            if operand.source in inside and local.active[place]:
                self._send(local, place, family, operand, t)

    def _local(self, family: Family, t: int | None) -> Local:
        """Return a family's operation at one step, or at all of them if `t` is None."""
        memory = self._memory
        read = [memory.all_steps(o, family) if t is None else memory.at(o, family, t) for o in family.operands]
        own, slope = memory.own(family), self._slopes.get(family, memory.side(family))
        k = slice(None) if t is None else t - family.first
        return Local(
            family.primitive,
            own[k],
            self._gradients.own(family) if t is None else self._gradients.at(family, t),
            [block_of(family, array) for array in read],
            family.attributes if t is None else step_attributes(family, t),
            [self._is_needed(operand) for operand in family.operands],
            None if slope is None else slope[k],
        )

    def _at_once(self, family: Family, operands: Sequence[Operand]) -> None:
        """Send the messages of all steps to some operands."""
        places = [k for k, o in enumerate(family.operands) if o in operands and self._is_needed(o)]
        if not places or not any(self._gradients.reached(family, t) for t in family.steps):
            return
        read = [self._memory.all_steps(operand, family) for operand in family.operands]
        if not takes_all_steps(family.primitive, read):
            for t in reversed(family.steps):
                self._one_step(family, t, {family.operands[k].source for k in places})  # type: ignore[misc]
            return
        local = self._local(family, None)
        for place in places:
            self._send(local, place, family, family.operands[place], None)

    def _send(self, local: Local, place: int, family: Family, operand: Operand, t: int | None) -> None:
        """Send the message of one step, or of all if `t` is None."""
        source, lag = operand
        if isinstance(source, Node):
            whole, holds = self._gradients.leaf(source)
            target = steps_of(family, whole, t)
        else:
            self._gradients.place(source)
            target, holds = self._entries(source, lag, t, family)
        target = block_of(family, target)
        if np.may_share_memory(target, local.g):  # they are one by `_is_shared`
            return
        if not holds:
            self._calls += local.message_calls(place, target, self._scratch)
        elif local.handed_on(place):
            self._calls.append((np.add, (target, local.g, target)))
        else:
            message = self._scratch(target.shape, target.dtype)
            self._calls += local.message_calls(place, message, self._scratch)
            self._calls.append((np.add, (target, message, target)))

    def _entries(self, source: Family, lag: int, t: int | None, reader: Family) -> tuple[Array, bool]:
        """Return the memory that messages go to, and whether they must be added to what it holds."""
        steps = [s - lag for s in (reader.steps if t is None else (t,))]
        first = steps[0]
        if first < source.first - (source.initial is not None):
            raise IrregularError("a step reads what was before the first")
        target = self._gradients.steps(source, first, len(steps)) if t is None else self._gradients.at(source, first)
        parts = "key" in reader.attributes
        if parts and self._tiled.get(source, False):
            self._gradients.written(source, steps)
            return target, False
        held = self._gradients.written(source, steps)
        if not any(held) and not parts:
            return target, False
        for step, holds in zip(steps, held, strict=True):
            if not holds:
                self._calls.append((self._gradients.at(source, step).fill, (0.0,)))
        return target, True

    def _collect_initial(self) -> None:
        """Hand what reached the time before the first step to the leaves that stand there."""
        for node, families in self._initial.items():
            for family in families:
                if self._gradients.has(family) and self._gradients.reached(family, family.first - 1):
                    target, holds = self._gradients.leaf(node)
                    found = self._gradients.at(family, family.first - 1)
                    self._calls.append((np.add, (target, found, target)) if holds else (np.copyto, (target, found)))
