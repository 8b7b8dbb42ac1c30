"""How the plain text of a label reads as letters, subscripts and superscripts, and how much room it takes."""

import re
from functools import lru_cache
from typing import NamedTuple

# A subscript follows a letter, so that a lone underscore stays one. Digits set high are letters to Python.
_SUB = r"(?<=[^\W\d_²³ᵀ])_(?P<sub>(?:(?![²³ᵀ])\w)+(?:[,…]\w+)*)"
_SUPER = r"\^(?P<super>\([→←]?\w*\))|\^\{(?P<power>[^{}]+)\}|(?P<transposed>ᵀ)"
_MARKS = re.compile(f"{_SUB}|(?<=[★☆])_(?P<star>\\w+)|{_SUPER}")

SMALL = 0.72
"""Size of sub- and superscripts, as a share of the letters'."""

_SIZES = {
    "title": 13.0,
    "value": 11.0,
    "gradient": 11.0,
    "note": 11.0,
    "broken": 9.0,
    "op": 13.0,
    "gate": 13.0,
    "stack": 11.0,
    "fold": 11.0,
    "clip": 11.0,
}

# Graphviz sets them larger than we do.
_SMALL_AT_MOST = 0.84

# Widths in em of DejaVu Sans, the widest of the usual sans-serif faces; letters not named here take 0.635.
_WIDTHS = {
    letter: width
    for width, letters in (
        (0.28, "'ijlIJ"),
        (0.32, " ,.·"),
        (0.35, "-/:;\\f|"),
        (0.4, "!()[]rtᵀ²³"),
        (0.5, '"*_`sz∦‖∂'),
        (0.55, "?Lc"),
        (0.605, "FPTYaekovxy"),
        (0.695, "ABCRVXZ"),
        (0.755, "DGHNU"),
        (0.8, "&OQw"),
        (0.84, "#+<=>M^~⊙×−÷⇉≡→←≥≤"),
        (0.9, "★☆"),
        (0.97, "%m½@W…"),
    )
    for letter in letters
}


# The texts of a step are measured several times before the next step's come.
_REMEMBERED = 4096


class Run(NamedTuple):
    """Letters at one height: level 0 on the line, −1 a subscript, 1 a superscript."""

    text: str
    level: int


@lru_cache(_REMEMBERED)
def runs(text: str) -> tuple[Run, ...]:
    """Split one line: in `h_5`, `W_hyᵀ`, `h_5^(1)`, `10^{−3}` and `★_c` the marks after `_` and `^` are set small."""
    found: list[Run] = []
    end = 0
    for mark in _MARKS.finditer(text):
        if mark.start() > end:
            found.append(Run(text[end : mark.start()], 0))
        low, star, high = mark["sub"], mark["star"], mark["super"] or mark["power"]
        found.append(Run(low or star, -1) if low or star else Run(high or "T", 1))
        end = mark.end()
    if end < len(text):
        found.append(Run(text[end:], 0))
    return tuple(found)


def text_size(kind: str) -> float:
    """Return the font size of a label or of a node's text, in points, by its kind."""
    return _SIZES.get(kind, 15.0)


@lru_cache(_REMEMBERED)
def width(text: str, size: float) -> float:
    """Return about how many points a label's widest line takes at a font size, never too few by much."""
    return max(sum(_run_width(run, size) for run in runs(line)) for line in text.split("\n"))


def _run_width(run: Run, size: float) -> float:
    scale = size * (_SMALL_AT_MOST if run.level else 1.0)
    # Ideographs and Hangul take a full em.
    return sum(_WIDTHS.get(letter, 1.0 if ord(letter) > 0x2E7F else 0.65) for letter in run.text) * scale


def height(text: str, size: float) -> float:
    """Return how many points a label's lines take together."""
    return 1.25 * size * (text.count("\n") + 1)


def clean(text: str) -> str:
    """Return a name given by a user as one line."""
    return " ".join(text.split())
