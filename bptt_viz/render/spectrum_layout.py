"""What the figure and the terminal plot of a spectrum share: which exponents are followed over time."""

from math import isfinite

from bptt_viz.results.spectrum import Spectrum

SHOWN = 6
"""Exponents whose convergence is drawn, spread over the spectrum."""


def chosen(found: Spectrum) -> list[int]:
    """Return some exponents spread over the spectrum, none of them dead and none on top of another's label."""
    values = found.lyapunov.exponents
    alive = [k for k, value in enumerate(values) if isfinite(value)]
    apart = (values[alive[0]] - values[alive[-1]]) / 14 if alive else 0.0
    picked: list[int] = []
    for place in dict.fromkeys(round(k * (len(alive) - 1) / (SHOWN - 1)) for k in range(SHOWN if alive else 0)):
        if not picked or values[picked[-1]] - values[alive[place]] > apart:
            picked.append(alive[place])
    return picked
