"""The vanishing and exploding curves as a figure: one panel a network or radius, one curve for each of the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from bptt_viz.render.chart import spread
from bptt_viz.render.curves import networks_words, told
from bptt_viz.render.curves_layout import by_end, decades, end_height, factor, fates, panel_name, shown, state_letter
from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.page import (
    MARKERS,
    PLAIN,
    SMALL,
    axes_at,
    foot_lines,
    over,
    shades,
    title_lines,
    under,
    write_around,
)
from bptt_viz.results.curves import Curve, Curves, Panel

# Inches.
_LEFT = 0.95
_WIDTHS = {1: 4.2, 2: 2.4, 3: 1.62}
_HEIGHT, _ROW, _BETWEEN = 3.2, 0.195, 0.85
_NOTE = 0.8  # a note's share of a row
_NAMES, _AXIS = 0.3, 0.55  # above a panel and below it
_MARK, _LETTER, _BOLD_LETTER, _SMALL_LETTER = 0.17, 0.098, 0.104, 0.076


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes and places in inches.

    Attributes:
        columns: how many panels stand side by side.
        width: of a panel.
        height: of a panel.
        label: from a panel's right edge to the right end of the curves' labels.
        factor: from there to the left end of the factors a step.
        foretold: from there to the left end of the factors that theory foretells.
        labels: from a panel's right edge to the next panel's share.
    """

    columns: int
    width: float
    height: float
    label: float
    factor: float
    foretold: float
    labels: float


def _layout(result: Curves) -> _Layout:
    columns = len(result.panels) if len(result.panels) <= 3 else 2 if len(result.panels) == 4 else 3
    curves = [curve for panel in result.panels for curve in panel.curves]
    longest = max(_LETTER * max(len(curve.label) for curve in curves), _SMALL_LETTER * len(result.heading))
    label = _MARK + 0.1 + longest
    foretold = label + 0.16 + max(_BOLD_LETTER * max(len(factor(curve.rate)) for curve in curves), _SMALL_LETTER * 6)
    ends = foretold + _LETTER * max(len(_foretold(curve)) for curve in curves)
    notes = _MARK + _SMALL_LETTER * max((len(line) for curve in curves for line in _notes(curve, result)), default=0)
    rows = max(sum(map(_rows, (_notes(curve, result) for curve in panel.curves))) for panel in result.panels)
    height = max(_HEIGHT, _ROW * (rows + 1))
    # A panel's name must end before the headings of its labels begin.
    names = _BOLD_LETTER * max(len(panel_name(panel)) for panel in result.panels)
    width = max(_WIDTHS[columns], names + 0.1 - label + _SMALL_LETTER * len(result.heading))
    return _Layout(columns, width, height, label, label + 0.08, foretold, max(ends, notes) + 0.16)


def _foretold(curve: Curve) -> str:
    return "" if curve.foretold is None else factor(curve.foretold)


@styled
def curves_figure(result: Curves) -> Figure:
    """Return the figure; its title is the finding, each curve is labelled at its end with its factor a step."""
    plan = _layout(result)
    width = _LEFT + plan.columns * (plan.width + plan.labels)
    title, foot = title_lines(result.finding, width), foot_lines(_foot(result), width)
    floor = under(foot) + _AXIS
    rows = -(-len(result.panels) // plan.columns)
    high = over(title) + _NAMES + rows * plan.height + (rows - 1) * _BETWEEN + floor
    figure = Figure(figsize=(width, high))
    axis = decades(result)
    for place, panel in enumerate(result.panels):
        row, column = divmod(place, plan.columns)
        left = _LEFT + column * (plan.width + plan.labels)
        axes = axes_at(figure, left, floor + (rows - 1 - row) * (plan.height + _BETWEEN), plan.width, plan.height)
        _draw_panel(axes, panel, result, axis)
        _label_ends(axes, panel, result, axis, plan)
        _name_axes(axes, panel, axis, column == 0, plan.columns, state_letter(result))
    write_around(figure, title, foot)
    return figure


def _draw_panel(axes: Axes, panel: Panel, result: Curves, axis: tuple[int, int]) -> None:
    axes.set_yscale("log")
    axes.set_ylim(10.0 ** axis[0], 10.0 ** axis[1])
    axes.set_xlim(0, int(result.distance[-1]))
    axes.axhline(1.0, color=FAINT, linewidth=0.8, zorder=1)
    colours = shades(len(panel.curves))
    for place, (curve, colour) in enumerate(zip(panel.curves, colours, strict=True)):
        _draw_curve(axes, curve, result, colour, place, len(panel.curves))


def _draw_curve(axes: Axes, curve: Curve, result: Curves, colour: str, place: int, count: int) -> None:
    distance = result.distance
    low, high = axes.get_ylim()
    label = curve.label
    line = slice(0, curve.reach + 1)
    band = slice(0, int(np.argmin(np.append(curve.lower[line] > 0, False))))
    axes.fill_between(
        distance[band],
        np.clip(curve.lower[band], low, high),
        np.clip(curve.upper[band], low, high),
        color=colour,
        alpha=0.18,
        linewidth=0,
        zorder=2,
    )
    if curve.guaranteed:
        axes.plot(distance, curve.bound, ":", color=colour, linewidth=1.2, zorder=3, label=f"bound {label}")
    every = max(2, len(distance) // 5)
    axes.plot(
        distance[line],
        shown(curve),
        color=colour,
        linewidth=1.7,
        marker=MARKERS[place % len(MARKERS)],
        markersize=4.5,
        markevery=(every * (place + 1) // (count + 1), every),
        zorder=4,
        label=label,
    )
    if curve.foretold is not None and low <= (end := _power(curve.foretold, int(distance[-1]))) <= high:
        axes.plot([distance[-1]], [end], "_", color=colour, markersize=9, markeredgewidth=2, zorder=5, label="theory")
    if _cut_by_death(curve, result):
        axes.plot(distance[curve.reach], shown(curve)[-1], "x", color=colour, markersize=8, markeredgewidth=2, zorder=5)


def _power(rate: float, steps: int) -> float:
    with np.errstate(over="ignore", under="ignore"):
        return float(np.power(rate, float(steps)))


def _label_ends(axes: Axes, panel: Panel, result: Curves, axis: tuple[int, int], plan: _Layout) -> None:
    """Write radius and factor beside each curve's end, moved apart where the ends are close."""
    wide, row = 1 / plan.width, _ROW / plan.height
    order = by_end(panel.curves)
    colours = shades(len(order))
    notes = [_notes(panel.curves[k], result) for k in order]
    gaps = [row * (_rows(lines) if place else _rows(lines) - 0.5) for place, lines in enumerate(notes)]
    wanted = [end_height(panel.curves[k], axis) for k in order]
    for k, lines, end, y in zip(order, notes, wanted, spread(wanted, gaps, 1 - 0.5 * row), strict=True):
        curve = panel.curves[k]
        if curve.reach == result.distance[-1] and 0 < end < 1:
            axes.plot([1, 1 + 0.1 * wide], [end, y], color=FAINT, linewidth=0.6, **_beside(axes))
        axes.plot([1 + _MARK * wide], [y], MARKERS[k % len(MARKERS)], color=colours[k], markersize=5, **_beside(axes))
        _write(axes, 1 + plan.label * wide, y, curve.label, INK, "right")
        _write(axes, 1 + plan.factor * wide, y, factor(curve.rate), INK, "left", weight="bold")
        _write(axes, 1 + plan.foretold * wide, y, _foretold(curve), FAINT, "left")
        for down, line in enumerate(lines, start=1):
            _write(axes, 1 + _MARK * wide, y - _NOTE * down * row, line, FAINT, "left", size=SMALL - 1)
    heads = [(plan.label, result.heading, "right"), (plan.factor, "a step", "left")]
    heads += [(plan.foretold, "√χ", "left")] if any(curve.foretold is not None for curve in panel.curves) else []
    for place, name, align in heads:
        _write(axes, 1 + place * wide, 1 + 0.62 * row, name, FAINT, align, size=SMALL)


def _notes(curve: Curve, result: Curves) -> list[str]:
    # Who underflows has left through the floor long before.
    return [line for line in fates(curve, result.setting.seeds) if "underflow" not in line]


def _rows(notes: Sequence[str]) -> float:
    """Return how many rows a label takes with its notes."""
    return 1 + _NOTE * len(notes)


def _beside(axes: Axes) -> dict[str, Any]:
    return {"transform": axes.transAxes, "clip_on": False, "zorder": 5}


def _write(
    axes: Axes, x: float, y: float, text: str, colour: str, align: str, size: float = PLAIN, weight: str = "normal"
) -> None:
    axes.text(x, y, text, color=colour, ha=align, va="center", size=size, weight=weight, transform=axes.transAxes)


def _name_axes(axes: Axes, panel: Panel, axis: tuple[int, int], first: bool, columns: int, state: str) -> None:
    axes.set_title(panel_name(panel), loc="left", size=11, weight="bold")
    axes.set_xlabel("steps back in time, k")
    axes.xaxis.set_major_locator(MaxNLocator(10 // columns, integer=True, steps=[1, 2, 5, 10]))
    step = next(step for step in (1, 2, 4, 5, 10, 20, 50) if (axis[1] - axis[0]) / step <= 8)
    exponents = [e for e in range(axis[0], axis[1] + 1) if e % step == 0]
    axes.yaxis.set_major_locator(FixedLocator([10.0**e for e in exponents]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(axis="y")
    axes.tick_params(length=3, labelleft=first)
    if first:
        of = r"\|\partial L_T/\partial %s_{%s}\|"
        axes.set_ylabel(f"gradient norm  ${of % (state, 'T{-}k')}\\;/\\;{of % (state, 'T')}$")


def _foot(result: Curves) -> str:
    ran = result.setting
    low, high = (f"{100 * q:g}" for q in result.quantiles)
    seeds = f"Median and {low}–{high} % band of {ran.seeds} seeds" if ran.seeds > 1 else "One seed"
    curves = [curve for panel in result.panels for curve in panel.curves]
    sentences = [f"{seeds}; {networks_words(result)}, scaled to the spectral radius."]
    if told(result)[0]:
        sentences.append("√χ: what mean-field theory foretells, marked by a dash where it would end.")
    if any(curve.guaranteed for curve in curves):
        sentences.append(
            "Dotted: (γ λ₁)ᵏ, the bound that guarantees vanishing where γ λ₁ < 1 (λ₁: largest singular value)."
        )
    if any(curve.died for curve in curves):
        sentences.append("Died: the gradient is exactly 0; the curve is that of the other seeds.")
    if any(_cut_by_death(curve, result) for curve in curves):
        sentences.append("× marks where half of them have died if no other is left.")
    if any(curve.unmeasured for curve in curves):
        sentences.append("Left out: seeds without a usable gradient at T.")
    return " ".join(sentences)


def _cut_by_death(curve: Curve, result: Curves) -> bool:
    """Tell whether the curve ends because no seed lived."""
    cut = curve.reach < result.distance[-1]
    return cut and curve.died > 0 and curve.underflowed == curve.overflowed == 0
