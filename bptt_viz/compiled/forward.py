"""The calls of a forward pass."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled.families import Family
from bptt_viz.compiled.kernels import VIEWS, Call, Scratch, takes_all_steps, value_calls
from bptt_viz.compiled.memory import Values
from bptt_viz.compiled.order import is_recurrent
from bptt_viz.tape import LEAF


def pool() -> Scratch:
    """Return memory by shape and type, the same for the same ones."""
    held: dict[tuple[tuple[int, ...], Any], Array] = {}

    def scratch(shape: tuple[int, ...], dtype: Any) -> Array:
        if (shape, dtype) not in held:
            held[shape, dtype] = np.empty(shape, dtype)
        return held[shape, dtype]

    return scratch


def forward_calls(order: Sequence[Sequence[Family]], memory: Values) -> list[Call]:
    """Set memory aside for all families and return the calls that fill it."""
    calls: list[Call] = []
    for component in order:
        memory.place(component)
        for family in component:
            calls += memory.initial_calls(family)
        if is_recurrent(component) or not _at_once(component[0], memory):
            for t in component[0].steps:
                for family in component:
                    calls += _computed(family, memory, t)
        else:
            calls += _computed(component[0], memory, None)
    return calls


def _at_once(family: Family, memory: Values) -> bool:
    return takes_all_steps(family.primitive, [memory.all_steps(operand, family) for operand in family.operands])


def _computed(family: Family, memory: Values, t: int | None) -> list[Call]:
    """Return the calls for one step, or for all if `t` is None."""
    run = memory.run(family)
    if family.primitive in VIEWS or family.primitive is LEAF or run is None:
        return []
    read = [memory.all_steps(o, family) if t is None else memory.at(o, family, t) for o in family.operands]
    operands = [run.part(operand) for operand in read]
    attributes = family.attributes if t is None else step_attributes(family, t)
    k = slice(None) if t is None else t - family.first
    side = None if run.side is None else run.side[k]
    return value_calls(family.primitive, operands, attributes, run.values[k], side)


def step_attributes(family: Family, t: int) -> dict[str, Any]:
    """Return the constants of one step, those that were stacked as views."""
    return {
        name: value[t - family.first] if isinstance(value, np.ndarray) else value
        for name, value in family.attributes.items()
    }
