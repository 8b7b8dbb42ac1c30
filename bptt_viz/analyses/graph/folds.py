"""How folded time steps read: how many there are, that they share their weights, and what flows back in them."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from bptt_viz.analyses.graph.timeline import Column
from bptt_viz.results.graph import Spread
from bptt_viz.results.lettering import height, text_size

FOLD = 116.0
"""Width of a folded column."""


def spread(name: str, norms: Iterable[float]) -> Spread:
    """Return the smallest, the median and the largest of some norms, and how many are no finite numbers."""
    given = list(norms)
    finite = [norm for norm in given if math.isfinite(norm)]
    broken = len(given) - len(finite)
    if not finite:
        return Spread(name, math.nan, math.nan, math.nan, broken)
    return Spread(name, min(finite), median(finite), max(finite), broken)


def middle(norms: Sequence[float]) -> float:
    """Return the norm that stands for several: their median, but NaN if any is no finite number."""
    return median(norms) if all(map(math.isfinite, norms)) else math.nan


def fold_label(column: Column, spreads: Sequence[Spread]) -> str:
    """Return what is written into a folded column."""
    lines = [f"… {len(column.steps)} more steps", f"same W, {len(column.steps)} times"]
    for found in spreads:
        if math.isfinite(found.median):
            lines.append(f"‖{found.name}‖ {_short(found.median)}")
        if found.broken:
            lines.append(f"{found.broken}× NaN or ∞")
        else:
            lines.append(f"{_short(found.low)} to {_short(found.high)}")
    return "\n".join(lines)


def fold_size(cell: float, states: int) -> tuple[float, float]:
    """Return the width and height of a folded column.

    Args:
        cell: height of the cells that it stands for.
        states: how many states' norms are written into it.
    """
    lines = "\n" * (1 + 2 * states)
    return FOLD, max(cell, height(lines, text_size("fold")) + 14)


def spread_text(found: Spread) -> str:
    """Return what a tooltip says of some norms."""
    told = f"min {found.low:.3g}, median {found.median:.3g}, max {found.high:.3g}"
    parts = [told] if math.isfinite(found.median) else []
    parts += [f"{found.broken} NaN or infinite"] if found.broken else []
    return f"norms of {found.name}: {', '.join(parts)}"


def _short(number: float) -> str:
    return f"{number:.2g}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e").replace("e+", "e")
