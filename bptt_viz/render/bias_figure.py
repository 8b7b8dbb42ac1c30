"""The bias study as a figure: each metric of each variant, seed by seed, and what captions name the groups."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from bptt_viz.arrays import Array
from bptt_viz.render.bias import NOTE, ran_words
from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.page import SMALL, axes_at, foot_lines, over, shades, title_lines, under, write_around
from bptt_viz.results.bias import OUTCOMES, BiasStudy

# Inches.
_NAMES, _WIDE, _HIGH, _GAP, _RIGHT = 1.05, 2.35, 1.35, 0.3, 0.15
_HEAD, _TICKS, _KEY = 0.3, 0.3, 0.3


@styled
def bias_figure(result: BiasStudy) -> Figure:
    """Return the figure; its title is the finding."""
    width = _NAMES + 3 * _WIDE + 2 * _GAP + _RIGHT
    title, foot = title_lines(result.finding, width), foot_lines(f"{ran_words(result)}. {NOTE}", width)
    floor = under(foot) + _TICKS + _KEY
    row = _HIGH + _HEAD + _TICKS
    figure = Figure(figsize=(width, floor + row + _HIGH + _HEAD + over(title)))
    names = [variant.name for variant in result.variants]
    places = [
        axes_at(figure, _NAMES + column * (_WIDE + _GAP), floor + up * row, _WIDE, _HIGH)
        for up in (1, 0)
        for column in range(3)
    ]
    for axes, (head, values, share, truth) in zip(places, _panels(result), strict=False):
        _dots(axes, head, values, share, truth)
    _bars(places[-1], result)
    for k, axes in enumerate(places):
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks(range(len(names)), names if k % 3 == 0 else [""] * len(names))
        axes.tick_params(length=0, axis="y")
    write_around(figure, title, foot)
    return figure


def _panels(result: BiasStudy) -> list[tuple[str, list[Array], bool, float | None]]:
    """Return for each dotted panel its heading, the values by variant, whether they are shares, and the truth."""
    kinds = result.variants
    return [
        ("error rate", [v.balanced.error for v in kinds], True, None),
        ("said women / men", [v.balanced.ratio for v in kinds], False, result.truth),
        ("divergence of outcomes", [v.balanced.divergence for v in kinds], False, None),
        ("person's share of the gradient", [v.looks for v in kinds], True, None),
        ("gap without the person", [v.gap for v in kinds], False, None),
    ]


def _dots(axes: Axes, head: str, values: Sequence[Array], share: bool, truth: float | None) -> None:
    colours = shades(len(values))
    for place, (found, colour) in enumerate(zip(values, colours, strict=True)):
        known = [value for value in found.tolist() if isfinite(value)]
        axes.plot(known, [place] * len(known), "o", markersize=5, color=colour, alpha=0.45, markeredgewidth=0)
        if known:
            axes.plot([np.mean(known)] * 2, [place - 0.3, place + 0.3], color=colour, linewidth=2.4)
    if truth is not None:
        axes.axvline(truth, color=INK, linewidth=0.9, linestyle="--")
        axes.annotate("truth", (truth, -0.5), (3, -9), textcoords="offset points", size=SMALL, color=INK)
    axes.set_title(head, loc="left", size=SMALL + 0.5)
    largest = max((value for found in values for value in found.tolist() if isfinite(value)), default=0.0)
    axes.set_xlim(-0.01 * (largest or 1.0), 1.15 * max(largest, truth or 0.0) or 1.0)
    axes.xaxis.set_major_locator(MaxNLocator(4, prune="upper"))
    if share:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x")


def _bars(axes: Axes, result: BiasStudy) -> None:
    """Draw for each variant two bars, women above men, of correct, incorrect and other."""
    for k, variant in enumerate(result.variants):
        for group, shares in enumerate(variant.balanced.outcomes.mean(axis=0)):
            left = 0.0
            for name, share, colour in zip(OUTCOMES, shares, ("#4878a8", "#c8553d", "#d9d9d9"), strict=True):
                label = name if k == group == 0 else None
                axes.barh(k - 0.2 + 0.4 * group, share, 0.34, left=left, color=colour, label=label)
                left += share
            axes.text(1.01, k - 0.2 + 0.4 * group, "wm"[group], size=SMALL - 1, va="center", color=FAINT)
    axes.set_title("captions name the group", loc="left", size=SMALL + 0.5)
    axes.set_xlim(0, 1.06)
    axes.set_xticks([0, 0.5, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(
        loc="upper left", bbox_to_anchor=(-0.02, -0.17), ncols=3, frameon=False, fontsize=SMALL, handlelength=1,
        columnspacing=1, borderaxespad=0,
    )  # fmt: skip
