"""Colours, shapes and line widths of graphs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bptt_viz.results.graph import Scale


@dataclass(frozen=True, slots=True)
class Paint:
    """How one kind of node looks."""

    fill: str
    border: str
    text: str = "#1a1a1a"


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line looks: colour, width in points and Graphviz style."""

    color: str
    width: float
    style: str = "solid"


_NODES = {
    "input": Paint("#f8d3d0", "#9c2f28"),
    "state": Paint("#d6ecd2", "#2f6b2a"),
    "memory": Paint("#cfeae4", "#1d6a5e"),
    "output": Paint("#d4e4f7", "#2a5a92"),
    "cell": Paint("#d9d9d9", "#4a4a4a"),
    "weights": Paint("#fde3c4", "#a55f0c"),
    "loss": Paint("#e2d8f0", "#5b3f8c"),
    "op": Paint("#f7f7f7", "#4a4a4a"),
    "constant": Paint("#ffffff", "#4a4a4a"),
}

_EDGES = {
    "value": Stroke("#4a4a4a", 1.1),
    "weights": Stroke("#b8701a", 1.1),
    "axis": Stroke("#8a8a8a", 1.0),
}

_TEXTS = {"value": "#12713a", "gradient": "#bf1722", "title": "#4a4a4a", "note": "#4a4a4a"}


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of colours.

    Attributes:
        background: of the whole picture.
        nodes: by kind.
        edges: by kind.
        texts: by kind.
        weak: colour of the smallest norm on the scale.
        strong: colour of the largest.
        zero: of edges over which exactly nothing flows.
        broken: of edges over which NaN or an infinity flows.
    """

    background: str = "#ffffff"
    nodes: Mapping[str, Paint] = field(default_factory=lambda: _NODES)
    edges: Mapping[str, Stroke] = field(default_factory=lambda: _EDGES)
    texts: Mapping[str, str] = field(default_factory=lambda: _TEXTS)
    weak: str = "#f0a79f"
    strong: str = "#a8000f"
    zero: Stroke = Stroke("#9a9a9a", 1.0, "dotted")
    broken: Stroke = Stroke("#7a1fd0", 3.0, "dashed")

    def gradient(self, norm: float | None, scale: Scale | None) -> Stroke:
        """Return the stroke of a backward edge: wider and darker in proportion to the norm's logarithm."""
        if norm is None or scale is None or norm == 0:
            return self.zero
        if not math.isfinite(norm):
            return self.broken
        share = min(1.0, max(0.0, (math.log10(norm) - scale.low) / (scale.high - scale.low)))
        return Stroke(_mixed(self.weak, self.strong, share), round(0.9 + 3.1 * share, 2))


LIGHT = Theme()


def _mixed(first: str, second: str, share: float) -> str:
    """Return the colour `share` of the way from one to another, both as #rrggbb."""
    pairs = ((int(first[k : k + 2], 16), int(second[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
