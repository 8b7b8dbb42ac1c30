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

_KEY = "a step: mean factor a step back in time; half-life in steps"
_FORETOLD = "√χ: the factor that mean-field theory foretells (Poole et al. 2016)"
_BOUND = (
    "γ λ₁ < 1: vanishing is guaranteed (Pascanu et al. 2013), with γ the steepest slope of the activation and λ₁ the"
    " largest singular value of W_hh"
)
_VERDICT_STYLES = {"vanishes": "blue", "explodes": "red", "dies": "magenta", "neither": "green", "unmeasured": "dim"}


def curves_report(result: Curves, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, one row for each activation and radius, and the plot if wanted.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the curves too.
    """
    rows, key = curves_numbers(result, boxed)
    drawn: list[RenderableType] = [CurvesPlot(result), Text()] if plot else []
    return Group(curves_head(result), Text(), *drawn, rows, Text(), key)


def curves_head(result: Curves) -> RenderableType:
    """Return the finding and what was run."""
    return Group(Text(result.finding, "bold"), Text(_ran(result)))


def curves_numbers(result: Curves, boxed: bool) -> tuple[RenderableType, RenderableType]:
    """Return one row for each activation and radius, with rules if wanted, and what the columns mean."""
    foretold, bounded = told(result)
    optional = {"√χ": foretold, "γ λ₁ < 1": bounded}
    names = (
        "",
        result.heading,
        "a step",
        "√χ",
        "half-life",
        f"at k = {int(result.distance[-1])}",
        "γ λ₁ < 1",
        "verdict",
    )
    shown = [name for name in names if optional.get(name, True)]
    rows = [
        [panel.name if place == 0 else "", *(cells[name] for name in shown[1:])]
        for panel in result.panels
        for place, curve in enumerate(panel.curves)
        for cells in [dict(zip(names[1:], _cells(curve, result.setting.seeds), strict=True))]
    ]
    key = "; ".join([_KEY, *([_FORETOLD] if foretold else []), *([_BOUND] if bounded else [])])
    made = table(shown, rows, boxed)
    made.padding = (0, 0 if boxed else 2, 0, 0)  # the drawn table puts a space between columns itself
    made.columns[-1].justify = "left"
    made.columns[-1].no_wrap = False
    return made, Text(f"{key}.", "dim")


def _cells(curve: Curve, seeds: int) -> tuple[str | Text, ...]:
    verdict = Text(curve.verdict, _VERDICT_STYLES[curve.verdict])
    for fate in fates(curve, seeds):
        verdict.append(f", {fate}", "default")
    return (
        curve.label,
        factor(curve.rate),
        "–" if curve.foretold is None else factor(curve.foretold),
        _half_life(curve),
        _norm(float(curve.median[-1])),
        "–" if curve.bound_rate is None else f"{curve.bound_rate:.2f} {'yes' if curve.guaranteed else ' no'}",
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


def told(result: Curves) -> tuple[bool, bool]:
    """Tell whether theory foretells any curve's rate, and whether any has a bound."""
    curves = [curve for panel in result.panels for curve in panel.curves]
    return any(curve.foretold is not None for curve in curves), any(curve.bound_rate is not None for curve in curves)


def _ran(result: Curves) -> str:
    ran = result.setting
    seeds = f"medians of {ran.seeds} seeds" if ran.seeds > 1 else "one seed"
    words = networks_words(result)
    return f"{words[0].upper()}{words[1:]}; {seeds}."


def networks_words(result: Curves) -> str:
    """Say what was run: cells, sizes, input and how the weights are drawn."""
    ran = result.setting
    cells = "vanilla RNN" if ran.cells == ("rnn",) else ", ".join(ran.cells)
    options = "".join(f" {name}={value}" for name, value in ran.settings.items())
    driven = f"over {ran.text!r}" if ran.input_scale else "without input"
    biases = f", biases N(0, {ran.bias:g}²)" if ran.bias else ""
    return f"{cells}{options}, H = {ran.hidden}, T = {ran.steps}, {driven}; {', '.join(ran.matrices)} W_hh{biases}"


def curves_csv(result: Curves) -> str:
    """Return every point: cell, activation, matrix, radius, k, lower quantile, median, upper quantile, bound.

    Numbers are written so that they read back as they are; beyond the range of the dtype they are 0 or inf.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("cell", "activation", "matrix", "radius", "k", "lower", "median", "upper", "bound"))
    for panel in result.panels:
        for curve in panel.curves:
            for k in result.distance:
                values = (curve.lower[k], curve.median[k], curve.upper[k], curve.bound[k])
                kind = (curve.network.cell, curve.network.activation, curve.network.matrix)
                writer.writerow((*kind, curve.radius, int(k), *(float(value) for value in values)))
    return stream.getvalue()
