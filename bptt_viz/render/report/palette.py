"""Colours of lines and matrices on the page, as CSS variables for light and for dark screens."""

from collections.abc import Callable

from bptt_viz.render.credit_colours import BROKEN, ZERO, Scale, mixed, viridis

LEVELS = 25
"""Colours between the ends of a matrix's scale."""

# Each of 3 : 1 or more against the page, told apart by dashes as well.
_LINES = {
    "light": ("#1f4e9c", "#b3261e", "#1b7a3d", "#7b3fa0", "#8a5a00", "#00727a"),
    "dark": ("#7fb0ff", "#ff8f88", "#79d38b", "#cfa3f5", "#e0b050", "#4fd0d6"),
}
# Minus, nothing, plus.
_DIVERGING = {"light": ("#2166ac", "#f2f2f2", "#b2182b"), "dark": ("#5aa2ea", "#22272e", "#ff7a6b")}


def palette() -> dict[str, str]:
    """Return the variables of each scheme, as declarations."""
    return {scheme: ";".join([*_lines(scheme), *_ramp(scheme)]) for scheme in _LINES}


def rules() -> str:
    """Return what a class of a line or of a place in a matrix looks like."""
    lines = [f".s{k}{{color:var(--s{k})}}" for k in range(6)]
    places = [f".q{k}{{fill:{viridis(k / (LEVELS - 1))}}}.d{k}{{fill:var(--d{k})}}" for k in range(LEVELS)]
    return "\n".join([*lines, *places, f".zero{{fill:{ZERO}}}.broken{{fill:{BROKEN}}}"])


def sequential(scale: Scale) -> Callable[[float], str]:
    """Return what gives positive values the class of their colour, by their logarithm."""

    def look(value: float) -> str:
        if not value < float("inf"):
            return "broken"
        return "zero" if value == 0 else f"q{round(scale.share(value) * (LEVELS - 1))}"

    return look


def between(low: float, high: float, ramp: str) -> Callable[[float], str]:
    """Return what gives values between two ends the class of their colour."""

    def look(value: float) -> str:
        if not abs(value) < float("inf"):
            return "broken"
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return f"{ramp}{round(share * (LEVELS - 1))}"

    return look


def _lines(scheme: str) -> list[str]:
    return [f"--s{k}:{colour}" for k, colour in enumerate(_LINES[scheme])]


def _ramp(scheme: str) -> list[str]:
    low, middle, high = _DIVERGING[scheme]
    half = (LEVELS - 1) / 2
    return [
        f"--d{k}:{mixed(low, middle, k / half) if k <= half else mixed(middle, high, k / half - 1)}"
        for k in range(LEVELS)
    ]
