"""Counts the entries of a gradient by size at each time step."""

from collections.abc import Sequence
from math import ceil, floor, nan

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.results.norms_entries import EntrySizes

_BINS = 12


def entry_sizes(gradients: Sequence[Array]) -> EntrySizes:
    """Return how the entries of a gradient are spread, step by step.

    Args:
        gradients: one a time step, any shape.
    """
    sizes = [np.abs(np.asarray(gradient, float)).ravel() for gradient in gradients]
    usable = [np.sort(each[np.isfinite(each) & (each > 0)]) for each in sizes]
    exponents = _exponents(np.concatenate(usable))
    return EntrySizes(
        entries=sizes[0].size,
        smallest=tuple(_at(each, 0.0) for each in usable),
        median=tuple(_at(each, 0.5) for each in usable),
        largest=tuple(_at(each, 1.0) for each in usable),
        zeros=tuple(int(np.sum(each == 0)) for each in sizes),
        nan=tuple(int(np.isnan(each).sum()) for each in sizes),
        infinite=tuple(int(np.isinf(each).sum()) for each in sizes),
        exponents=tuple(exponents.tolist()),
        bins=tuple(
            tuple(np.histogram(np.log10(each), exponents)[0].tolist()) if len(exponents) else () for each in usable
        ),
    )


def _at(ordered: Array, share: float) -> float:
    return float(ordered[round(share * (len(ordered) - 1))]) if len(ordered) else nan


def _exponents(sizes: Array) -> Array:
    """Return the borders of the bins that all steps share, from one whole decade to another."""
    if not sizes.size:
        return np.zeros(0)
    low, high = floor(np.log10(sizes.min())), ceil(np.log10(sizes.max()))
    return np.linspace(low, max(high, low + 1), _BINS + 1)
