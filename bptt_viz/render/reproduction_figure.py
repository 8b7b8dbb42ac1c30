"""A reproduction as a figure: a panel a group, measured in full lines and published in dashed ones."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bptt_viz.render.figures import styled
from bptt_viz.render.page import MARKERS, PLAIN, axes_at, foot_lines, over, shades, title_lines, under, write_around
from bptt_viz.results.reproduction import Reproduction, Series

_LEFT, _PANEL, _BETWEEN, _HEIGHT, _NAMES, _HEAD, _KEY, _LETTER = 0.8, 3.1, 0.35, 3.0, 0.6, 0.35, 0.85, 0.085  # inches


@styled
def reproduction_figure(result: Reproduction) -> Figure:
    """Return the figure; its title is the finding."""
    groups = list(dict.fromkeys(series.group for series in result.series))
    between = _BETWEEN if len(groups) > 1 and not result.log else 0.8
    key = _KEY + _LETTER * max(len("published"), *(len(series.name) for series in result.series))
    width = _LEFT + len(groups) * _PANEL + (len(groups) - 1) * between + key
    title, foot = title_lines(result.finding, width), foot_lines(f"{result.source}. {result.setting}", width)
    figure = Figure(figsize=(width, over(title) + _HEAD + _HEIGHT + _NAMES + under(foot)))
    drawn = []
    for k, group in enumerate(groups):
        axes = axes_at(figure, _LEFT + k * (_PANEL + between), under(foot) + _NAMES, _PANEL, _HEIGHT)
        _draw(axes, [series for series in result.series if series.group == group], result)
        axes.set_title(group if len(groups) > 1 else result.title, loc="left", size=11, weight="bold")
        axes.set_xlabel(result.x_name)
        drawn.append(axes)
    drawn[0].set_ylabel(result.y_name)
    _align(drawn)
    drawn[-1].legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=PLAIN)
    write_around(figure, title, foot)
    return figure


def _align(drawn: list[Axes]) -> None:
    """Give all panels one vertical axis."""
    low, high = min(axes.get_ylim()[0] for axes in drawn), max(axes.get_ylim()[1] for axes in drawn)
    for k, axes in enumerate(drawn):
        axes.set_ylim(low, high)
        if k:
            axes.tick_params(labelleft=False)


def _draw(axes: Axes, series: list[Series], result: Reproduction) -> None:
    for k, (each, colour) in enumerate(zip(series, shades(len(series)), strict=True)):
        x, y = _known(each.x, each.measured)
        axes.plot(x, y, color=colour, marker=MARKERS[k], label=each.name, markersize=5)
        x, y = _known(each.x, each.published)
        if x:
            last = k == len(series) - 1
            axes.plot(x, y, color=colour, linestyle="--", linewidth=1, label="published" if last else None)
    axes.grid(axis="y")
    if result.log:
        axes.set_yscale("log")
        axes.set_xscale("log")


def _known(x: tuple[float, ...], y: tuple[float | None, ...]) -> tuple[list[float], list[float]]:
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if b is not None]
    return [a for a, _ in pairs], [b for _, b in pairs]
