"""Which axes are time and batch: told by what an output depends on, for frameworks do not say.

A row of the batch depends on its own row alone; a time step depends on itself and on what was before it (in a layer
that runs both ways, on all of them).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from bptt_viz.adapters.function import Layout, Named
from bptt_viz.arrays import Array

Evaluate = Callable[[Named], Mapping[str, Array]]


class Dependence(Enum):
    """How the entries of an output along one axis depend on those of an input along one of its axes."""

    ROWS = "each on its own"
    CAUSAL = "each on those before it"
    ALL = "each on all"


class Pair(NamedTuple):
    """An axis of an input and one of an output that go together."""

    input: str
    axis: int
    output: str
    output_axis: int
    dependence: Dependence


def layout_by_dependence(evaluate: Evaluate, values: Named, states: Collection[str] = ()) -> Layout:
    """Find the axes of time and batch by moving the inputs slice by slice.

    Args:
        evaluate: the function, of the arrays named in `values`; others are held.
        values: its arguments, floating ones and integers.
        states: those that are first states, and have no time: an upper layer depends on those below, as if on a past.
    """
    outputs = evaluate(values)
    pairs = [pair for name in values for pair in _pairs(evaluate, values, outputs, name)]
    batch = [pair for pair in pairs if pair.dependence is Dependence.ROWS]
    rows = _axes(_leading(batch, values, outputs))
    rest = [p for p in pairs if p.dependence is not Dependence.ROWS and p.input not in states and not _is_of(p, rows)]
    causal = _leading([pair for pair in rest if pair.dependence is Dependence.CAUSAL], values, outputs)
    time = _axes(causal or _leading(rest, values, outputs))
    return Layout(
        time=time or _only_left(values, rows, {(pair.input, pair.axis) for pair in batch} | _all_axes(values, states)),
        rows=rows,
    )


def _all_axes(values: Named, names: Collection[str]) -> set[tuple[str, int]]:
    return {(name, axis) for name in names for axis in range(values[name].ndim)}


def _is_of(pair: Pair, axes: Mapping[str, int]) -> bool:
    return axes.get(pair.input) == pair.axis or axes.get(pair.output) == pair.output_axis


def _leading(pairs: Sequence[Pair], values: Named, outputs: Named) -> list[Pair]:
    """Return the pairs of one size, that of the first, leaving out last axes, which hold features."""
    inner = [p for p in pairs if _inner(p.axis, values[p.input]) and _inner(p.output_axis, outputs[p.output])]
    return [p for p in inner if values[p.input].shape[p.axis] == values[inner[0].input].shape[inner[0].axis]]


def _inner(axis: int, array: Array) -> bool:
    """Tell whether an axis may be time or batch: tokens and losses have no axis of features."""
    return axis < array.ndim - 1 or array.ndim == 1 or array.dtype.kind in "iu"


def _axes(pairs: Sequence[Pair]) -> dict[str, int]:
    found: dict[str, int] = {}
    for pair in pairs:
        found.setdefault(pair.input, pair.axis)
        found.setdefault(pair.output, pair.output_axis)
    return found


def _only_left(values: Named, rows: Mapping[str, int], alone: Collection[tuple[str, int]]) -> dict[str, int]:
    """Return the axis that is neither batch nor features, where an input has just one: no output keeps it."""
    found: dict[str, int] = {}
    for name, value in values.items():
        left = [axis for axis in range(value.ndim) if _inner(axis, value) and (name, axis) not in alone]
        if name in rows and len(left) == 1 and value.shape[left[0]] > 1:
            found[name] = left[0]
    first = next(iter(found), "")
    return {name: axis for name, axis in found.items() if values[name].shape[axis] == values[first].shape[found[first]]}


def _pairs(evaluate: Evaluate, values: Named, outputs: Named, name: str) -> list[Pair]:
    found = []
    for axis, size in enumerate(values[name].shape):
        ends = [k for output in outputs.values() for k in output.shape if k == size]
        if size < 2 or not ends:
            continue
        touched = {s: _touched(evaluate, values, outputs, name, axis, s) for s in {0, size // 2, size - 1}}
        for output, value in outputs.items():
            for end in range(value.ndim):
                if value.shape[end] == size and (how := _how({s: _along(t[output], end) for s, t in touched.items()})):
                    found.append(Pair(name, axis, output, end, how))
    return found


def _touched(evaluate: Evaluate, values: Named, outputs: Named, name: str, axis: int, at: int) -> dict[str, Array]:
    """Return by output which entries change when an input does at one place along an axis."""
    moved = values[name].copy()
    there = (slice(None),) * axis + (at,)
    if moved.dtype.kind in "iu":
        moved[there] = (moved[there] + 1) % (moved.max() + 1)
    else:
        moved[there] += 0.25 + 0.5 * np.random.default_rng(at).random(moved[there].shape)
    try:
        found = evaluate({**values, name: moved})
    except Exception:  # lengths, say, may not just be changed
        return {each: np.zeros(value.shape, bool) for each, value in outputs.items()}
    return {
        each: found[each] != value if found[each].shape == value.shape else np.zeros(value.shape, bool)
        for each, value in outputs.items()
    }


def _along(touched: Array, axis: int) -> Array:
    """Return which places along an axis have changed anywhere."""
    return np.any(touched, axis=tuple(other for other in range(touched.ndim) if other != axis))


def _how(touched: Mapping[int, Array]) -> Dependence | None:
    if not all(changed[s] for s, changed in touched.items()):
        return None
    if all(changed.sum() == 1 for changed in touched.values()):
        return Dependence.ROWS
    if not any(changed[:s].any() for s, changed in touched.items()):
        return Dependence.CAUSAL
    return Dependence.ALL
