"""An error surface as a figure: the map with its wall and a step from it, and the way down in profile."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.page import PLAIN, SMALL, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.render.surface import described
from bptt_viz.results.surface import Place, Surface

# Inches.
# The default ranges get one scale on both axes, so that the gradient stands square on the wall.
_LEFT, _MAP, _BAR, _PROFILE, _HEIGHT = 0.85, 5.8, 0.16, 2.9, 3.48
_BEFORE_BAR, _BEFORE_PROFILE, _AXIS, _NAMES, _RIGHT = 0.12, 1.35, 0.6, 0.42, 0.3
_FLOOR, _AMBER = 1e-3, "#ffb000"


@styled
def surface_figure(result: Surface) -> Figure:
    """Return the figure; its title is the finding."""
    width = _LEFT + _MAP + _BEFORE_BAR + _BAR + _BEFORE_PROFILE + _PROFILE + _RIGHT
    title, foot = title_lines(result.finding, width), foot_lines(_foot(result), width)
    figure = Figure(figsize=(width, over(title) + _NAMES + _HEIGHT + _AXIS + under(foot)))
    bottom = under(foot) + _AXIS
    axes = axes_at(figure, _LEFT, bottom, _MAP, _HEIGHT)
    bar = axes_at(figure, _LEFT + _MAP + _BEFORE_BAR, bottom, _BAR, _HEIGHT)
    _draw_map(figure, axes, bar, result)
    _draw_wall(axes, result)
    _draw_steps(axes, result)
    profile = axes_at(figure, _LEFT + _MAP + _BEFORE_BAR + _BAR + _BEFORE_PROFILE, bottom, _PROFILE, _HEIGHT)
    _draw_profile(profile, result)
    write_around(figure, title, foot)
    return figure


def _draw_map(figure: Figure, axes: Axes, bar: Axes, result: Surface) -> None:
    """Colour E by its logarithm, dark where it is small."""
    error = np.maximum(result.error, _FLOOR)
    # Room at the light end keeps white arrows readable; ink reads everywhere but in the valley.
    norm = LogNorm(_FLOOR, max(2 * float(error.max()), 10 * _FLOOR))
    mesh = axes.pcolormesh(result.w, result.b, error, norm=norm, cmap="viridis", shading="nearest", rasterized=True)
    axes.set_xlim(float(result.w[0]), float(result.w[-1]))
    axes.set_ylim(float(result.b[0]), float(result.b[-1]))
    axes.set_xlabel("recurrent weight, w")
    axes.set_ylabel("bias, b")
    axes.set_title("The surface from above", loc="left", size=11, weight="bold")
    figure.colorbar(mesh, cax=bar, extend="min")
    bar.set_title("E", loc="left", size=PLAIN)


def _draw_wall(axes: Axes, result: Surface) -> None:
    """Show the gradient's direction and size at places of the wall."""
    wide, high = np.ptp(result.w), np.ptp(result.b)
    for place in result.wall:
        if abs(place.w - result.start.w) < 0.02 * wide:
            continue
        to = _ahead(place, 0.075 * min(wide, high))
        axes.annotate("", to, (place.w, place.b), arrowprops={"arrowstyle": "->", "color": "white", "linewidth": 1.0})
        left = place.w - 0.02 * wide, place.b - 0.005 * high
        if left[1] > result.b[0] + 0.1 * high and left[0] > result.w[0] + 0.15 * wide:
            axes.text(*left, _rounded(place.norm), color=INK, size=SMALL, ha="right", va="top")
    if result.wall:
        axes.text(0.02, 0.03, "numbers: gradient norm at the wall", size=SMALL, color=INK, transform=axes.transAxes)


def _rounded(number: float) -> str:
    """Return a number with two digits that count, such as 220,000."""
    return f"{float(f'{number:.2g}'):,.10g}"


def _ahead(place: Place, length: float) -> tuple[float, float]:
    """Return the point a length downhill."""
    size = place.norm or 1.0
    return place.w - length * place.slope_w / size, place.b - length * place.slope_b / size


def _draw_steps(axes: Axes, result: Surface) -> None:
    """Draw the unclipped step, cut at the border if it leaves, the clipped one, and their start."""
    start, end = result.start, result.clipped.end
    border, cut = _to_border(result)
    arrow: dict[str, Any] = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", border, (start.w, start.b), arrowprops=arrow | {"color": INK, "linewidth": 1.4, "ls": "--"})
    thick = arrow | {"color": INK, "linewidth": 3.5}
    axes.annotate("", (end.w, end.b), (start.w, start.b), arrowprops=thick)
    axes.plot([start.w], [start.b], "o", color="white", markeredgecolor=INK, markersize=7, zorder=6, label="start")
    away = f"unclipped:\n{result.plain.length:,.3g} long"
    far = f"{away},\nto E = {result.plain.end.error:.2g}" if cut else away
    middle = ((border[0] + start.w) / 2, (border[1] + start.b) / 2)
    below, beside = (-2, -4) if cut else (-16, 12)
    note: dict[str, Any] = {"xytext": (10, below), "textcoords": "offset points", "size": PLAIN, "weight": "bold"}
    axes.annotate(far, middle, va="top", **note)
    kept = f"clipped: {result.clipped.length:.2g} long"
    axes.annotate(kept, (end.w, end.b), va="center", **(note | {"xytext": (10, beside)}))


def _to_border(result: Surface) -> tuple[tuple[float, float], bool]:
    """Return where the unclipped step ends, or leaves the picture."""
    start, end = result.start, result.plain.end
    share = 1.0
    for origin, to, low, high in (
        (start.w, end.w, result.w[0], result.w[-1]),
        (start.b, end.b, result.b[0], result.b[-1]),
    ):
        if not low <= to <= high and to != origin:
            share = min(share, max(0.0, ((high if to > high else low) - origin) / (to - origin)))
    return (start.w + share * (end.w - start.w), start.b + share * (end.b - start.b)), share < 1


def _draw_profile(axes: Axes, result: Surface) -> None:
    """Draw E along the gradient, with both steps' ends."""
    low, high = float(result.along[0]), float(result.along[-1])
    axes.plot(result.along, result.profile, color=INK, linewidth=1.8, label="profile")
    top = 1.18 * max(float(result.profile.max()), result.start.error, result.plain.end.error)
    axes.set_xlim(low, high)
    axes.set_ylim(0, top)
    axes.plot([0], [result.start.error], "o", color="white", markeredgecolor=INK, markersize=8, zorder=5, label="start")
    note: dict[str, Any] = {"textcoords": "offset points", "size": PLAIN}
    axes.annotate("start", (0, result.start.error), xytext=(-9, -4), ha="right", **note)
    length, end = result.clipped.length, result.clipped.end.error
    axes.plot([length], [end], "s", color=INK, markersize=7, zorder=5, label="clipped")
    axes.annotate(f"clipped,\nE = {end:.2g}", (length, end), xytext=(-12, 9), **note)
    far, reached = result.plain.length, result.plain.end.error
    if far <= high:
        axes.plot([far], [reached], "D", color=_AMBER, markeredgecolor=INK, markersize=7, zorder=5, label="unclipped")
    else:
        axes.plot([high], [reached], ">", color=_AMBER, markeredgecolor=INK, markersize=9, clip_on=False, zorder=5)
        text = f"unclipped,\nfar off at {far:,.3g},\nE = {reached:.2g}"
        axes.annotate(text, (high, reached), xytext=(-6, 10), ha="right", va="bottom", **note)
    axes.set_xlabel("distance downhill from the start")
    axes.set_ylabel("error, E")
    axes.set_title("The way down, in profile", loc="left", size=11, weight="bold")
    axes.grid(axis="y")
    axes.axvline(0.0, color=FAINT, linewidth=0.6, zorder=1)


def _foot(result: Surface) -> str:
    arrows = "Thin arrows: the way against the gradient, at the steepest b for that w." if result.wall else ""
    return f"{described(result)} {arrows} Norm clipping: g θ/‖g‖ if ‖g‖ ≥ θ = {result.setting.threshold:g}."
