"""What clipping does as a figure: how often it acts, what it leaves at each step, and how far it turns gradients."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bptt_viz.arrays import Array
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
    block, floor = _NAMES + _HEIGHT + _AXIS, under(foot) + _AXIS
    rows = 2 if result.runs else 1
    figure = Figure(figsize=(width, over(title) + rows * block + under(foot)))
    draws = ((_draw_windows, _draw_steps, _draw_angles), (_draw_often, _draw_norms, _draw_losses))
    for row, drawn in enumerate(draws[:rows]):
        for left, draw in zip(lefts, drawn, strict=True):
            draw(axes_at(figure, left, floor + (rows - 1 - row) * block, _WIDTH, _HEIGHT), result)
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


_RUNS = {"none": (_BEFORE, "-"), "norm": (_NORM, "-"), "elementwise": (_ELEMENT, "--")}
_SAID = {"none": "no clipping", "norm": "by norm", "elementwise": "elementwise"}


def _draw_often(axes: Axes, result: Clipping) -> None:
    """Draw the share of updates that are clipped, over the tenths of the runs."""
    for run in result.runs[1:]:
        colour, dashes = _RUNS[run.name]
        edges = np.linspace(0, len(run.losses), len(run.tenths) + 1)
        shares = 100 * np.array(run.tenths)
        axes.stairs(shares, edges, color=colour, linestyle=dashes, linewidth=1.8, label=_SAID[run.name])
    axes.set_ylim(-3, 135)  # the legend stands above what can be reached
    axes.set_yticks(range(0, 101, 20))
    axes.legend(frameon=False, loc="upper right")
    _name(axes, "How often, in training", "update", "share of updates clipped, %")


def _draw_norms(axes: Axes, result: Clipping) -> None:
    """Draw each run's gradient norms before clipping, smoothed, and θ."""
    for run in result.runs:
        colour, dashes = _RUNS[run.name]
        axes.plot(*_smoothed(run.norms), dashes, color=colour, linewidth=1.5, label=_SAID[run.name])
    axes.axhline(result.norm.limit, color=_NORM, linewidth=1.2, linestyle=":", label="θ")
    axes.text(1.03, result.norm.limit, "θ", color=_NORM, transform=axes.get_yaxis_transform(), va="center", size=PLAIN)
    seen = np.concatenate([run.norms for run in result.runs])
    if seen.size and seen.max() > 10 * seen.min() > 0:
        axes.set_yscale("log")
    _name(axes, "Gradients, in training", "update", "gradient norm before clipping, ‖g‖")


def _draw_losses(axes: Axes, result: Clipping) -> None:
    """Draw each run's loss, smoothed, and where it stopped being finite."""
    for run in result.runs:
        colour, dashes = _RUNS[run.name]
        axes.plot(*_smoothed(run.losses), dashes, color=colour, linewidth=1.5, label=_SAID[run.name])
        if run.stopped is not None and len(run.losses):
            axes.plot([run.stopped], [run.losses[-1]], "x", color=colour, markersize=9, markeredgewidth=2)
    axes.legend(frameon=False, loc="upper right")
    _name(axes, "What is learned", "update", "loss a step, nats")


def _smoothed(values: Array) -> tuple[Array, Array]:
    """Return update numbers and running means over a twentieth of the run."""
    width = max(1, len(values) // 20)
    means = np.convolve(values, np.ones(width) / width, "valid")
    return np.arange(len(means)) + width, means


def _foot(result: Clipping) -> str:
    training = f" In training: gradient descent, rate {result.rate:g}; norms and losses are running means."
    return (
        f"{described(result)} Norm clipping: g θ/‖g‖ if ‖g‖ ≥ θ, over all parameters jointly; elementwise: every entry"
        f" held to ±c. g_t, what step t adds to g, is scaled as the total is.{training if result.runs else ''}"
    )
