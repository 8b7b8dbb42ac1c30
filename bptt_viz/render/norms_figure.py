"""The per-step gradient norms as a figure: one panel a layer, time from left to right, norms on a log axis."""

import textwrap
from collections.abc import Sequence
from math import exp, inf, isfinite, log

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.letters import drawable, families
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.norms_words import rate_words, run_words, verdict_words
from bptt_viz.render.numbers import compact, percent
from bptt_viz.render.page import title_lines
from bptt_viz.results.norms import GROWN, LayerNorms, NormReport, Trend

LONGEST_TEXT = 40
"""Up to so many steps each tick has its character."""

_WIDTH, _PANEL, _AROUND = 9.0, 2.9, 2.0  # inches
_TITLE, _FOOT_WIDTH = 11.5, 118  # points, characters
_FONT = "DejaVu Sans Mono"
_TOTAL, _LOCAL, _BACK = "#3b3b3b", "#2a7f9e", "#c77b0a"
_LAST = {Trend.VANISHING: "#b3202c", Trend.EXPLODING: "#9a2a9a", Trend.HEALTHY: "#23803a"}


@styled
def norms_figure(report: NormReport) -> Figure:
    """Return the figure; its title is the finding, the fitted line has its rate at its end."""
    rows = sorted({layer.depth for layer in report.layers})
    panels = len(rows)
    figure = Figure(figsize=(_WIDTH, _PANEL * panels + _AROUND), layout="constrained")
    every = figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0][::-1]  # the layer that is read out on top
    for axes, depth in zip(every, rows, strict=True):
        layers = [layer for layer in report.layers if layer.depth == depth]
        for place, layer in enumerate(layers):
            _curves(axes, layer, report, place == 0)
            _fitted(axes, layer, report.run.steps)
            _spread(axes, layer, report)
            _broken(axes, layer)
        _axis(axes, layers, report)
    _time(every[0], report)
    legend = every[-1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1.01, 1), labelspacing=0.7)
    legend.set_in_layout(True)
    figure.suptitle(figure_title(report), x=0.01, ha="left", fontsize=_TITLE, fontweight="bold", parse_math=False)
    draws = report.spread.seeds if report.spread else 1
    several = f"; lines: the first of {draws} draws" if draws > 1 else ""
    foot = textwrap.fill(run_words(report) + several, _FOOT_WIDTH)
    figure.supxlabel(foot, x=0.01, ha="left", fontsize=8.5, color=FAINT, parse_math=False)
    return figure


def figure_title(report: NormReport) -> str:
    """Return the finding in short, broken into lines."""
    return "\n".join(title_lines(f"{report.verdict.capitalize()}: {_finding(report)}", _WIDTH, _TITLE))


def _finding(report: NormReport) -> str:
    chain, band = report.chain, report.spread and report.spread.rate
    if report.verdict is Trend.NON_FINITE or chain.decay is None:
        return verdict_words(report)
    rate = f"{compact(band.median)} (median)" if band else compact(chain.decay.rate)
    arrives = percent(chain.share) if chain.share <= GROWN else f"{compact(chain.share)} times its start"
    return f"each step back multiplies the gradient of the last loss by {rate}; {arrives} arrives at step 1"


def _curves(axes: Axes, layer: LayerNorms, report: NormReport, named: bool) -> None:
    state = layer.states[0]
    loss = "L_T" if report.loss == "last" else "L"
    end, which = ("1", "first") if layer.backward else ("T", "last")
    marker = "." if report.run.steps <= LONGEST_TEXT else ""
    drawn = (
        (state.total, rf"$\|\partial {loss}/\partial {state.name}_t\|$, whole", _TOTAL, "-", 1.4),
        (state.local, "  from inside step t", _LOCAL, "--", 1.2),
        (state.back, f"  back from t {'−' if layer.backward else '+'} 1", _BACK, "-.", 1.2),
        (layer.chain.norms, rf"$\|\partial L_{end}\|$, {which} loss alone", _LAST.get(report.verdict, INK), "-", 2.2),
    )
    for norms, label, colour, style, width in drawn:
        told = label if named else None
        axes.plot(layer.steps, _positive(norms), style, color=colour, linewidth=width, marker=marker, label=told)


def _spread(axes: Axes, layer: LayerNorms, report: NormReport) -> None:
    """Draw the quantiles over the draws; rows of a batch have losses of their own, of another size."""
    if report.spread is None or report.spread.rows > 1 or layer.backward:
        return
    band = report.spread.layers[report.layers.index(layer)]
    colour = _LAST.get(report.verdict, INK)
    axes.fill_between(
        layer.steps,
        _positive(band.low),
        _positive(band.high),
        color=colour,
        alpha=0.15,
        linewidth=0,
        label=f"  10–90 % of {report.spread.seeds} draws",
    )


def _broken(axes: Axes, layer: LayerNorms) -> None:
    """Shade the steps at which the state or its gradient is not finite."""
    state = layer.states[0]
    pairs = zip(layer.steps, state.value, state.total, strict=True)
    bad = [t for t, value, total in pairs if not (isfinite(value) and isfinite(total))]
    for place, t in enumerate(bad):
        label = "not finite" if place == 0 and not layer.depth else None
        axes.axvspan(t - 0.5, t + 0.5, color="#b3202c", alpha=0.15, linewidth=0, label=label)


def _positive(norms: Sequence[float]) -> list[float]:
    """Return what has a place on a logarithmic axis; the rest becomes a gap."""
    return [norm if 0 < norm < inf else float("nan") for norm in norms]


def _fitted(axes: Axes, layer: LayerNorms, last: int) -> None:
    decay = layer.chain.decay
    if decay is None or not 0 < decay.rate < inf:
        return
    far, near = decay.farthest, decay.nearest
    heights = [exp(decay.intercept + log(decay.rate) * distance) for distance in (far, near)]
    steps = [layer.steps[-1 - distance] for distance in (far, near)]
    drawn = "fitted line" if "fitted line" not in axes.get_legend_handles_labels()[1] else None
    axes.plot(steps, heights, color=INK, linewidth=1, linestyle=(0, (1, 1.5)), label=drawn)
    end = 0 if decay.rate < 1 else 1  # where the line is lowest, below it
    axes.annotate(
        f"×{rate_words(decay)} a step back",
        (steps[end], heights[end]),
        xytext=(2, -16),
        ha="left" if 2 * steps[end] <= last + 1 else "right",
        textcoords="offset points",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1},
        fontsize=9.5,
        color=INK,
    )


def _axis(axes: Axes, layers: Sequence[LayerNorms], report: NormReport) -> None:
    drawn = [(*layer.chain.norms, *layer.states[0].total, *layer.states[0].local) for layer in layers]
    if any(0 < norm < inf for norms in drawn for norm in norms):
        axes.set_yscale("log")
    axes.set_ylabel("gradient norm")
    axes.grid(axis="y")
    axes.margins(x=0.02, y=0.12)
    if len(report.layers) > 1:
        title = ", then ".join(layer.label for layer in layers)
        axes.set_title(title, loc="left", fontsize=10.5, fontweight="bold")


def _time(axes: Axes, report: NormReport) -> None:
    """Put the text along the axis where it is short enough, else the steps alone."""
    last = report.run.steps
    if last > LONGEST_TEXT:
        axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        axes.set_xlabel("time step t")
        return
    labels = [
        drawable(f"{visible(x)}\n{visible(y)}", _FONT) for x, y in zip(report.inputs, report.targets, strict=True)
    ]
    axes.set_xticks(range(1, last + 1), labels, family=families(_FONT), fontsize=9, parse_math=False)
    lacking = " (□: no font at hand has it)" if any("□" in label for label in labels) else ""
    axes.set_xlabel(rf"input character $x_t$ over the one to predict, t = 1 … {last}{lacking}")
