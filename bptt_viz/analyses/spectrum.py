"""From a model on text to the growth rates of its gradients in every direction."""

import math
from collections.abc import Sequence

import numpy as np

from bptt_viz.analyses.jacobians import joint_state, temporal_jacobians
from bptt_viz.analyses.lyapunov import lyapunov, span
from bptt_viz.analyses.nonfinite import cause
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared
from bptt_viz.results.spectrum import Lyapunov, Spectrum


def spectrum(prepared: Prepared, spans: Sequence[int], transient: int) -> Spectrum:
    """Return Lyapunov exponents over the whole text window and singular values over the given spans.

    Args:
        prepared: the model with its data; the first text window counts.
        spans: numbers of steps, each at most T; the last steps of the window are taken.
        transient: steps left out of the exponents at the start.

    Raises:
        UsageError: a span is longer than the window, no step is left after the transient, or a Jacobian is not finite.
    """
    with np.errstate(all="ignore"):  # what is not finite is reported by place
        jacobians = list(temporal_jacobians(prepared))
    _demand_finite(prepared, jacobians)
    for steps in spans:
        if not 1 <= steps <= len(jacobians):
            raise UsageError(f"--span {steps} does not fit into {len(jacobians)} time steps")
    found = lyapunov(jacobians, transient)
    measured = tuple(span(jacobians[-steps:]) for steps in spans)
    layout = joint_state(prepared.run())
    words = ", ".join(f"{name} of layer {depth}" if depth else name for depth, name in layout.names)
    return Spectrum(prepared.request.cell, layout.size, words, found, measured, _finding(found))


def _demand_finite(prepared: Prepared, jacobians: Sequence[Array]) -> None:
    bad = [t for t, jacobian in enumerate(jacobians, start=1) if not np.isfinite(jacobian).all()]
    if bad:
        raise UsageError(f"the Jacobian of step {bad[0]} is not finite, so there is no spectrum.{cause(prepared)}")


def _finding(found: Lyapunov) -> str:
    top = found.exponents[0]
    if not math.isfinite(top):
        return "No direction carries a gradient back: every one dies within a step."
    factor = math.exp(top)
    growing = sum(value > 0 for value in found.exponents)
    if growing:
        return (
            f"Gradients explode: {growing} of {len(found.exponents)} directions grow, the fastest ×{factor:.3g} a step."
        )
    half = math.log(2) / -top if top < 0 else math.inf
    lasting = "and never halves" if math.isinf(half) else f"a half-life of {half:.3g} steps"
    return f"Gradients vanish in every direction; the slowest keeps ×{factor:.3g} a step, {lasting}."
