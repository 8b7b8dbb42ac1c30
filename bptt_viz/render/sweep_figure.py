"""One value of a sweep as a heat map, or as curves with bands where the rows are few."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bptt_viz.render.figures import styled
from bptt_viz.render.page import MARKERS, PLAIN, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.render.sweep import heading
from bptt_viz.results.sweep import SweepPicture

_WIDTH, _HEIGHT, _LEFT, _NAMES = 6.2, 3.9, 0.95, 0.65  # inches
_KEY, _LETTER = 0.75, 0.09  # inches beside the longest name of a curve, and a letter of it
_MOST_CURVES = 6


@styled
def sweep_figure(result: SweepPicture) -> Figure:
    """Return the figure."""
    width = _LEFT + _WIDTH + _KEY + _LETTER * max(map(len, (result.y, *result.rows)))
    foot_text = f"{result.command}; {int(result.counts.sum())} runs; band: 10 % to 90 %"
    curves = len(result.rows) <= _MOST_CURVES and result.places is not None
    title = title_lines(heading(result), width)
    foot = foot_lines(foot_text if curves else foot_text.partition("; band")[0], width)
    figure = Figure(figsize=(width, over(title) + _HEIGHT + _NAMES + under(foot)))
    axes = axes_at(figure, _LEFT, under(foot) + _NAMES, _WIDTH, _HEIGHT)
    if curves:
        _draw_curves(axes, result)
    else:
        _draw_map(figure, axes, result)
    axes.set_xlabel(result.x)
    write_around(figure, title, foot)
    return figure


def _draw_curves(axes: Axes, result: SweepPicture) -> None:
    places = np.array(result.places)
    for k, name in enumerate(result.rows):
        label = name or None
        (line,) = axes.plot(places, result.median[k], marker=MARKERS[k % len(MARKERS)], label=label)
        axes.fill_between(places, result.low[k], result.high[k], color=line.get_color(), alpha=0.18, linewidth=0)
    if _spans_decades(result.median):
        axes.set_yscale("log")
    if _spans_decades(places):
        axes.set_xscale("log")
    axes.set_ylabel(result.value)
    if result.y:
        beside = (1.01, 1.0)
        legend = axes.legend(title=result.y, fontsize=PLAIN, frameon=False, loc="upper left", bbox_to_anchor=beside)
        legend.set_alignment("left")


def _spans_decades(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return bool(finite.size and finite.min() > 0 and finite.max() > 50 * finite.min())


def _draw_map(figure: Figure, axes: Axes, result: SweepPicture) -> None:
    shown = np.ma.masked_invalid(result.median)
    mesh = axes.pcolormesh(np.arange(len(result.columns)), np.arange(len(result.rows)), shown, shading="nearest")
    _name(axes.set_xticks, result.columns)
    _name(axes.set_yticks, result.rows)
    axes.set_ylabel(result.y)
    axes.set_facecolor("0.85")  # cells without a number
    figure.colorbar(mesh, ax=axes, label=result.value, fraction=0.05, pad=0.02)


def _name(ticks: object, names: Sequence[str]) -> None:
    every = max(1, -(-len(names) // 12))
    assert callable(ticks), "a method of the axes"
    ticks(range(0, len(names), every), names[::every])
