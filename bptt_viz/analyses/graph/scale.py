"""The scale of the backward edges: which norms their width and colour stand for."""

import math
from collections.abc import Iterable
from itertools import count

from bptt_viz.errors import UsageError
from bptt_viz.results.graph import Scale

_LEAST = 1.0
"""Decades that the scale spans at the least, so that small differences look small."""
_MOST_TICKS = 6
_DECIMAL = 3.0
"""So many decades around 1, norms are written without a power of ten."""


def parse_scale(text: str) -> Scale:
    """Read a scale such as `1e-3:10`, from the smallest norm to the largest.

    Raises:
        UsageError: these are not two positive numbers, the smaller one first.
    """
    low, _, high = text.partition(":")
    try:
        norms = float(low), float(high)
    except ValueError:
        norms = 0.0, 0.0
    if not 0 < norms[0] < norms[1] < math.inf:
        raise UsageError(f"--scale wants two norms such as 1e-3:10, the smaller one first, got {text!r}")
    return Scale(math.log10(norms[0]), math.log10(norms[1]))


def ends(norms: Iterable[float | None]) -> Scale | None:
    """Return the range of all positive finite norms; None without any norm."""
    given = [norm for norm in norms if norm is not None]
    logs = [math.log10(norm) for norm in given if norm > 0 and math.isfinite(norm)]
    if not given:
        return None
    high = max(logs, default=0.0)
    return Scale(min([*logs, high - _LEAST]), high)


def ticks(scale: Scale) -> tuple[tuple[float, str], ...]:
    """Return some round norms on the scale: each one's place, from 0 to 1, and how it is written."""
    found = _round_norms(scale)
    decimal = all(abs(power + math.log10(factor)) <= _DECIMAL for factor, power in found)
    span = scale.high - scale.low
    return tuple(
        ((power + math.log10(factor) - scale.low) / span, _written(factor, power, decimal)) for factor, power in found
    )


def _round_norms(scale: Scale) -> list[tuple[int, int]]:
    """Return factors and powers of ten, as many as find room."""
    for factors in ((1, 2, 5), (1, 3)):
        found = _within(scale, factors, 1)
        if len(found) <= _MOST_TICKS:
            return found
    return next(found for found in (_within(scale, (1,), step) for step in count(1)) if len(found) <= _MOST_TICKS)


def _within(scale: Scale, factors: tuple[int, ...], step: int) -> list[tuple[int, int]]:
    powers = range(math.floor(scale.low), math.ceil(scale.high) + 1)
    return [
        (factor, power)
        for power in powers
        for factor in factors
        if power % step == 0 and scale.low - 1e-9 <= power + math.log10(factor) <= scale.high + 1e-9
    ]


def _written(factor: int, power: int, decimal: bool) -> str:
    if decimal:
        return f"{factor * 10.0**power:.6g}"
    ten = f"10^{{{power}}}".replace("-", "−")
    return ten if factor == 1 else f"{factor}·{ten}"
