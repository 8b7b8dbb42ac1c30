"""The curves as a table for the terminal and as comma-separated values."""

import csv
import io
import math

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.curves_layout import factor, fates
from bptt_viz.render.curves_plot import CurvesPlot
from bptt_viz.render.tables import table
from bptt_viz.results.curves import Curve, Curves

_KEY = (
    "a step: mean factor a step back in time; half-life in steps; γ λ₁ < 1: vanishing is guaranteed (Pascanu et al."
    " 2013), with γ the steepest slope of the activation and λ₁ the largest singular value of W_hh."
)
_VERDICT_STYLES = {"vanishes": "blue", "explodes": "red", "dies": "magenta", "neither": "green", "unmeasured": "dim"}


def curves_report(result: Curves, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, one row for each activation and radius, and the plot if wanted.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the curves too.
    """
    headings = ("", "radius", "a step", "half-life", f"at k = {int(result.distance[-1])}", "γ λ₁ < 1", "verdict")
    rows = [
        (panel.name if place == 0 else "", *_cells(curve, result.setting.seeds))
        for panel in result.panels
        for place, curve in enumerate(panel.curves)
    ]
    made = table(headings, rows, boxed)
    made.columns[-1].justify = "left"
    made.columns[-1].no_wrap = False
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(_ran(result)), Text()]
    if plot:
        parts += [CurvesPlot(result), Text()]
    return Group(*parts, made, Text(), Text(_KEY, "dim"))


def _cells(curve: Curve, seeds: int) -> tuple[str | Text, ...]:
    verdict = Text(curve.verdict, _VERDICT_STYLES[curve.verdict])
    for fate in fates(curve, seeds):
        verdict.append(f", {fate}", "default")
    return (
        f"{curve.radius:g}",
        factor(curve.rate),
        _half_life(curve),
        _norm(float(curve.median[-1])),
        f"{curve.bound_rate:.2f} {'yes' if curve.guaranteed else ' no'}",
        verdict,
    )


def _half_life(curve: Curve) -> str:
    if not math.isfinite(curve.half_life):
        return "–"
    return f"{curve.half_life:.1f}" if curve.rate < 1 else f"×2 in {curve.half_life:.1f}"


def _norm(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "0" if value == 0 else "∞" if math.isinf(value) else f"{value:.1e}"


def _ran(result: Curves) -> str:
    ran = result.setting
    seeds = f"medians of {ran.seeds} seeds" if ran.seeds > 1 else "one seed"
    driven = f"over {ran.text!r}" if ran.input_scale else "without input"
    return f"Vanilla RNN, H = {ran.hidden}, T = {ran.steps}, {driven}; W_hh {ran.matrix}; {seeds}."


def curves_csv(result: Curves) -> str:
    """Return every point: activation, radius, k, lower quantile, median, upper quantile, bound.

    Numbers are written so that they read back as they are; beyond the range of the dtype they are 0 or inf.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("activation", "radius", "k", "lower", "median", "upper", "bound"))
    for panel in result.panels:
        for curve in panel.curves:
            for k in result.distance:
                values = (curve.lower[k], curve.median[k], curve.upper[k], curve.bound[k])
                writer.writerow((panel.activation, curve.radius, int(k), *(float(value) for value in values)))
    return stream.getvalue()
