"""What counts as a number here: floating or complex arrays, never integers taken silently."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bptt_viz.errors import UsageError

Array: TypeAlias = NDArray[Any]


def inexact(value: ArrayLike, what: str = "array") -> Array:
    """Return `value` as a floating or complex array, unchanged in type.

    Args:
        value: anything `numpy.asarray` takes; integers and booleans are refused, since a
            gradient with respect to them is not defined.
        what: the name that an error message uses.

    Raises:
        UsageError: the elements are not floating or complex numbers.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        raise UsageError(
            f"{what} has integer or other non-floating elements ({array.dtype}); convert it with .astype(float)"
        )
    return array


def norm(array: Array) -> float:
    """Return the Euclidean norm over all entries; scaled, so that 1e-200 and 1e200 neither vanish nor overflow."""
    largest = float(np.max(np.abs(array), initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.sum(np.abs(array / largest) ** 2)))
