"""The numeric gradient by every entry of every input."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.differences import COMPLEX_STEP, Method, Slopes, objective, slopes
from bptt_viz.checking.dual import Dual
from bptt_viz.checking.problem import Outputs, Problem
from bptt_viz.checking.units import Units

# What is evaluated together holds about this many numbers a state: enough to spread Python's cost over many
# perturbations, few enough to stay in cache. Private copies of a whole input need more room than tangents.
_TANGENTS = 50_000
_COPIES = 4_000
# A complex step of the whole function and one of each operation differ by rounding alone.
_AGREE = 1e-11


def entry_slopes(
    problem: Problem, sets: Sequence[Outputs], names: Sequence[str], method: Method, eps: float | None
) -> dict[str, Slopes]:
    """Return the derivatives of ⟨cotangents, outputs⟩ by every entry of some inputs.

    Args:
        problem: what is checked.
        sets: K sets of cotangents, which the same evaluations serve.
        names: the inputs.
        method: how.
        eps: step of a real difference; None for the method's own.

    Returns:
        By input the derivatives and their uncertainty, (K, *shape) each.
    """
    shared = _by_dual_numbers(problem, sets, names) if method is Method.COMPLEX else None
    if shared is not None:
        return shared
    return {name: _by_copies(problem, sets, name, method, eps) for name in names}


def _by_copies(problem: Problem, sets: Sequence[Outputs], name: str, method: Method, eps: float | None) -> Slopes:
    value = problem.inputs[name]
    parts = _parts(value.size, min(_COPIES // _widest(sets), 50 * _COPIES // max(value.size, 1)))
    found = [slopes(problem, sets, {name: _unit_directions(value, part)}, method, eps) for part in parts]
    shape = (len(sets), *value.shape)
    return Slopes(*(np.concatenate(each, axis=-1).reshape(shape) for each in zip(*found, strict=True)))


def _unit_directions(value: Array, part: slice) -> Array:
    """Return the unit vectors of a run of entries, (P, *shape)."""
    count = part.stop - part.start
    units = np.zeros((count, value.size))
    units[np.arange(count), np.arange(part.start, part.stop)] = 1.0
    return units.reshape(count, *value.shape)


def _widest(sets: Sequence[Outputs]) -> int:
    return max(1, *(cotangent.size for cotangents in sets for cotangent in cotangents.values()))


def _parts(count: int, chunk: int) -> Iterator[slice]:
    """Cut entries into runs that are evaluated together."""
    for start in range(0, count, max(1, chunk)):
        yield slice(start, min(start + max(1, chunk), count))


def _by_dual_numbers(problem: Problem, sets: Sequence[Outputs], names: Sequence[str]) -> dict[str, Slopes] | None:
    """Share the value among all perturbations; None if the function does not let dual numbers through.

    That they came through unharmed is shown by a complex step of the whole function along a random direction.
    """
    try:
        with np.errstate(all="raise", under="ignore"):
            found = _all_entries(problem, sets, names)
    except Exception:
        return None
    if not _confirmed(problem, sets, names, found):
        return None
    ends = np.cumsum([problem.inputs[name].size for name in names])
    parts = zip(names, np.split(found, ends[:-1], axis=-1), strict=True)
    shaped = {name: part.reshape(len(sets), *problem.inputs[name].shape) for name, part in parts}
    return {name: Slopes(part, np.abs(part) * np.finfo(float).eps) for name, part in shaped.items()}


def _all_entries(problem: Problem, sets: Sequence[Outputs], names: Sequence[str]) -> Array:
    """Return the derivatives by all entries, counted over all the inputs: (K, entries)."""
    total = sum(problem.inputs[name].size for name in names)
    found = np.empty((len(sets), total))
    largest = max(problem.inputs[name].size for name in names)
    for part in _parts(total, min(512, _TANGENTS // _widest(sets), 128 * _TANGENTS // largest)):
        # The outputs before are let go only now: with all of a chunk's memory free at once the allocator would give
        # it back to the system, and ask for it again page by page.
        outputs = problem.outputs(_moved(problem, names, part))
        for row, cotangents in zip(found, sets, strict=True):
            row[part] = _projected(outputs, cotangents, part.stop - part.start)
    return found


def _moved(problem: Problem, names: Sequence[str], part: slice) -> dict[str, Any]:
    """Return all inputs as dual numbers, with each of a run of entries moved by a copy of its own.

    Inputs that stay where they are become dual numbers too: `x.dot(W)` asks x first.
    """
    count = part.stop - part.start
    moved = {name: Dual(value.copy()) for name, value in problem.inputs.items()}
    first = 0
    for name in names:
        value = moved[name]
        low, high = max(part.start, first), min(part.stop, first + value.size)
        if low < high:
            copies, entries = slice(low - part.start, high - part.start), slice(low - first, high - first)
            value.base = Units((*value.shape, count), copies, entries)
        first += value.size
    return moved


def _projected(outputs: Outputs, cotangents: Outputs, count: int) -> Array:
    total = np.zeros(count)
    for place, cotangent in cotangents.items():
        value = outputs[place]
        if isinstance(value, Dual):
            total += value.projected(cotangent)
    return total


def _confirmed(problem: Problem, sets: Sequence[Outputs], names: Sequence[str], found: Array) -> bool:
    """Compare with a complex step of the whole function along one random direction."""
    rng = np.random.default_rng(0)
    direction = {name: rng.standard_normal((1, *problem.inputs[name].shape)) for name in names}
    whole = objective(problem, sets, direction)(1j * COMPLEX_STEP).imag[..., 0] / COMPLEX_STEP
    along = found @ np.concatenate([step.ravel() for step in direction.values()])
    return all(abs(a - b) <= _AGREE * norm(row) for a, b, row in zip(along, whole, found, strict=True))
