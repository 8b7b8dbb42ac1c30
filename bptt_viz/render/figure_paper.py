"""Figures on dark paper: an SVG of matplotlib with a style sheet for readers whose screen is dark, as graphs have one.

matplotlib writes each colour into the element that has it. So the sheet names colours: paper becomes dark, ink light,
and a line that would hardly be seen is mixed with white. What stands for a number in a map (viridis) stays what it is.
"""

import re
from functools import cache

import matplotlib
from matplotlib.colors import to_hex, to_rgb

from bptt_viz.render.credit_colours import luminance
from bptt_viz.render.theme import DARK

ROOT = "bptt-viz-figure"
"""Class of a figure: what the rules are about, also on a page with other pictures."""

PAPER, INK = DARK.paper, DARK.ink

CONTRAST = 4.5
"""What a line has against dark paper: the ratio that WCAG 2.2 asks of text."""

_COLOUR = re.compile(rb"(fill|stroke): (#[0-9a-f]{6})")
_SAME = {"#222222": INK, "#3b3b3b": "#c9d1d9", "#767676": "#9aa4ad", "#dddddd": "#30363d"}
_HALO = "stroke: #ffffff; stroke-width: 3"


def with_dark_paper(drawn: bytes) -> bytes:
    """Return a figure's SVG with a style sheet for dark screens; print and whoever reads no sheets keep light paper."""
    used = sorted({(kind.decode(), colour.decode()) for kind, colour in _COLOUR.findall(drawn)})
    rules = [
        f'path[style*="fill: #ffffff"]{{fill:{PAPER}!important}}',
        f'[style*="{_HALO}"]{{stroke:{PAPER}!important}}',
    ]
    rules += [
        f'[style*="{kind}: {colour}"]{{{kind}:{on_dark(colour)}!important}}'
        for kind, colour in used
        if on_dark(colour) != colour
    ]
    sheet = "@media screen and (prefers-color-scheme:dark){" + "".join(f".{ROOT} {rule}" for rule in rules) + "}"
    head, opening, rest = drawn.partition(b"<svg ")
    named = rest.replace(b"<defs>", f'<style type="text/css">{sheet}</style>\n <defs>'.encode(), 1)
    return head + opening + f'class="{ROOT}" '.encode() + named


@cache
def on_dark(colour: str) -> str:
    """Return what a colour becomes on dark paper."""
    if colour in _SAME:
        return _SAME[colour]
    if colour in _numbers():
        return colour
    shares = (k / 20 for k in range(20))
    return next(each for each in (_lightened(colour, share) for share in shares) if _contrast(each) >= CONTRAST)


@cache
def _numbers() -> frozenset[str]:
    """Return the colours of the map that stands for numbers."""
    return frozenset(to_hex(each) for each in matplotlib.colormaps["viridis"](range(256)))


def _lightened(colour: str, share: float) -> str:
    red, green, blue = ((1 - share) * part + share for part in to_rgb(colour))
    return to_hex((red, green, blue))


def _contrast(colour: str) -> float:
    """Return the contrast ratio against dark paper (WCAG 2.2)."""
    return (luminance(colour) + 0.05) / (luminance(PAPER) + 0.05)
