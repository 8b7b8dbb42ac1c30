"""The scale of the backward edges: which norms their width and colour stand for."""

import math
from collections.abc import Iterable, Sequence

from bptt_viz.results.graph import GraphEdge, Key, Scale

_SAMPLES = 4
_LEAST = 1.0
"""Decades that the scale spans at the least, so that small differences look small."""


def ends(norms: Iterable[float | None]) -> Scale | None:
    """Return the range of all positive finite norms; None without any norm."""
    given = [norm for norm in norms if norm is not None]
    logs = [math.log10(norm) for norm in given if norm > 0 and math.isfinite(norm)]
    if not given:
        return None
    high = max(logs, default=0.0)
    return Scale(min([*logs, high - _LEAST]), high)


def samples(edges: Sequence[GraphEdge], scale: Scale | None) -> list[Key]:
    """Return legend entries for the scale, and for zeros and numbers that are none if some edge has one."""
    if scale is None:
        return []
    norms = [edge.norm for edge in edges if edge.kind == "gradient" and edge.norm is not None]
    step = (scale.high - scale.low) / (_SAMPLES - 1)
    sizes = [10 ** (scale.high - k * step) for k in range(_SAMPLES)]
    keys = [
        Key("gradient", "", f"gradient norm {_number(size)}" if k == 0 else _number(size), norm=size)
        for k, size in enumerate(sizes)
    ]
    if any(norm == 0 for norm in norms):
        keys.append(Key("gradient", "", "exactly 0", norm=0.0))
    if not all(math.isfinite(norm) for norm in norms):
        keys.append(Key("gradient", "", "NaN or infinite", norm=math.nan))
    return keys


def _number(size: float) -> str:
    return f"{size:.2g}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")
