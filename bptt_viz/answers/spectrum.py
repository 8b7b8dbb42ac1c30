"""The spectrum of temporal Jacobians, and Lyapunov exponents."""

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from bptt_viz.analyses.spectrum import spectrum as analyse
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, figured
from bptt_viz.models import Request
from bptt_viz.render.spectrum import spectrum_csv, spectrum_head, spectrum_numbers, spectrum_report
from bptt_viz.results.spectrum import Spectrum
from bptt_viz.weights import prepare

if TYPE_CHECKING:
    pass


def spectrum(
    request: Request,
    spans: tuple[int, ...] | None = None,
    transient: int = 0,
    leading: int | None = None,
    plot: bool = False,
    tick: Callable[[float], None] = lambda _: None,
) -> Shown[Spectrum]:
    """Measure how fast gradients grow or shrink in every direction of the state.

    Args:
        request: the model.
        spans: singular values of the products of the last so many steps; None for 1, 10 and 100.
        transient: steps left out of the exponents at the start.
        leading: only so many exponents, the largest; None for all.
        plot: the report draws them in the terminal too.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the model cannot be run, or has too few steps.
    """
    prepared = prepare(request)
    found = analyse(prepared, spans, transient, leading, tick)
    ran = {**asdict(prepared.request), "span": spans or [each.steps for each in found.spans], "transient": transient}

    return figured(
        "spectrum",
        found,
        provenance("spectrum", ran),
        found.finding,
        lambda: spectrum_csv(found),
        lambda boxed, _: spectrum_report(found, boxed, plot),
        lambda: (spectrum_head(found), spectrum_numbers(found, False)),
    )
