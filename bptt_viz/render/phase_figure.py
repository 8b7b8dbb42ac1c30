"""The map of decay rates as a figure: colours for rates, lines for the borders, measured and foretold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

from bptt_viz.render.figures import INK, styled
from bptt_viz.render.page import PLAIN, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.render.phase import ran_words
from bptt_viz.results.phase import Border, Phase

# Inches.
_LEFT, _WIDTH, _HEIGHT, _BAR, _RIGHT = 0.9, 4.6, 3.3, 0.16, 0.95
_GAP, _AXIS, _NAMES = 0.18, 0.5, 0.12
_LIMIT = 1.0  # of the colours, in powers of 2 a step
_HALO = [withStroke(linewidth=3, foreground="white")]
_TICKS = (0.5, 0.7, 1.0, 1.4, 2.0)


@styled
def phase_figure(result: Phase) -> Figure:
    """Return the figure; its title is the finding."""
    width = _LEFT + _WIDTH + _GAP + _BAR + _RIGHT
    title, foot = title_lines(result.finding, width), foot_lines(_foot(result), width)
    floor = under(foot) + _AXIS
    figure = Figure(figsize=(width, floor + _HEIGHT + _NAMES + over(title)))
    axes = axes_at(figure, _LEFT, floor, _WIDTH, _HEIGHT)
    colours = axes.pcolormesh(
        result.gains,
        result.heights,
        np.log2(result.rates),
        cmap="viridis",
        norm=Normalize(-_LIMIT, _LIMIT),
        shading="nearest",
        edgecolors="face",  # or seams show between the cells
        linewidth=0.3,
    )
    bar = figure.colorbar(colours, cax=axes_at(figure, _LEFT + _WIDTH + _GAP, floor, _BAR, _HEIGHT), extend="both")
    bar.set_ticks([float(np.log2(tick)) for tick in _TICKS], labels=[f"×{tick:g}" for tick in _TICKS])
    bar.ax.tick_params(length=2)
    bar.set_label("vanishes  ←  factor a step back  →  explodes")
    for place, border in enumerate(result.borders):
        _draw(axes, result.heights.tolist(), border, "right" if len(result.borders) > 1 and place == 0 else "left")
    _name(axes, result)
    write_around(figure, title, foot)
    return figure


def _draw(axes: Axes, heights: Sequence[float], border: Border, align: str) -> None:
    """Draw a border with its name beside its middle, to the side on which it is aligned."""
    for series, style, wide in ((border.measured, "-", 1.9), (border.foretold, "--", 1.3)):
        known = [(gain, height) for gain, height in zip(series, heights, strict=True) if gain is not None]
        if not known:
            continue
        x, y = zip(*known, strict=True)
        label = border.name if style == "-" else f"{border.name}, theory"
        axes.plot(x, y, style, color=INK, linewidth=wide, label=label, path_effects=_HALO)
        if style == "-":
            offset = (-7, 0) if align == "right" else (7, 0)
            how: dict[str, Any] = {"ha": align, "va": "center", "size": PLAIN, "weight": "bold", "path_effects": _HALO}
            axes.annotate(border.name, known[len(known) // 2], xytext=offset, textcoords="offset points", **how)


def _name(axes: Axes, result: Phase) -> None:
    axes.set(xlabel="gain, spectral radius of W_hh", ylabel=result.axis)
    if result.setting.against == "length":
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(FixedLocator([float(height) for height in result.heights[::2]]))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.tick_params(length=3)


def _foot(result: Phase) -> str:
    lines = "Solid: measured"
    if any(gain is not None for border in result.borders for gain in border.foretold):
        lines += "; dashed: foretold by mean-field theory (Poole et al. 2016)"
    return f"{ran_words(result)}. {lines}."
