"""Truncation styles as a figure: what each leaves out, over the steps and over the cost."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, StrMethodFormatter

from bptt_viz.render.figures import styled
from bptt_viz.render.page import MARKERS, axes_at, foot_lines, over, title_lines, under, write_around
from bptt_viz.render.truncation import NAMES, described
from bptt_viz.results.truncation import Truncation

_LEFT, _PANEL, _BETWEEN, _HEIGHT, _NAMES, _KEY = 0.95, 3.5, 0.95, 3.2, 0.62, 2.5  # inches
_COLOURS = {"chunked": "#0072b2", "true": "#d55e00", "bptt": "#009e73", "uncarried": "#767676"}
_FLOOR = 1e-16


@styled
def truncation_figure(result: Truncation) -> Figure:
    """Return the figure; its title is the finding."""
    width = _LEFT + 2 * _PANEL + _BETWEEN + _KEY
    title, foot = title_lines(result.finding, width), foot_lines(described(result), width)
    figure = Figure(figsize=(width, over(title) + _HEIGHT + _NAMES + under(foot)))
    bottom = under(foot) + _NAMES
    first = axes_at(figure, _LEFT, bottom, _PANEL, _HEIGHT)
    second = axes_at(figure, _LEFT + _PANEL + _BETWEEN, bottom, _PANEL, _HEIGHT)
    for k, (style, colour) in enumerate(_COLOURS.items()):
        _draw(first, second, result, style, colour, MARKERS[k])
    first.set_xlabel("steps carried back, n")
    second.set_xlabel("(error, step) pairs, share of full")
    for axes in (first, second):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.grid(axis="y")
        _number(axes.yaxis, _percent)
    _number(first.xaxis, "{x:g}")
    _number(second.xaxis, _percent)
    first.set_ylabel("off by, ‖g − full‖ / ‖full‖")
    second.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False)
    write_around(figure, title, foot)
    return figure


def _percent(share: float, _: int) -> str:
    return f"{100 * share:.3g} %"


def _number(axis: Axis, form: str | Callable[[float, int], str]) -> None:
    """Write plain numbers at 1, 2 and 5 of each decade."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(StrMethodFormatter(form) if isinstance(form, str) else FuncFormatter(form))


def _draw(first: Axes, second: Axes, result: Truncation, style: str, colour: str, marker: str) -> None:
    """Draw one style over n and over its cost; what is exact cannot stand on a logarithmic axis and is left out."""
    shown = [each for each in result.gradients if each.style == style and each.bias > _FLOOR and each.n < result.steps]
    bias = [each.bias for each in shown]
    look = {"color": colour, "marker": marker, "label": NAMES[style]}
    first.plot([each.n for each in shown], bias, **look)  # type: ignore[arg-type]
    second.plot([each.share for each in shown], bias, **look)  # type: ignore[arg-type]
