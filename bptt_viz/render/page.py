"""What stands around the axes of a figure: a finding on top, what was run at the foot, and sizes in inches."""

import textwrap
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bptt_viz.render.figures import FAINT

TITLE, PLAIN, SMALL = 12.5, 10.5, 9.5
"""Sizes of letters in points."""
EDGE = 0.12
"""Inches around everything."""
MARKERS = "os^DvPX*<>"

_INCH = 72  # points
_TITLE_WIDE, _FOOT_WIDE = 0.66, 0.57  # a letter's width as a share of its height, bold and plain


def title_lines(text: str, inches: float, points: float = TITLE) -> list[str]:
    """Break a title where a figure of that width ends, into lines that are about equally long."""
    lines = wrapped(text, inches, points, _TITLE_WIDE)
    narrower = lines
    while len(narrower) == len(lines) and inches > 1:
        lines, inches = narrower, inches - 0.1
        narrower = wrapped(text, inches, points, _TITLE_WIDE)
    return lines


def foot_lines(text: str, inches: float) -> list[str]:
    """Break a foot where a figure of that width ends."""
    return wrapped(text, inches, SMALL, _FOOT_WIDE)


def wrapped(text: str, inches: float, points: float, wide: float = _FOOT_WIDE) -> list[str]:
    """Break lines at a width, but not around a =, for letters that are `wide` times as wide as high."""
    columns = max(16, int((inches - 2 * EDGE) * _INCH / (points * wide)))
    return [line.replace("\xa0", " ") for line in textwrap.wrap(text.replace(" = ", "\xa0=\xa0"), columns)]


def line_height(points: float) -> float:
    """Return the height of a line of text in inches."""
    return 1.25 * 1.17 * points / _INCH


def over(title: Sequence[str]) -> float:
    """Return the inches that a title takes on top."""
    return 2 * EDGE + line_height(TITLE) * len(title)


def under(foot: Sequence[str]) -> float:
    """Return the inches that a foot takes at the bottom."""
    return 2 * EDGE + line_height(SMALL) * len(foot)


def write_around(figure: Figure, title: Sequence[str], foot: Sequence[str]) -> None:
    """Write the finding on top and what was run at the foot."""
    width, height = figure.get_size_inches()
    x, y = EDGE / width, EDGE / height
    figure.text(x, 1 - y, "\n".join(title), size=TITLE, weight="bold", va="top", linespacing=1.25, parse_math=False)
    figure.text(x, y, "\n".join(foot), size=SMALL, color=FAINT, va="bottom", linespacing=1.25, parse_math=False)


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes at a place given in inches from the lower left corner."""
    whole, high = figure.get_size_inches()
    return figure.add_axes((left / whole, bottom / high, width / whole, height / high))


def shades(count: int) -> list[str]:
    """Return dark to light colours: told apart by any eye, and in grey."""
    chosen = matplotlib.colormaps["plasma"](np.linspace(0.0, 0.8, count) if count > 1 else [0.25])
    return [matplotlib.colors.to_hex(shade) for shade in chosen]
