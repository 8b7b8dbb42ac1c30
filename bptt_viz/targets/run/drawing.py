"""Arrays drawn for the inputs of a target, as their shapes say."""

import random
from collections.abc import Mapping

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Shapes, Spec
from bptt_viz.targets.sizes import letters, measured

# All unlike, unlike the numbers of steps and of rows, and unlike each other's sums and multiples where that matters.
_USUAL = {"D": 4, "H": 6, "V": 7, "M": 8, "N": 3, "T": 5}
_ATTEMPTS = 200
_FURTHER = (9, 11, 4, 6, 7, 8, 13, 10, 12, 14, *range(15, 60))


def sizes_for(shapes: Shapes, fixed: Mapping[str, int]) -> dict[str, int]:
    """Return a size for each letter of some shapes, such that no axis is empty: `D-H` wants D larger than H."""
    names = letters_of(shapes)
    found = usual_sizes(names, fixed)
    rng = random.Random(0)
    for _ in range(_ATTEMPTS):
        if all(size > 0 for spec in shapes.values() for size in shape_of(spec, found)):
            return found
        free = rng.sample(_FURTHER[:16], len(_FURTHER[:16]))
        found = {name: fixed[name] if name in fixed else free.pop() for name in names}
    raise UsageError(f"no sizes of {', '.join(names)} make all axes positive; check shapes")


def usual_sizes(names: tuple[str, ...], fixed: Mapping[str, int]) -> dict[str, int]:
    """Return a size for each letter: the fixed one, else the usual one, else one that no other letter has."""
    found = {name: fixed[name] for name in names if name in fixed}
    for name in names:
        if name not in found:
            wanted = _USUAL.get(name)
            taken = {*found.values(), *(_USUAL[other] for other in names if other in _USUAL and other != name)}
            free = (size for size in _FURTHER if size not in taken)
            found[name] = wanted if wanted is not None and wanted not in found.values() else next(free)
    return found


def letters_of(shapes: Shapes) -> tuple[str, ...]:
    """Return all letters of some shapes, in order of appearance."""
    sizes = [size for spec in shapes.values() for size in (*spec.axes, spec.below)]
    return tuple(dict.fromkeys(letter for size in sizes for letter in letters(size)))


def shape_of(spec: Spec, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Return a spec's shape in numbers."""
    return tuple(measured(axis, sizes) for axis in spec.axes)


def drawn(spec: Spec, sizes: Mapping[str, int], rng: np.random.Generator, positive: bool = False) -> Array:
    """Draw one array; real numbers are of the size that leaves gates half open.

    Args:
        spec: what it is.
        sizes: what each letter stands for.
        rng: where from.
        positive: only numbers from 0.1 on, for functions that take a root or a logarithm.
    """
    shape = shape_of(spec, sizes)
    if spec.kind == "int":
        return rng.integers(0, measured(spec.below or 2, sizes), shape)
    if spec.kind == "bool":
        found: Array = np.asarray(rng.random(shape) < 0.7)
        if found.size:
            found.flat[0] = True
        return found
    if spec.kind == "onehot":
        return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
    values = 0.5 * rng.standard_normal(shape)
    return np.asarray(0.1 + np.abs(values) if positive else values)
