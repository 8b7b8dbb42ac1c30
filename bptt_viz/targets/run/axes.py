"""Which letter stands for time steps and which for rows, told by what moves when one index of an input is moved."""

from collections.abc import Iterator, Mapping

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.targets.declaration import Shapes
from bptt_viz.targets.run.code import Code
from bptt_viz.targets.sizes import measured

_TIME = ("T", "Tx", "T_x", "Ty", "T_y", "seq", "seq_len", "seq_length", "steps", "timesteps", "time", "S", "L", "t")
_BATCH = ("N", "m", "B", "batch", "batch_size", "bs", "n")


def time_and_batch(code: Code, shapes: Shapes, values: Mapping[str, Array]) -> tuple[str, str]:
    """Return the two letters; empty for what there is not.

    A row of the batch moves its own row of the outputs alone, a time step its own and later ones.

    Args:
        code: at sizes that are all unlike.
        shapes: of the inputs.
        values: at which to try.
    """
    own = {axis for spec in shapes.values() for axis in spec.axes if isinstance(axis, str) and axis.isidentifier()}
    candidates = [axis for spec in shapes.values() for axis in spec.axes if axis in own]
    letters = list(dict.fromkeys(str(axis) for axis in candidates))
    before = _arrays(code, values)
    kinds = {letter: _moved(code, shapes, values, letter, before) for letter in letters}
    of_time = [letter for letter in letters if kinds[letter] == "later"]
    rows = [letter for letter in letters if kinds[letter] == "own" and letter not in _weights_of(shapes, letters)]
    unknown = [letter for letter in letters if kinds[letter] == ""]
    time = _first(_TIME, of_time) or _first(_TIME, [*rows, *unknown], only=True)
    return time, _first(_BATCH, [each for each in rows if each != time]) or _first(
        _BATCH, [each for each in unknown if each != time], only=True
    )


def _first(usual: tuple[str, ...], letters: list[str], only: bool = False) -> str:
    """Return the most usual of some letters; else the first unless only the usual ones will do."""
    found = next((letter for letter in usual if letter in letters), "")
    return found or ("" if only else next(iter(letters), ""))


def _weights_of(shapes: Shapes, letters: list[str]) -> set[str]:
    """Return the letters of features: those in an array that lacks the first letter of the first input."""
    first = next((spec.axes for spec in shapes.values() if spec.axes), ())
    lead = {axis for axis in first[:1] if axis in letters}
    return {str(axis) for spec in shapes.values() if not lead & set(spec.axes) for axis in spec.axes}


def _arrays(code: Code, values: Mapping[str, Array]) -> list[Array]:
    returned = code.forward(values).returned
    return list(_flat(returned[name] for name in code.roles.outputs))


def _flat(values: Iterator[object]) -> Iterator[Array]:
    for value in values:
        if isinstance(value, list | tuple):
            try:
                yield np.asarray(value, float)
            except (TypeError, ValueError):
                yield from _flat(iter(value))
        elif isinstance(value, dict):
            keys = sorted((key for key in value if not (isinstance(key, int) and key < 0)), key=str)
            yield from _flat(iter([[value[key] for key in keys]]))
        elif value is not None:
            yield np.asarray(value)


def _moved(code: Code, shapes: Shapes, values: Mapping[str, Array], letter: str, before: list[Array]) -> str:
    """Tell whether moving one index of a letter moves the outputs' `own` index, `later` ones, or others: ``."""
    size, index = code.sizes[letter], 1
    if size < 3:
        return ""
    after = _arrays(code, {name: _at(shapes, code, name, value, letter, index) for name, value in values.items()})
    found: set[str] = set()
    for a, b in zip(before, after, strict=False):
        if a.shape != b.shape or size not in a.shape:
            continue
        axis = a.shape.index(size)
        changed = np.flatnonzero(np.any(np.moveaxis(a != b, axis, 0).reshape(size, -1), axis=1))
        found.add("own" if list(changed) == [index] else "later" if len(changed) and changed[0] >= index else "other")
    return found.pop() if len(found) == 1 and "other" not in found else "later" if found == {"own", "later"} else ""


def _at(shapes: Shapes, code: Code, name: str, value: Array, letter: str, index: int) -> Array:
    spec = shapes[name]
    if letter not in spec.axes:
        return value
    moved = value.copy()
    where = (slice(None),) * spec.axes.index(letter) + (index,)
    if spec.kind == "int":
        moved[where] = (moved[where] + 1) % measured(spec.below or 2, code.sizes)
    elif spec.kind == "float":
        moved[where] += 0.25
    return moved
