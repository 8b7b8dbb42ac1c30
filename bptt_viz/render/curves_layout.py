"""What the figure and the terminal plot of the curves share: the axis, the labels and where these go."""

import math
from collections.abc import Iterator, Sequence

from bptt_viz.arrays import Array
from bptt_viz.results.curves import Curve, Curves, Panel

# More decades than this and the curves that do not vanish at once would all look flat.
_MOST_DECADES = 24


def decades(result: Curves) -> tuple[int, int]:
    """Return the exponents of 10 at which the common axis starts and ends.

    Curves that go further leave through the floor or the top.
    """
    seen = [
        math.log10(value)
        for panel in result.panels
        for curve in panel.curves
        for line in (curve.lower[: curve.reach + 1], curve.upper[: curve.reach + 1], curve.median[: curve.reach + 1])
        for value in line
        if 0 < value < math.inf
    ]
    top = max(1, math.ceil(max(seen, default=0)))
    bottom = min(-1, math.floor(min(seen, default=0)))
    half = _MOST_DECADES // 2
    if top - bottom <= _MOST_DECADES:
        return bottom, top
    if top <= half:
        return top - _MOST_DECADES, top
    if -bottom <= half:
        return bottom, bottom + _MOST_DECADES
    return -half, half


def panel_name(panel: Panel) -> str:
    """Return what a panel shows, with the steepest slope if there is one."""
    return panel.name if panel.gamma is None else f"{panel.name}, γ = {panel.gamma:g}"


def state_letter(result: Curves) -> str:
    """Return what gradients are by: h, or all states s of a cell together."""
    return "h" if set(result.setting.cells) <= {"rnn", "gru"} else "s"


def symbol(result: Curves) -> str:
    """Return what is drawn."""
    state = state_letter(result)
    return f"‖∂L_T/∂{state}_(T−k)‖ / ‖∂L_T/∂{state}_T‖"


def shown(curve: Curve) -> Array:
    """Return the median up to where it is in range, (reach + 1,)."""
    return curve.median[: curve.reach + 1]


def heights(curve: Curve, axis: tuple[int, int], count: int) -> list[float | None]:
    """Return the median's height at each of `count` distances, None where it cannot be drawn."""
    bottom, top = axis
    drawn = [(math.log10(value) - bottom) / (top - bottom) if value > 0 else None for value in shown(curve)]
    return [*drawn, *([None] * (count - len(drawn)))]


def end_height(curve: Curve, axis: tuple[int, int]) -> float:
    """Return how high the curve ends, 0 at the axis's floor and 1 at its top."""
    end = float(shown(curve)[-1])
    if not 0 < end < math.inf:
        return 0.0
    bottom, top = axis
    return min(1.0, max(0.0, (math.log10(end) - bottom) / (top - bottom)))


def by_end(curves: Sequence[Curve]) -> list[int]:
    """Return the curves' places in the order in which they end, lowest first."""
    return sorted(range(len(curves)), key=lambda k: (_final(curves[k]), curves[k].radius))


def _final(curve: Curve) -> float:
    final = float(curve.median[-1])
    return -1.0 if math.isnan(final) else final


def factor(rate: float) -> str:
    """Return a factor a step as it is written at a curve's end."""
    if math.isnan(rate):
        return "–"
    return f"×{rate:.2f}" if rate >= 0.0995 else f"×{rate:.2g}"


def fates(curve: Curve, seeds: int) -> Iterator[str]:
    """Say what kept seeds from being measured to the end, such as `2/10 died`."""
    counted = (
        (curve.died, "died"),
        (curve.underflowed, "underflow"),
        (curve.overflowed, "overflow"),
        (curve.unmeasured, "left out"),
    )
    return (f"{count}/{seeds} {what}" for count, what in counted if count)
