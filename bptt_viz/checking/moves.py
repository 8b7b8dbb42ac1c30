"""Functions that only move entries about, told by what they do to the entries' numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.units import Units

MOVERS = frozenset(
    {np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims, np.broadcast_to, np.copy}
    | {np.split, np.array_split, np.take, np.take_along_axis, np.repeat, np.tile, np.flip, np.roll, np.atleast_2d}
)
"""What moves the entries of its first argument."""

JOINERS = frozenset({np.concatenate, np.stack, np.hstack, np.vstack})
"""What puts a sequence of arrays together."""


def numbered(shape: tuple[int, ...]) -> Array:
    """Return an array whose entries are their own numbers in C order."""
    count = 1
    for size in shape:
        count *= size
    return np.arange(count).reshape(shape)


def taken(base: Array | Units, numbers: Array, places: Array) -> Array | None:
    """Return the tangents at some entries: as a view where the places are one, None where they are known to be 0.

    Args:
        base: tangents (…, P) that broadcast to (*shape, P), or unit directions.
        numbers: the entries' numbers (*shape).
        places: some of them, in any shape.
    """
    if isinstance(base, Units):
        return base.at(np.asarray(places))
    count = base.shape[-1]
    full = np.ascontiguousarray(np.broadcast_to(base, (*numbers.shape, count))).reshape(numbers.size, count)
    if not (isinstance(places, np.ndarray) and places.size and np.may_share_memory(places, numbers)):
        return full[places]
    strides = (*(step // places.itemsize * full.strides[0] for step in places.strides), full.itemsize)
    return np.ndarray((*places.shape, count), full.dtype, full, int(places.flat[0]) * full.strides[0], strides)


def joined(function: Any, tangents: Sequence[Array | None], shapes: Sequence[tuple[int, ...]]) -> Array | None:
    """Return the tangent of what a function makes of several arrays; None if it is 0.

    Args:
        function: takes a list of as many arrays.
        tangents: (*shape, P) each; None where it is 0, whose entries all get the number of one tangent of zeros.
        shapes: the arrays' shapes.
    """
    flat = [tangent.reshape(-1, tangent.shape[-1]) for tangent in tangents if tangent is not None]
    if not flat:
        return None
    zero = sum(map(len, flat))
    numbers, first = [], 0
    for tangent, shape in zip(tangents, shapes, strict=True):
        numbers.append(np.full(shape, zero) if tangent is None else first + numbered(shape))
        first += 0 if tangent is None else numbers[-1].size
    return np.concatenate([*flat, np.zeros_like(flat[0][:1])])[function(numbers)]
