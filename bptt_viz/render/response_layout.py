"""What the figure and the terminal plot of responses share: the axis, the labels, the order of the ends."""

import math
from collections.abc import Sequence

from bptt_viz.results.response import Response, ResponsePanel, Run

# More decades than this and what does not die at once would look flat.
_MOST_DECADES = 8


def panel_name(panel: ResponsePanel, result: Response) -> str:
    """Return what a panel shows, such as `tanh, orthogonal W, b = 0.5`."""
    several = len(result.setting.biases) > 1
    parts = [panel.name, f"{panel.matrix} W" * bool(panel.matrix), f"b = {panel.bias:g}" * several]
    return ", ".join(part for part in parts if part)


def headings(result: Response) -> tuple[str, str]:
    """Return what the two numbers at a curve's end are."""
    return ("|λ|", "a step") if result.setting.vector else ("w", f"h({result.setting.steps})")


def end_numbers(run: Run, result: Response) -> tuple[str, str]:
    """Return the two numbers at a curve's end: the weight, and a factor a step or the last value."""
    weight = f"{run.weight:g}".replace("-", "−")
    return weight, factor(run.rate) if result.setting.vector else value(float(run.values[-1]))


def factor(rate: float) -> str:
    """Return a factor a step as it is written, such as ×0.98."""
    return "–" if math.isnan(rate) else f"×{rate:.2f}" if rate >= 0.0995 else f"×{rate:.2g}"


def value(number: float) -> str:
    """Return a state in a few characters."""
    if not math.isfinite(number):
        return "–" if math.isnan(number) else "∞" if number > 0 else "−∞"
    if abs(number) < 5e-5:
        return "0"
    shown = f"{number:.4f}" if abs(number) < 10 else f"{number:.1f}" if abs(number) < 1e4 else f"{number:.1e}"
    return shown.replace("-", "−", 1) if number < 0 else shown


def span(panel: ResponsePanel, result: Response, mirrored: bool = True) -> tuple[float, float]:
    """Return where a panel's axis starts and ends: in h, or in powers of 10 of ‖h‖ for vectors.

    Args:
        panel: whose values count; for vectors all panels share one axis.
        result: everything.
        mirrored: make room for the runs from −start too.
    """
    if not result.setting.vector:
        wanted = [v for run in panel.runs for v in (*run.values, *(run.mirrored if mirrored else ()))]
        seen = [float(v) for v in wanted if math.isfinite(v)] or [0.0]
        low, high = min(seen), max(seen)
        room = 0.04 * (high - low) or 1.0
        return low - room, high + room
    everything = [v for each in result.panels for run in each.runs for v in (*run.values, *run.mirrored)]
    logs = [math.log10(v) for v in everything if 0 < v < math.inf]
    top = min(max(math.ceil(max(logs, default=0.0)), 1), _MOST_DECADES)
    return float(max(math.floor(min(logs, default=-1.0)), top - _MOST_DECADES)), float(top)


def heights(run: Run, axis: tuple[float, float], vector: bool) -> list[float | None]:
    """Return how high each value from +start stands, 0 at the axis's floor and 1 at its top; None if nowhere."""
    return [_height(float(v), axis, vector) for v in run.values]


def _height(number: float, axis: tuple[float, float], vector: bool) -> float | None:
    if not math.isfinite(number) or (vector and number <= 0):
        return None
    return ((math.log10(number) if vector else number) - axis[0]) / (axis[1] - axis[0])


def end_height(run: Run, axis: tuple[float, float], vector: bool) -> float:
    """Return how high the curve from +start ends, held between 0 and 1."""
    last = float(run.values[-1])
    place = _height(last, axis, vector)
    if place is None:
        return 1.0 if last == math.inf else 0.0
    return min(1.0, max(0.0, place))


def by_end(runs: Sequence[Run]) -> list[int]:
    """Return the runs' places in the order in which they end, lowest first."""
    return sorted(range(len(runs)), key=lambda k: (_known(float(runs[k].values[-1])), runs[k].weight))


def _known(number: float) -> float:
    return -math.inf if math.isnan(number) else number
