"""The credit matrix as a figure: a triangle on an absolute logarithmic scale, its fall with distance in the corner."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from bptt_viz.arrays import Array
from bptt_viz.render.credit import described, scale_of
from bptt_viz.render.credit_colours import BROKEN, ZERO, Scale
from bptt_viz.render.figures import FAINT, INK, RULE, styled
from bptt_viz.render.letters import MISSING, drawable, families
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.page import SMALL, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.results.credit import SHARES, Credit

_SIDE, _LOWEST = 5.2, 0.8  # inches of the matrix
_LARGEST = 1.1  # inches of a place in it
_LEFT, _BELOW, _RIGHT, _BAR, _GAP = 0.95, 0.66, 1.15, 0.16, 0.18
_LETTERS = 40  # steps up to which the text stands along the axes
_CORNER = 12  # losses from which there is room in the empty corner

_FONT = "DejaVu Sans"
_SMALLEST = 1e-200  # of the corner's axis, whose ticks stay within the floats


class _Place(NamedTuple):
    """Inches: left and bottom of the matrix, its width and its height."""

    left: float
    bottom: float
    width: float
    height: float


@styled
def credit_figure(found: Credit, scale: Scale | None = None) -> Figure:
    """Return the figure.

    Args:
        found: the matrix.
        scale: values at the ends of the colour bar; None fits whole powers of ten around the norms.
    """
    between = scale or scale_of(found)
    side = min(_SIDE, _LARGEST * found.steps)
    height = max(_LOWEST, side * len(found.losses) / found.steps)
    wide = _LEFT + _SIDE + _GAP + _BAR + _RIGHT
    title, foot = title_lines(found.finding, wide), foot_lines(_said(found), wide)
    high = over(title) + height + _BELOW + under(foot)
    figure = Figure(figsize=(wide, high))
    place = _Place(_LEFT, under(foot) + _BELOW, side, height)
    axes = axes_at(figure, *place)
    _matrix(axes, found, between)
    _label(axes, found, place)
    _bar(figure, place, found, between)
    _key(figure, place, found)
    if len(found.losses) == found.steps >= _CORNER and (found.profile[1, 1:] > 0).any():
        _corner(figure, place, found)
    write_around(figure, title, foot)
    return figure


def _matrix(axes: Axes, found: Credit, scale: Scale) -> None:
    drawn = np.arange(1, found.steps + 1) <= np.array(found.losses)[:, None]
    spread = (0.5, found.steps + 0.5, len(found.losses) + 0.5, 0.5)
    values = np.asarray(found.norms, float)
    usable = drawn & np.isfinite(values) & (values > 0)
    axes.imshow(
        np.where(usable, values, np.nan),
        cmap="viridis",
        norm=LogNorm(scale.low, scale.high, clip=True),
        extent=spread,
        aspect="auto",
        interpolation="nearest",
    )
    for wanted, colour in ((values == 0, ZERO), (~np.isfinite(values), BROKEN)):
        if (wanted & drawn).any():
            patch = np.where(wanted & drawn, 1.0, np.nan)
            axes.imshow(patch, cmap=ListedColormap([colour]), extent=spread, aspect="auto", interpolation="nearest")


def _label(axes: Axes, found: Credit, place: _Place) -> None:
    axes.set(xlabel="state at step t", ylabel="loss at step k" if place.height > 1.2 else "loss k")
    axes.tick_params(length=0)
    if found.steps > _LETTERS:
        axes.set_yticks(*_rows(found))
        return
    if place.width > 3.5:
        axes.set_xlabel("state at step t, with the character read there")
    if place.height > 3.5:
        axes.set_ylabel("loss at step k, with the character to be predicted")
    size = float(np.clip(_SIDE / found.steps * 72 * 0.62, 5.5, 11))
    axes.set_xticks(range(1, found.steps + 1), [_two_lines(t, c, found.steps) for t, c in enumerate(found.inputs, 1)])
    names = [_one_line(k, found.targets[k - 1], found.steps) for k in found.losses]
    axes.set_yticks(range(1, len(names) + 1), names)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set(fontsize=size, fontfamily=families(_FONT), parse_math=False)


def _rows(found: Credit) -> tuple[list[int], list[str]]:
    """Return places and names of at most eight rows, whose steps are round numbers."""
    wide = next(
        each
        for size in (1, 10, 100, 1000, 10**4)
        for each in (size, 2 * size, 5 * size)
        if each * 8 >= len(found.losses)
    )
    chosen = [place for place, k in enumerate(found.losses) if k % wide == 0] or [0]
    return [place + 1 for place in chosen], [str(found.losses[place]) for place in chosen]


def _numbered(step: int, steps: int) -> bool:
    return step == 1 or step % 5 == 0 or steps <= 10


def _two_lines(step: int, character: str | None, steps: int) -> str:
    return drawable(visible(character), _FONT) + (f"\n{step}" if _numbered(step, steps) else "\n")


def _one_line(step: int, character: str | None, steps: int) -> str:
    return (f"{step}  " if _numbered(step, steps) else "") + drawable(visible(character), _FONT)


def _said(found: Credit) -> str:
    """Return what stands at the foot."""
    letters = "".join(map(visible, (*found.inputs, *found.targets))) if found.steps <= _LETTERS else ""
    lacking = MISSING in drawable(letters, _FONT) and MISSING not in letters
    return described(found) + (f"; {MISSING}: no font at hand has it, Noto Sans CJK would" if lacking else "")


def _bar(figure: Figure, place: _Place, found: Credit, scale: Scale) -> None:
    height = min(place.height, 3.2) if place.height > 1 else place.height
    axes = axes_at(figure, place.left + place.width + _GAP, place.bottom, _BAR, height)
    shades = matplotlib.cm.ScalarMappable(LogNorm(scale.low, scale.high), "viridis")
    bar = figure.colorbar(shades, cax=axes, extend=_beyond(found, scale), extendfrac=0.03)
    bar.outline.set_visible(False)
    bar.ax.minorticks_off()
    values, names = _ticks(scale, height)
    bar.set_ticks(values, labels=names)
    bar.set_label(_mathematical(found), color=INK)


def _ticks(scale: Scale, height: float) -> tuple[list[float], list[str]]:
    """Return the ends and the powers of ten between them, as many as there is room for, and how to write them."""
    first, last = ceil(log10(scale.low) + 0.25), floor(log10(scale.high) - 0.25)
    each = 1 + int((last - first) / max(1.0, 4 * height))
    values = [scale.low, *(10.0**power for power in range(last, first - 1, -each)), scale.high]
    return values, [_power(value) for value in values]


def _power(value: float) -> str:
    exponent = floor(log10(value) + 1e-9)
    factor = value / 10.0**exponent
    lead = "" if abs(factor - 1) < 1e-6 else rf"{factor:.2g}\!\times\!"
    return rf"${lead}10^{{{exponent}}}$"


def _beyond(found: Credit, scale: Scale) -> str:
    values = np.concatenate([found.row(place) for place in range(len(found.losses))])
    values = values[np.isfinite(values) & (values > 0)]
    below, above = bool((values < scale.low).any()), bool((values > scale.high).any())
    return {(True, True): "both", (True, False): "min", (False, True): "max"}.get((below, above), "neither")


def _mathematical(found: Credit) -> str:
    if found.state == "joint":
        return r"$\Vert\partial L_k / \partial s_t\Vert$, s all states"
    return rf"$\Vert\partial L_k / \partial {found.state}_t\Vert$" if len(found.state) == 1 else found.symbol


def _key(figure: Figure, place: _Place, found: Credit) -> None:
    """Name the colours that are off the scale, under the bar; nothing if there are none."""
    rows: Sequence[Array] = [found.row(k) for k in range(len(found.losses))]
    there = [any((row == 0).any() for row in rows), any(not np.isfinite(row).all() for row in rows)]
    named = ((ZERO, "exactly 0"), (BROKEN, "not finite"))
    handles = [
        Patch(color=colour, label=name) for (colour, name), is_there in zip(named, there, strict=True) if is_there
    ]
    if handles:
        wide, high = figure.get_size_inches()
        at = ((place.left + place.width + 0.05) / wide, (place.bottom - 0.12) / high)
        figure.legend(
            handles=handles,
            frameon=False,
            loc="upper left",
            bbox_to_anchor=at,
            fontsize=SMALL,
            handlelength=1,
            borderpad=0,
        )


def _corner(figure: Figure, place: _Place, found: Credit) -> None:
    """Draw what is left of a gradient against the distance, in the half of the matrix that is empty."""
    width, height = 0.37 * place.width, 0.30 * place.height
    axes = axes_at(figure, place.left + place.width - width, place.bottom + place.height - height - 0.1, width, height)
    low, middle, high = _positive(found.profile)
    distance = np.arange(len(middle))
    axes.fill_between(distance, low, high, color=RULE, linewidth=0)
    axes.plot(distance, middle, color="#2c728e", linewidth=1.6)
    axes.set_yscale("log")
    axes.set_xlim(0, len(middle) - 1)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.minorticks_off()
    bottom, top = axes.get_ylim()
    for share in SHARES:
        if bottom < share < top:
            axes.axhline(share, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_title("over all losses: median, 10–90 %", fontsize=SMALL - 1, color=FAINT)
    axes.tick_params(labelsize=SMALL - 1.5)
    axes.set_xlabel("distance k − t", fontsize=SMALL - 1)
    axes.set_ylabel("share of its start", fontsize=SMALL - 1)


def _positive(profile: Array) -> Array:
    """Return the quantiles with gaps where the median cannot be drawn, and a band that ends at the smallest median."""
    middle = profile[1]
    drawn = (middle > _SMALLEST) & (middle < 1 / _SMALLEST)
    bottom = middle[drawn].min(initial=1.0) / 10
    return np.where(drawn, np.clip(profile, bottom, 1 / _SMALLEST), np.nan)
