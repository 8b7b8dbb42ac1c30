"""A gradient that is held within a bound: entry by entry, or by its norm."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array, norm

Gradients = Mapping[str, Array]

_CLOSE = 1e-6
# Norms are often divided by with a small number added.
_CLOSE_NORM = 1e-3


class Bound(NamedTuple):
    """A bound.

    Attributes:
        kind: `entries`, `norm` (of all that is clipped together), `norms` (of each array), or `values` where the bound
            is kept somewhere on the way, so that it cannot be told.
        value: the bound; NaN for `values`.
        inputs: whose gradients are held within it.
    """

    kind: str
    value: float
    inputs: tuple[str, ...]


def bound_between(clipped: Gradients, free: Gradients) -> Bound | None:
    """Tell which bound makes one set of gradients of the other; None if none does.

    Args:
        clipped: the gradients in question.
        free: what they would be without a bound.
    """
    bounded = tuple(name for name in free if not close(clipped[name], free[name]))
    if not bounded:
        return None
    return _by_entries(clipped, free, bounded) or _by_norm(clipped, free, bounded)


def close(a: Array, b: Array, tolerance: float = _CLOSE) -> bool:
    """Tell whether two arrays are equal beside the larger of them."""
    return norm(a - b) <= tolerance * max(norm(a), norm(b))


def _by_entries(clipped: Gradients, free: Gradients, bounded: tuple[str, ...]) -> Bound | None:
    limit = max(float(np.max(np.abs(clipped[name]))) for name in bounded)
    if limit > 0 and all(close(clipped[name], np.clip(free[name], -limit, limit)) for name in bounded):
        return Bound("entries", limit, bounded)
    return None


def _by_norm(clipped: Gradients, free: Gradients, bounded: tuple[str, ...]) -> Bound | None:
    ratios = {name: norm(clipped[name]) / norm(free[name]) for name in bounded if norm(free[name]) > 0}
    if not ratios or max(ratios.values()) > 1 or min(ratios.values()) <= 0:
        return None
    if any(not close(clipped[name], ratio * free[name]) for name, ratio in ratios.items()):
        return None
    norms = {name: norm(clipped[name]) for name in ratios}
    if alike(list(ratios.values())):
        # Arrays that share the factor but were no smaller for it share it all the same.
        return Bound("norm", float(np.sqrt(sum(size**2 for size in norms.values()))), bounded)
    return Bound("norms", max(norms.values()), bounded) if alike(list(norms.values())) else None


def alike(numbers: list[float]) -> bool:
    """Tell whether norms, or factors made of norms, are the same."""
    return max(numbers) - min(numbers) <= _CLOSE_NORM * max(numbers)


def agreed(found: list[Bound | None]) -> Bound | None:
    """Return the bound that several points show alike; None if they do not."""
    seen = [bound for bound in found if bound is not None]
    if len(seen) < 2 or len({bound.kind for bound in seen}) > 1 or not alike([bound.value for bound in seen]):
        return None
    return max(seen, key=lambda bound: len(bound.inputs))


def in_words(bound: Bound) -> str:
    """Return what is held within which bound."""
    whose = ", ".join(f"d{name}" for name in bound.inputs)
    told = {
        "entries": f"entries of {whose} are clipped to ±{bound.value:.6g}",
        "norm": f"the norm of {whose} together is clipped to {bound.value:.4g}",
        "norms": f"the norm of each of {whose} is clipped to {bound.value:.4g}",
    }
    return told.get(bound.kind, f"{whose} are clipped on the way")
