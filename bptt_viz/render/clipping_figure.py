"""What clipping does as a figure: how often it acts, what it leaves at each step, and how far it turns gradients."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bptt_viz.render.clipping import angle, axis, described
from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.numbers import compact
from bptt_viz.render.page import PLAIN, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.results.clipping import Clipping

# Inches.
_LEFT, _WIDTH, _HEIGHT, _BETWEEN, _RIGHT, _AXIS, _NAMES = 0.85, 2.9, 3.1, 1.0, 1.15, 0.6, 0.42
# Dark to light, so that they differ in grey, too.
_BEFORE, _NORM, _ELEMENT = INK, "#0072b2", "#d55e00"


@styled
def clipping_figure(result: Clipping) -> Figure:
    """Return the figure; its title is the finding."""
    lefts = [_LEFT, _LEFT + _WIDTH + _BETWEEN, _LEFT + 2 * (_WIDTH + _BETWEEN) + _RIGHT]
    width = lefts[-1] + _WIDTH + 0.3
    title, foot = title_lines(result.finding, width), foot_lines(_foot(result), width)
    figure = Figure(figsize=(width, over(title) + _NAMES + _HEIGHT + _AXIS + under(foot)))
    draws = (_draw_windows, _draw_steps, _draw_angles)
    for left, draw in zip(lefts, draws, strict=True):
        draw(axes_at(figure, left, under(foot) + _AXIS, _WIDTH, _HEIGHT), result)
    write_around(figure, title, foot)
    return figure


def _name(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, loc="left", size=11, weight="bold")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(axis="y")
    axes.tick_params(length=3)


def _draw_windows(axes: Axes, result: Clipping) -> None:
    """Draw the share of windows up to each gradient norm, and θ."""
    ordered = np.sort(result.norms)
    low, high = axis(result)
    theta = result.norm.limit
    shares = 100 * np.arange(len(ordered) + 1) / len(ordered)
    axes.step([low, *ordered, high], [*shares, 100.0], where="post", color=_BEFORE, linewidth=1.8, label="windows")
    axes.axvline(theta, color=_NORM, linewidth=1.5, linestyle="--", label="threshold")
    axes.axvspan(theta, high, color=_NORM, alpha=0.12, linewidth=0)
    axes.set_xlim(low, high)
    axes.set_ylim(0, 104)
    left = theta > (low + high) / 2
    note: dict[str, Any] = {"textcoords": "offset points", "size": PLAIN, "color": _NORM, "weight": "bold"}
    text = f"θ = {compact(theta)}:\nclips {result.norm.acts:.0%}"
    axes.annotate(text, (theta, 5), xytext=(-6 if left else 6, 0), ha="right" if left else "left", **note)
    _name(axes, "How often", "gradient norm of a window, ‖g‖", "share of windows up to it, %")


def _draw_steps(axes: Axes, result: Clipping) -> None:
    """Draw each step's contribution before and after, in the window with the largest gradient."""
    times = np.arange(1, len(result.before) + 1)
    lines = (
        ("before", result.before, _BEFORE, "-", "o"),
        ("by norm", result.by_norm, _NORM, "-", "s"),
        ("elementwise", result.by_element, _ELEMENT, "--", "^"),
    )
    seen = [float(value) for _, values, _, _, _ in lines for value in values if value > 0]
    wide = bool(seen) and max(seen) > 10 * min(seen)
    if wide:
        axes.set_yscale("log")
    every = max(1, len(times) // 6)
    for place, (label, values, colour, dashes, marker) in enumerate(lines):
        drawn = np.where(values > 0, values, np.nan) if wide else values
        begin = min(place * every // 3, len(times) - 1)
        style: dict[str, Any] = {"marker": marker, "markersize": 4.5, "markevery": (begin, every), "linewidth": 1.6}
        axes.plot(times, drawn, dashes, color=colour, label=label, **style)
    axes.set_xlim(1, max(2, len(times)))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    if not wide:
        axes.set_ylim(0, 1.08 * max(seen, default=1.0))
    heights = _apart([float(values[-1]) for _, values, _, _, _ in lines], axes)
    for (label, _, colour, _, _), y in zip(lines, heights, strict=True):
        axes.text(1.03, y, label, color=colour, size=PLAIN, weight="bold", va="center", transform=axes.transAxes)
    _name(
        axes, f"How much, step by step (window {result.shown + 1})", "time step, t", "norm of a step's gradient, ‖g_t‖"
    )


def _apart(ends: list[float], axes: Axes) -> list[float]:
    """Return heights for the labels at the lines' ends, between 0 and 1, moved apart where they are close."""
    on_axis = axes.transData + axes.transAxes.inverted()
    wanted = [0.0 if end <= 0 else float(on_axis.transform((1.0, end))[1]) for end in ends]
    placed = dict.fromkeys(range(len(ends)), 0.0)
    last = 1.09
    for k in sorted(range(len(ends)), key=lambda k: (-wanted[k], k)):
        last = placed[k] = min(wanted[k], last - 0.075)
    return [placed[k] for k in range(len(ends))]


def _draw_angles(axes: Axes, result: Clipping) -> None:
    """Draw by how many degrees each window's gradient is turned."""
    angles = [angle(float(value)) for value in result.elementwise.cosine]
    axes.axhline(0.0, color=_NORM, linewidth=1.8, label="by norm")
    axes.plot(result.norms, angles, "^", color=_ELEMENT, markersize=5, alpha=0.8, label="elementwise")
    low, high = axis(result)
    top = max(1.0, 1.25 * max(angles))
    axes.set_xlim(low, high)
    axes.set_ylim(-0.06 * top, top)
    note: dict[str, Any] = {"size": PLAIN, "weight": "bold", "transform": axes.transAxes, "va": "top"}
    axes.text(0.03, 0.97, f"elementwise at ±{compact(result.elementwise.limit)}", color=_ELEMENT, **note)
    axes.text(0.97, 0.145, "by norm: 0°", color=_NORM, ha="right", **note)
    axes.axhline(0.0, color=FAINT, linewidth=0.5, zorder=0)
    _name(axes, "How far it turns", "gradient norm of a window, ‖g‖", "angle, degrees")


def _foot(result: Clipping) -> str:
    return (
        f"{described(result)} Norm clipping: g θ/‖g‖ if ‖g‖ ≥ θ, over all parameters jointly; elementwise: every entry"
        " held to ±c. g_t, what step t adds to g, is scaled as the total is."
    )
