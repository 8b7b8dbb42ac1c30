"""A training run as a figure: the loss, and how the reach of gradients through time grew."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bptt_viz.render.figures import FAINT, styled
from bptt_viz.render.page import PLAIN, axes_at, foot_lines, over, shades, title_lines, under, write_around
from bptt_viz.render.training import described
from bptt_viz.results.training import Reach, Training

_LEFT, _PANEL, _BETWEEN, _HEIGHT, _NAMES, _KEY = 0.8, 4.2, 0.95, 3.2, 0.6, 1.3  # inches
_MOST_CURVES = 6


@styled
def training_figure(result: Training) -> Figure:
    """Return the figure; its title is the finding."""
    panels = 1 if result.reach is None else 2
    width = _LEFT + panels * _PANEL + (panels - 1) * _BETWEEN + _KEY
    title, foot = title_lines(result.finding, width), foot_lines(described(result), width)
    figure = Figure(figsize=(width, over(title) + _HEIGHT + _NAMES + under(foot)))
    bottom = under(foot) + _NAMES
    _draw_loss(axes_at(figure, _LEFT, bottom, _PANEL, _HEIGHT), result)
    if result.reach is not None:
        _draw_reach(axes_at(figure, _LEFT + _PANEL + _BETWEEN, bottom, _PANEL, _HEIGHT), result.reach)
    write_around(figure, title, foot)
    return figure


def _draw_loss(axes: Axes, result: Training) -> None:
    axes.plot(
        [span.last for span in result.spans], [span.loss for span in result.spans], marker="o", color=shades(1)[0]
    )
    axes.axhline(result.chance, color=FAINT, linestyle=":")
    axes.annotate(
        "chance", (1, result.chance), (0, 3), ("axes fraction", "data"), "offset points", ha="right", color=FAINT
    )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("updates")
    axes.set_ylabel("loss a character (nats)")


def _draw_reach(axes: Axes, reach: Reach) -> None:
    count = len(reach.updates)
    chosen = np.unique(np.linspace(0, count - 1, min(count, _MOST_CURVES)).round().astype(int))
    back = np.arange(reach.norms.shape[1])
    for k, colour in zip(chosen, shades(len(chosen)), strict=True):
        norms = reach.norms[k][::-1]
        axes.plot(back, np.where(norms > 0, norms, np.nan), color=colour, label=f"{reach.updates[k]:,}")
    axes.set_yscale("log")
    axes.set_xlabel("steps back from the loss")
    axes.set_ylabel("gradient norm of one loss at that state")
    axes.legend(title="after updates", loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=PLAIN)
