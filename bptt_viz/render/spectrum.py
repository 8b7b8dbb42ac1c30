"""The spectrum of temporal Jacobians as text and as comma-separated values."""

import csv
import io
import math

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.spectrum_plot import SpectrumPlot
from bptt_viz.render.tables import table
from bptt_viz.results.spectrum import Spectrum

# Exponents of a wide state are shown in part: the first ones decide, the last ones show how deep it goes.
_FIRST, _LAST = 8, 2


def spectrum_report(found: Spectrum, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, the exponents, the singular values over the spans, and the sum rule.

    Args:
        found: what was measured.
        boxed: draw rules, as for a terminal.
        plot: draw exponents, convergence and singular values too.
    """
    drawn: list[RenderableType] = [SpectrumPlot(found), Text()] if plot else []
    return Group(spectrum_head(found), Text(), *drawn, spectrum_numbers(found, boxed))


def spectrum_head(found: Spectrum) -> RenderableType:
    """Return the finding and what was measured."""
    measured = found.lyapunov
    after = f" after a transient of {measured.transient}" if measured.transient else ""
    steps = f"{measured.steps} step{'s' * (measured.steps > 1)}{after}"
    ran = f"{found.cell}: joint state ({found.layout}) of size {found.size}; {steps}."
    return Group(Text(found.finding, "bold"), Text(ran))


def spectrum_numbers(found: Spectrum, boxed: bool) -> RenderableType:
    """Return the exponents, the singular values over the spans, and the sum rule; with rules if wanted."""
    spans = [_spans(found, boxed), Text()] if found.spans else []
    return Group(_exponents(found, boxed), Text(), *spans, *map(Text, _checks(found)))


def _checks(found: Spectrum) -> list[str]:
    """Return the sum rule and the dimension, as far as the exponents are known."""
    measured, said = found.lyapunov, []
    if measured.log_determinant is not None and measured.sum_gap is not None:
        total, expected = sum(measured.exponents), measured.log_determinant
        said.append(f"Σ λ = {total:.6g}, mean log|det J| = {expected:.6g}, apart by {measured.sum_gap:.1e}")
    dimension = "more than is known here" if measured.dimension is None else f"{measured.dimension:.3g} of {found.size}"
    return [*said, f"Lyapunov dimension (Kaplan–Yorke): {dimension}"]


def _places(count: int) -> list[int]:
    if count <= _FIRST + _LAST + 1:
        return list(range(count))
    return [*range(_FIRST), *range(count - _LAST, count)]


def _exponents(found: Spectrum, boxed: bool) -> RenderableType:
    values = found.lyapunov.exponents
    rows = [
        (f"λ_{k + 1}", f"{values[k]:+.4f}", f"×{math.exp(values[k]):.3g}", _half(values[k]))
        for k in _places(len(values))
    ]
    return table(("exponent", "log a step", "a step", "half-life"), rows, boxed)


def _half(value: float) -> str:
    if value == 0 or not math.isfinite(value):
        return "–"
    steps = math.log(2) / abs(value)
    return f"{steps:.3g}" if value < 0 else f"×2 in {steps:.3g}"


def _spans(found: Spectrum, boxed: bool) -> RenderableType:
    rows = [
        (
            f"{span.steps} step{'s' * (span.steps > 1)}",
            *(_power(span.logarithms[k]) for k in (0, len(span.logarithms) // 2, -1)),
            f"×{math.exp(span.logarithms[0] / span.steps):.3g}",
        )
        for span in found.spans
    ]
    return table(("product of", "σ largest", "σ median", "σ smallest", "largest, a step"), rows, boxed)


def _power(logarithm: float) -> str:
    """Write e^logarithm with an exponent of ten, also where a float cannot hold it."""
    if not math.isfinite(logarithm):
        return "0"
    exponent = math.floor(logarithm / math.log(10))
    return f"{math.exp(logarithm - exponent * math.log(10)):.1f}e{exponent:+03d}"


def spectrum_csv(found: Spectrum) -> str:
    """Return every exponent and every singular value: quantity, span, k, natural logarithm."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("quantity", "steps", "k", "log"))
    for k, value in enumerate(found.lyapunov.exponents, start=1):
        writer.writerow(("lyapunov", found.lyapunov.steps, k, repr(value)))
    for span in found.spans:
        for k, value in enumerate(span.logarithms, start=1):
            writer.writerow(("singular", span.steps, k, repr(value)))
    return stream.getvalue()
