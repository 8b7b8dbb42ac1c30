"""Responses of units as a figure: one panel an activation (and matrix, and bias), one curve a weight."""

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bptt_viz.render.chart import spread
from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.page import (
    MARKERS,
    PLAIN,
    SMALL,
    axes_at,
    foot_lines,
    line_height,
    over,
    shades,
    title_lines,
    under,
    wrapped,
    write_around,
)
from bptt_viz.render.response import described
from bptt_viz.render.response_layout import by_end, end_height, end_numbers, headings, panel_name, span
from bptt_viz.results.response import Response, ResponsePanel

# Inches.
_LEFT, _WIDTH, _HEIGHT, _ROW = 0.85, 2.3, 2.6, 0.195
_AXIS, _MARK, _DIGIT, _GAP = 0.55, 0.17, 0.088, 0.1
_BEFORE = 0.62  # from the labels to the next panel, for its ticks


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes and places in inches.

    Attributes:
        columns: panels side by side.
        height: of a panel.
        share: from one panel's left edge to the next one's.
        weight: from a panel's right edge to the right end of the weights in its labels.
        names: above each panel, for its name and its finding.
    """

    columns: int
    height: float
    share: float
    weight: float
    names: float


def _plan(result: Response) -> _Plan:
    numbers = [end_numbers(run, result) for panel in result.panels for run in panel.runs] + [headings(result)]
    weight = _MARK + _GAP + _DIGIT * max(len(first) for first, _ in numbers)
    labels = weight + _GAP + 0.095 * max(len(second) for _, second in numbers)
    columns = min(3, len(result.setting.activations))
    share = _WIDTH + labels + _BEFORE
    lines = max(len(_finding(panel, share)) for panel in result.panels)
    rows = max(len(panel.runs) for panel in result.panels)
    names = line_height(11) + 0.95 * line_height(SMALL) * lines + 0.24
    return _Plan(columns, max(_HEIGHT, _ROW * (rows + 1)), share, weight, names)


def _finding(panel: ResponsePanel, share: float) -> list[str]:
    return wrapped(panel.finding, share - 0.1, SMALL)


@styled
def response_figure(result: Response) -> Figure:
    """Return the figure; its title is the finding, each curve is labelled at its end."""
    plan = _plan(result)
    width = _LEFT + plan.columns * plan.share - _BEFORE + 0.3
    title, foot = title_lines(result.finding, width), foot_lines(_foot(result), width)
    rows = -(-len(result.panels) // plan.columns)
    each = plan.names + plan.height + _AXIS
    figure = Figure(figsize=(width, over(title) + rows * each + under(foot)))
    for place, panel in enumerate(result.panels):
        row, column = divmod(place, plan.columns)
        bottom = under(foot) + (rows - 1 - row) * each + _AXIS
        axes = axes_at(figure, _LEFT + column * plan.share, bottom, _WIDTH, plan.height)
        _draw(axes, panel, result)
        _label_ends(axes, panel, result, plan)
        _name(axes, panel, result, plan, column == 0)
    write_around(figure, title, foot)
    return figure


def _draw(axes: Axes, panel: ResponsePanel, result: Response) -> None:
    """Draw the runs from both starts, and for vectors the powers of |λ|."""
    low, high = span(panel, result)
    axes.set_xlim(0, int(result.times[-1]))
    if result.setting.vector:
        axes.set_yscale("log")
        axes.set_ylim(10.0**low, 10.0**high)
    else:
        axes.set_ylim(low, high)
        axes.axhline(0.0, color=FAINT, linewidth=0.8, zorder=1)
    every = max(2, len(result.times) // 4)
    for place, (run, colour) in enumerate(zip(panel.runs, shades(len(panel.runs)), strict=True)):
        label = f"{run.weight:g}"
        begin = every * (place + 1) // (len(panel.runs) + 1)
        if result.setting.vector:
            axes.plot(result.times, run.power, ":", color=colour, linewidth=1.2, zorder=2, label=f"power {label}")
        axes.plot(result.times, run.mirrored, "--", color=colour, linewidth=1.0, zorder=3, label=f"mirrored {label}")
        marker = MARKERS[place % len(MARKERS)]
        axes.plot(
            result.times,
            run.values,
            color=colour,
            linewidth=1.7,
            marker=marker,
            markersize=4.5,
            markevery=(begin, every),
            zorder=4,
            label=label,
        )


def _label_ends(axes: Axes, panel: ResponsePanel, result: Response, plan: _Plan) -> None:
    """Write two numbers beside each curve's end, moved apart where the ends are close."""
    wide, row = 1 / _WIDTH, _ROW / plan.height
    axis, order, colours = span(panel, result), by_end(panel.runs), shades(len(panel.runs))
    wanted = [end_height(panel.runs[k], axis, result.setting.vector) for k in order]
    gaps = [row if place else 0.0 for place in range(len(order))]
    for k, end, y in zip(order, wanted, spread(wanted, gaps, 1 - 0.5 * row), strict=True):
        if 0 < end < 1 or not result.setting.vector:
            axes.plot([1, 1 + 0.1 * wide], [end, y], color=FAINT, linewidth=0.6, **_beside(axes))
        axes.plot([1 + _MARK * wide], [y], MARKERS[k % len(MARKERS)], color=colours[k], markersize=5, **_beside(axes))
        weight, number = end_numbers(panel.runs[k], result)
        _write(axes, 1 + plan.weight * wide, y, weight, "right")
        _write(axes, 1 + (plan.weight + _GAP) * wide, y, number, "left", weight="bold")
    weight, number = headings(result)
    _write(axes, 1 + plan.weight * wide, 1 + 0.62 * row, weight, "right", FAINT, SMALL)
    _write(axes, 1 + (plan.weight + _GAP) * wide, 1 + 0.62 * row, number, "left", FAINT, SMALL)


def _beside(axes: Axes) -> dict[str, Any]:
    return {"transform": axes.transAxes, "clip_on": False, "zorder": 5}


def _write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    align: str,
    colour: str = INK,
    size: float = PLAIN,
    weight: str = "normal",
) -> None:
    axes.text(x, y, text, color=colour, ha=align, va="center", size=size, weight=weight, transform=axes.transAxes)


def _name(axes: Axes, panel: ResponsePanel, result: Response, plan: _Plan, first: bool) -> None:
    """Write the panel's name and finding above it, and name the axes."""
    x, inch = -0.42 / _WIDTH, 1 / plan.height
    lines = _finding(panel, plan.share)
    top = 1 + (plan.names - 0.05) * inch
    style: dict[str, Any] = {"transform": axes.transAxes, "ha": "left", "va": "top", "parse_math": False}
    axes.text(x, top, panel_name(panel, result), size=11, weight="bold", **style)
    axes.text(x, top - line_height(11) * inch, "\n".join(lines), size=SMALL, linespacing=1.2, **style)
    axes.set_xlabel("time step, t")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    axes.tick_params(length=3)
    if first:
        axes.set_ylabel("norm of the state, ‖h(t)‖" if result.setting.vector else "state, h(t)")


def _foot(result: Response) -> str:
    start = f"{result.setting.start:g}"
    lines = f"Solid: from {start}; dashed: from −{start}."
    near = f"Forgotten: both runs are {result.tolerance * result.setting.start:g} apart."
    if result.setting.vector:
        return f"{described(result)} {lines} Dotted: |λ|ᵗ⁺¹, a linear unit. A step: factor over the second half. {near}"
    return f"{described(result)} t = 0 shows f(w h). {lines} {near}"
