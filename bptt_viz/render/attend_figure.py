"""Attention maps as a figure: for each word the image, lit where attention looks."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bptt_viz.arrays import Array
from bptt_viz.render.attend import described, place_name
from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.page import foot_lines, over, title_lines, under, write_around
from bptt_viz.results.attend import Attended, Attending, Look

_SIDE, _GAP, _HEAD, _EDGE = 1.05, 0.12, 0.42, 0.15  # inches
_ACROSS = 9
"""Panels in a line."""
_NAMED, _DRAWN = "#d6006c", "#ffb000"
_DARK = 0.80
"""How much of an image's light is taken where attention has no weight."""


@styled
def attend_figure(found: Attending, images: Sequence[Array | None]) -> Figure:
    """Return the figure: a line a row of the data, with the image and one panel a word.

    Args:
        found: the maps.
        images: of each row, (height, width, 3) with entries from 0 to 1, where there is one.
    """
    lines = [ceil((len(each.looks) + 1) / _ACROSS) for each in found.shown]
    panels = max(4, min(_ACROSS, max(len(each.looks) + 1 for each in found.shown)))
    wide = 2 * _EDGE + panels * _SIDE + (panels - 1) * _GAP
    title, foot = title_lines(found.finding, wide), foot_lines(_said(found), wide)
    step = _SIDE + _HEAD
    high = over(title) + sum(lines) * step + under(foot) + _GAP
    figure = Figure(figsize=(wide, high))
    top = high - over(title)
    for each, image, count in zip(found.shown, images, lines, strict=True):
        _draw_row(figure, found, each, image, top)
        top -= count * step
    write_around(figure, title, foot)
    return figure


def _said(found: Attending) -> str:
    marks = "framed: the place that the word names" if _has_named(found) else "bright: where α is large"
    drawn = "; ◆: the place that was drawn" if found.attention == "hard" else ""
    return f"{marks}{drawn}; the number is the largest α. {described(found.run)}"


def _has_named(found: Attending) -> bool:
    return any(look.named is not None for each in found.shown for look in each.looks)


def _draw_row(figure: Figure, found: Attending, each: Attended, image: Array | None, top: float) -> None:
    """Draw the image and the words' panels, the first line of them below `top`, in inches from below."""
    wide, high = figure.get_size_inches()
    for k in range(len(each.looks) + 1):
        line, column = divmod(k, _ACROSS)
        left, bottom = _EDGE + column * (_SIDE + _GAP), top - (line + 1) * (_SIDE + _HEAD)
        axes = figure.add_axes((left / wide, bottom / high, _SIDE / wide, _SIDE / high))
        axes.set_axis_off()
        if k == 0:
            _first(axes, found, each, image)
        else:
            _panel(axes, found, each.looks[k - 1], image)


def _first(axes: Axes, found: Attending, each: Attended, image: Array | None) -> None:
    """Show the image as it is, or where there is none what the places are called."""
    right = tuple(look.word for look in each.looks) == each.truth
    _above(axes, "", "written right" if right else "written wrong")
    if each.question:
        axes.text(0, 1.19, each.question, fontsize=7, color=INK, transform=axes.transAxes, parse_math=False)
    if image is not None:
        axes.imshow(image, extent=_extent(found), interpolation="nearest", aspect="auto")
        return
    axes.set(xlim=(0, found.grid[1]), ylim=(found.grid[0], 0))
    for place in range(found.grid[0] * found.grid[1] if found.places or found.grid[1] <= 8 else 0):
        row, column = divmod(place, found.grid[1])
        name = visible(found.places[place]) if found.places else place_name(found, place)
        axes.text(column + 0.5, row + 0.5, name, ha="center", va="center", fontsize=7, color=INK)


def _panel(axes: Axes, found: Attending, look: Look, image: Array | None) -> None:
    rows, columns = found.grid
    light = np.asarray(look.weights, float).reshape(rows, columns)
    share = light / (light.max() or 1.0)
    ground = np.full((rows, columns, 3), 0.93) if image is None else image
    lit = (1 - _DARK * (1 - _stretched(share, *ground.shape[:2])))[..., None]
    axes.imshow(ground * lit, extent=_extent(found), interpolation="nearest", aspect="auto", vmin=0, vmax=1)
    _above(axes, visible(look.word), f"{light.max():.2f}")
    if look.named is not None:
        row, column = divmod(look.named, columns)
        axes.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=_NAMED, linewidth=1.6, clip_on=False))
    if look.chosen is not None:
        row, column = divmod(look.chosen, columns)
        axes.plot(column + 0.5, row + 0.5, marker="D", color=_DRAWN, markeredgecolor=INK, markersize=5)


def _above(axes: Axes, word: str, number: str) -> None:
    axes.text(0.5, 1.19, word, ha="center", va="baseline", fontsize=9.5, color=INK, transform=axes.transAxes)
    axes.text(0.5, 1.05, number, ha="center", va="baseline", fontsize=7.5, color=FAINT, transform=axes.transAxes)


def _extent(found: Attending) -> tuple[float, float, float, float]:
    return (0.0, float(found.grid[1]), float(found.grid[0]), 0.0)


def _stretched(share: Array, height: int, width: int) -> Array:
    """Return a map (rows, columns) at the pixels of an image, each place with its own weight throughout."""
    rows, columns = share.shape
    across = np.minimum(np.arange(width) * columns // width, columns - 1)
    down = np.minimum(np.arange(height) * rows // height, rows - 1)
    return np.asarray(share[down][:, across])
