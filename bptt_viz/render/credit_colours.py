"""Colours of gradient norms on an absolute logarithmic scale, and what is set apart from it."""

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

from bptt_viz.errors import UsageError

ZERO, BROKEN = "#8c8c8c", "#e5193b"
"""Of exact zeros, and of what is not finite: neither is on the scale."""

# Viridis (van der Walt & Smith 2015, public domain) at nine places: even steps look even, also in grey.
_VIRIDIS = ("440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725")

# Beyond so many decades below the largest value all is one colour.
_DECADES = 12

# Powers of ten beyond which a margin around the scale would leave the floats.
_FARTHEST = 280.0

# Over fewer decades the ends may also be three times a power of ten.
_FINE = 6


class Scale(NamedTuple):
    """The values that the ends of the colours stand for, both positive."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where a positive value lies between the ends by its logarithm, from 0 to 1."""
        whole = log10(self.high) - log10(self.low)
        return min(1.0, max(0.0, (log10(value) - log10(self.low)) / whole))


def fitting(values: Iterable[float]) -> Scale:
    """Return ends around the values: powers of ten or three times one, at most twelve decades apart."""
    seen = [value for value in values if isfinite(value) and value > 0]
    top = min(max(log10(max(seen, default=1.0)), -_FARTHEST), _FARTHEST)
    low = max(log10(min(seen, default=0.1)), top - _DECADES)
    third = log10(3) if top - low < _FINE else 1.0
    top = ceil(top) if top - floor(top) > third or top == floor(top) else floor(top) + third
    low = floor(low) if low - floor(low) < third else floor(low) + third
    return Scale(10.0 ** min(low, top - 1), 10.0**top)


def parse_scale(text: str | None) -> Scale | None:
    """Read `min:max`.

    Raises:
        UsageError: it is not two positive finite numbers, the smaller one first.
    """
    if text is None:
        return None
    parts = text.split(":")
    try:
        ends = [float(part) for part in parts]
    except ValueError:
        ends = []
    if len(ends) != 2 or not all(map(isfinite, ends)) or not 0 < ends[0] < ends[1]:
        raise UsageError(f"--scale {text!r}: expected min:max, two positive numbers such as 1e-6:1")
    return Scale(*ends)


def colour(value: float, scale: Scale) -> str:
    """Return a value's colour as #rrggbb."""
    if not isfinite(value):
        return BROKEN
    return ZERO if value == 0 else viridis(scale.share(value))


def viridis(share: float) -> str:
    """Return the colour of a share between 0 and 1 as #rrggbb."""
    place = share * (len(_VIRIDIS) - 1)
    below = min(int(place), len(_VIRIDIS) - 2)
    return mixed(f"#{_VIRIDIS[below]}", f"#{_VIRIDIS[below + 1]}", place - below)


def mixed(first: str, second: str, share: float) -> str:
    """Return the colour that lies `share` of the way from the first to the second."""
    pairs = zip(channels(first), channels(second), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of #rrggbb, from 0 to 255."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue


def ink_on(colour: str) -> str:
    """Return black or white, whichever stands out more from the colour (WCAG 2.1, relative luminance)."""
    return "#000000" if luminance(colour) > 0.179 else "#ffffff"


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb, from 0 for black to 1 for white (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
