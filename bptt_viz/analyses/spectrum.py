"""From a model on text to the growth rates of its gradients in every direction."""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bptt_viz.analyses.jacobians import joint_state, temporal_jacobians
from bptt_viz.analyses.lyapunov import lyapunov, span
from bptt_viz.analyses.nonfinite import cause
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared
from bptt_viz.results.spectrum import Lyapunov, Spectrum

SPANS = (1, 10, 100)
"""Numbers of steps whose products are measured if nobody says otherwise; those that fit."""


def spectrum(
    prepared: Prepared,
    spans: Sequence[int] | None = None,
    transient: int = 0,
    leading: int | None = None,
    tick: Callable[[float], None] = lambda _: None,
) -> Spectrum:
    """Return Lyapunov exponents over the whole text window and singular values over the given spans.

    Jacobians are used up as they come, so that memory does not grow with T beyond the longest span.

    Args:
        prepared: the model with its data; the first text window counts.
        spans: numbers of steps, each at most T; the last steps of the window are taken. None takes `SPANS`.
        transient: steps left out of the exponents at the start.
        leading: how many exponents, the largest ones; None takes all.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a span is longer than the window, no step is left after the transient, a Jacobian is not finite,
            the model has no joint state, or fewer than one or more than all exponents are asked for.
    """
    with np.errstate(all="ignore"):  # what is not finite is reported by place
        T, layout = prepared.model.pattern.steps, joint_state(prepared.run())
    if layout is None:
        raise UsageError(
            f"{prepared.request.cell} has layers in both directions of time, so there is no product of Jacobians;"
            " norms tells how gradients decay in each direction"
        )
    if leading is not None and not 1 <= leading <= layout.size:
        raise UsageError(f"--leading {leading} is not between 1 and {layout.size}, the size of the joint state")
    chosen = [each for each in SPANS if each <= T] if spans is None else spans
    for steps in chosen:
        if not 1 <= steps <= T:
            raise UsageError(f"--span {steps} does not fit into {T} time steps")
    kept: deque[Array] = deque(maxlen=max(chosen, default=0))
    found = lyapunov(_watched(prepared, kept, T, tick), transient, leading)
    measured = tuple(span(list(kept)[-steps:]) for steps in chosen)
    words = ", ".join(f"{name} of layer {depth}" if depth else name for depth, name in layout.names)
    return Spectrum(prepared.request.cell, layout.size, words, found, measured, _finding(found, layout.size))


def _watched(prepared: Prepared, kept: deque[Array], T: int, tick: Callable[[float], None]) -> Iterator[Array]:
    """Yield the Jacobians, all of them finite, and keep the last ones."""
    with np.errstate(all="ignore"):
        for t, jacobian in enumerate(temporal_jacobians(prepared), start=1):
            if not np.isfinite(jacobian).all():
                raise UsageError(f"the Jacobian of step {t} is not finite, so there is no spectrum.{cause(prepared)}")
            kept.append(jacobian)
            tick(t / T)
            yield jacobian


def _finding(found: Lyapunov, size: int) -> str:
    top = found.exponents[0]
    if not math.isfinite(top):
        return "No direction carries a gradient back: every one dies within a step."
    factor = math.exp(top)
    growing = sum(value > 0 for value in found.exponents)
    if growing:
        known = len(found.exponents)
        among = f"{'at least ' if growing == known < size else ''}{growing} of {size} directions"
        return f"Gradients explode: {among} grow{'s' * (growing == 1)}, the fastest ×{factor:.3g} a step."
    half = math.log(2) / -top if top < 0 else math.inf
    lasting = "and never halves" if math.isinf(half) else f"a half-life of {half:.3g} steps"
    return f"Gradients vanish in every direction; the slowest keeps ×{factor:.3g} a step, {lasting}."
