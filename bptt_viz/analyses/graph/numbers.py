"""Numbers of arrays as texts: shape, range and norm, and the entries of small ones."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array, norm

_MOST_COLUMNS = 5
_MOST_ROWS = 4
_SAFE = (1e-280, 1e280)
"""Squares of norms between these are exact to the last digits."""
_AT_ONCE = 1 << 20
"""Numbers looked at together."""


class Range(NamedTuple):
    """The smallest and largest entry of an array, and its Euclidean norm."""

    low: float
    high: float
    norm: float


def ranges(arrays: Sequence[Array]) -> Iterator[Range]:
    """Yield the range of each of some arrays of one shape; arrays that are one object are looked at once."""
    if not arrays:
        return
    chunk = max(1, _AT_ONCE // max(1, arrays[0].size))
    if all(array is arrays[0] for array in arrays):
        found = next(_ranges_at_once(arrays[:1]))
        yield from (found for _ in arrays)
        return
    for k in range(0, len(arrays), chunk):
        yield from _ranges_at_once(arrays[k : k + chunk])


def _ranges_at_once(arrays: Sequence[Array]) -> Iterator[Range]:
    rows = np.stack(arrays).reshape(len(arrays), -1).real
    if not rows.shape[1]:
        yield from (Range(0.0, 0.0, 0.0) for _ in arrays)
        return
    low, high = rows.min(axis=1), rows.max(axis=1)
    largest = np.maximum(np.abs(low), np.abs(high))
    # Scaled, so that 1e-200 and 1e200 neither vanish nor overflow.
    with np.errstate(invalid="ignore"):
        scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
        norms = np.where(np.isfinite(largest), scale * np.sqrt(np.sum((rows / scale[:, None]) ** 2, axis=1)), largest)
    yield from map(Range, low.tolist(), high.tolist(), norms.tolist())


def size(array: Array) -> float:
    """Return the Euclidean norm as `arrays.norm` does, in a tenth of its time where nothing can overflow or vanish."""
    square = float(np.vdot(array, array).real)
    return math.sqrt(square) if _SAFE[0] < square < _SAFE[1] else norm(array)


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape in words, such as `1 × 32`."""
    return " × ".join(map(str, shape)) or "a number"


def range_text(found: Range) -> str:
    """Return a norm and a range in words."""
    return f"norm {found.norm:.3g}, from {short(found.low)} to {short(found.high)}"


def short(number: float) -> str:
    """Return a number with three digits and a true minus."""
    return f"{number:.3g}".replace("-", "−")


def entries(array: Array) -> str:
    """Return the entries of a small array, a line a row; of any other one its shape and range."""
    rows = array.real.reshape(-1, array.shape[-1]) if array.ndim else array.real.reshape(1, 1)
    if array.ndim == 0:
        return brief(rows.item())
    if not is_small(array):
        return outline(array)
    return "[" + ";\n".join(" ".join(map(brief, row)) for row in rows.tolist()) + "]"


def is_small(array: Array) -> bool:
    """Tell whether all entries of an array can be written out."""
    columns = array.shape[-1] if array.ndim else 1
    return 0 < array.size <= columns * _MOST_ROWS and columns <= _MOST_COLUMNS


def outline(array: Array) -> str:
    """Return the shape and the range of an array."""
    (found,) = ranges([array])
    return f"{shape_text(array.shape)}, {brief(found.low)} … {brief(found.high)}"


def brief(number: float) -> str:
    """Return a number in few letters: two digits behind the point, or two digits in all of a small one."""
    size = abs(number)
    if number == 0 or not np.isfinite(number):
        text = f"{number:g}"
    elif 0.095 <= size < 99.5:
        text = f"{number:.2f}" if size < 9.995 else f"{number:.1f}"
    else:
        text = f"{number:.2g}" if size < 0.095 or size > 9999 else f"{number:.0f}"
    text = text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")
    # Without the zero before the point, as the lecture writes it.
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text
