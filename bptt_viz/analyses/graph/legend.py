"""The legend below a picture: samples of what is drawn with their meanings, and the scale of the gradients."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bptt_viz.analyses.graph.scale import ticks
from bptt_viz.results.graph import ColourBar, Key, Scale
from bptt_viz.results.lettering import text_size, width

_ROW = 20.0
_BETWEEN = 24.0
_BAR = 220.0
_BAR_ROW = 40.0
_TITLE = "norm of what flows back"


@dataclass(frozen=True, slots=True)
class Legend:
    """Entries in rows from y = 0 downwards, and how much room they take."""

    keys: tuple[Key, ...]
    bar: ColourBar | None
    width: float
    height: float


def lay_out(keys: Sequence[Key], norms: Iterable[float | None], scale: Scale | None, wide: float) -> Legend:
    """Set a legend in rows no wider than the picture.

    Args:
        keys: samples with their meanings.
        norms: of the backward edges; zeros and numbers that are none are explained if there are any.
        scale: of the backward edges; None if there are none.
        wide: width of the picture.
    """
    placed = _in_rows(keys, wide)
    low = min((key.y for key in placed), default=_ROW / 2) - _ROW / 2
    bar = None
    if scale:
        y = low - _BAR_ROW / 2 + 6
        title = Key("note", _TITLE, "", 0.0, y)
        bar = ColourBar(width(_TITLE, text_size("note")) + 14, y, _BAR, ticks(scale))
        beside = bar.x + bar.length + _BETWEEN
        placed += [title, *(replace(key, x=key.x + beside, y=y) for key in _in_rows(_apart(norms, scale), math.inf))]
        low -= _BAR_ROW
    return Legend(tuple(placed), bar, max((key.x + _width(key) for key in placed), default=0.0), -low)


def _apart(norms: Iterable[float | None], scale: Scale) -> list[Key]:
    """Return what explains the edges that are not on the scale."""
    given = [norm for norm in norms if norm is not None]
    logs = [math.log10(norm) for norm in given if norm and math.isfinite(norm)]
    keys = []
    if 0 in given:
        keys.append(Key("gradient", "", "exactly 0", norm=0.0))
    if not all(map(math.isfinite, given)):
        keys.append(Key("gradient", "", "NaN or infinite", norm=math.nan))
    if logs and (min(logs) < scale.low - 1e-9 or max(logs) > scale.high + 1e-9):
        found = " to ".join(f"{10**log:.2g}".replace("e-0", "e−").replace("e-", "e−") for log in (min(logs), max(logs)))
        keys.append(Key("note", "⇥", f"norms here: {found}; beyond the scale they look like its end"))
    return keys


def _width(key: Key) -> float:
    return key.text_x - key.x + width(key.text, text_size("note")) + _BETWEEN


def _in_rows(keys: Sequence[Key], wide: float) -> list[Key]:
    x, y = 0.0, -_ROW / 2
    placed: list[Key] = []
    for key in keys:
        if x and x + _width(key) > wide:
            x, y = 0.0, y - _ROW
        placed.append(replace(key, x=x, y=y))
        x += _width(key)
    return placed
