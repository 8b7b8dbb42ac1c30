"""The spectrum as a figure: the exponents, how they settle over time, and singular values over spans."""

import math
import textwrap

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bptt_viz.render.figures import FAINT, INK, styled
from bptt_viz.render.spectrum_layout import SHOWN, chosen
from bptt_viz.results.spectrum import Spectrum

_MARKERS = "os^DvP"


@styled
def spectrum_figure(found: Spectrum) -> Figure:
    """Return the figure: two panels, or three where spans were measured."""
    panels = 3 if found.spans else 2
    figure = Figure(figsize=(4.1 * panels, 4.2), layout="constrained")
    axes = figure.subplots(1, panels)
    figure.suptitle(textwrap.fill(found.finding, 46 * panels), x=0.01, ha="left", fontsize=12.5, fontweight="bold")
    _exponents(axes[0], found)
    _convergence(axes[1], found)
    if found.spans:
        _spans(axes[2], found)
    ran = f"{found.cell}, joint state ({found.layout}) of size {found.size}, {found.lyapunov.steps} steps"
    figure.supxlabel(ran, x=0.01, ha="left", fontsize=9, color=FAINT)
    return figure


def _exponents(axes: Axes, found: Spectrum) -> None:
    values = np.array(found.lyapunov.exponents)
    alive = np.isfinite(values)
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.plot(np.arange(1, len(values) + 1)[alive], values[alive], "o-", color=_colour(0.15), markersize=3.5)
    axes.annotate(
        rf"$\lambda_1$ = {values[0]:+.3f}, ×{math.exp(values[0]):.3g} a step",
        (1, values[0]),
        xytext=(10, 2),
        textcoords="offset points",
        va="bottom",
        color=INK,
    )
    axes.set(title="Lyapunov exponents", xlabel="k", ylabel=r"$\lambda_k$, log growth a step")
    axes.margins(y=0.12)


def _convergence(axes: Axes, found: Spectrum) -> None:
    running = np.array(found.lyapunov.running)
    for place, k in enumerate(chosen(found)):
        axes.plot(
            found.lyapunov.checkpoints,
            running[:, k],
            color=_colour(place / SHOWN),
            marker=_MARKERS[place % len(_MARKERS)],
            markevery=max(1, len(running) // 6),
            markersize=4.5,
        )
        end = (found.lyapunov.checkpoints[-1], running[-1, k])
        name = rf"$\lambda_{{{k + 1}}}$"
        axes.annotate(name, end, xytext=(5, 0), textcoords="offset points", va="center", annotation_clip=False)
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.set(title="Convergence", xlabel="steps averaged over", ylabel=r"estimate of $\lambda_k$")


def _spans(axes: Axes, found: Spectrum) -> None:
    for place, span in enumerate(found.spans):
        rates = np.array(span.logarithms) / span.steps
        alive = np.isfinite(rates)
        (line,) = axes.plot(np.arange(1, len(rates) + 1)[alive], rates[alive], markersize=3.5)
        line.set_color(_colour(place / max(1, len(found.spans))))
        line.set_marker(_MARKERS[place % len(_MARKERS)])
        line.set_label(f"{span.steps} step{'s' if span.steps > 1 else ''}")
    axes.axhline(0, color=FAINT, linewidth=1)
    axes.legend(frameon=False, title="product of")
    axes.set(title="Singular values of products", xlabel="k", ylabel=r"log $\sigma_k$ / steps")


def _colour(share: float) -> tuple[float, float, float, float]:
    red, green, blue, alpha = matplotlib.colormaps["plasma"](0.85 * share)
    return (red, green, blue, alpha)
