"""Arrays out of bytes: types, shapes and places are checked before anything is made of them."""

from collections.abc import Sequence
from math import prod

import numpy as np

from bptt_viz.arrays import Array

_MOST_AXES = 32
_BFLOAT16 = "bfloat16"


class DamagedError(ValueError):
    """A file is not what its format says; `read_weights` adds the file's name."""


def sizes(given: object, what: str) -> tuple[int, ...]:
    """Return a shape that a file states.

    Raises:
        DamagedError: it is no short list of whole numbers that are not negative.
    """
    if not isinstance(given, list | tuple) or len(given) > _MOST_AXES:
        raise DamagedError(f"{what} has no usable shape")
    if not all(type(size) is int and 0 <= size < 2**48 for size in given):
        raise DamagedError(f"{what} has the shape {shortened(given)}")
    return tuple(given)


def item_size(dtype: str) -> int:
    """Return the bytes of one element of a NumPy type or of bfloat16."""
    return 2 if dtype == _BFLOAT16 else np.dtype(dtype).itemsize


def byte_count(shape: Sequence[int], dtype: str) -> int:
    """Return how many bytes an array takes; whole numbers of Python do not overflow."""
    return prod(shape) * item_size(dtype)


def array_at(data: memoryview, start: int, dtype: str, shape: tuple[int, ...], what: str) -> Array:
    """Return an array that lies in a buffer, row by row; a view of it unless it has to be widened.

    Args:
        data: the buffer.
        start: of the array, in bytes.
        dtype: a little-endian or single-byte NumPy type, or `bfloat16`, which becomes float32.
        shape: as the file states it.
        what: how a message calls the array.

    Raises:
        DamagedError: it does not lie within the buffer.
    """
    end = start + byte_count(shape, dtype)
    if not 0 <= start <= end <= len(data):
        raise DamagedError(f"{what} with shape {shortened(shape)} reaches beyond the end of the file")
    raw = np.frombuffer(data[start:end], "<u2" if dtype == _BFLOAT16 else dtype)
    return (widened(raw) if dtype == _BFLOAT16 else raw).reshape(shape)


def widened(halves: Array) -> Array:
    """Return float32 numbers from bfloat16 ones, given as unsigned 16-bit integers: the upper half of each."""
    found = np.zeros(halves.shape, "<u4")
    found |= halves
    found <<= 16
    return found.view("<f4")


def shortened(given: object) -> str:
    """Return what a file says as a text that fits into a line."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(given)[:200])
    return text if len(text) <= 80 else f"{text[:77]}…"
