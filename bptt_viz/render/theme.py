"""Colours and line widths of graphs, on light and on dark paper."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bptt_viz.results.graph import Scale

LEVELS = 25
"""How many colours and widths the norms on a scale are told apart by."""

# The colour map "plasma" (N. J. Smith and S. van der Walt, 2015; public domain): equal steps look equal, its lightness
# rises all along, so that it holds in grey and for colour-blind readers.
_PLASMA = [
    "#0d0887",
    "#310597",
    "#4c02a1",
    "#6600a7",
    "#7e03a8",
    "#9511a1",
    "#aa2395",
    "#bc3587",
    "#cc4778",
    "#da5a6a",
    "#e66c5c",
    "#f0804e",
    "#f89540",
    "#fdac33",
    "#fdc527",
    "#f8df25",
    "#f0f921",
]


@dataclass(frozen=True, slots=True)
class Paint:
    """How one kind of node looks."""

    fill: str
    border: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line looks: colour, width in points and dashes, in the words of Graphviz."""

    color: str
    width: float
    style: str = "solid"


@dataclass(frozen=True)
class Theme:
    """A set of colours.

    Attributes:
        paper: behind the whole picture.
        ink: of what is written into nodes.
        nodes: by kind.
        frames: by kind.
        edges: colours by kind.
        texts: by kind.
        window: where the largest norm stands on the colour map and where the smallest, of which 3 : 1 remain
            against the paper.
        zero: of edges over which exactly nothing flows.
        broken: of edges over which NaN or an infinity flows; no colour of the map.
    """

    paper: str
    ink: str
    nodes: Mapping[str, Paint]
    frames: Mapping[str, Paint]
    edges: Mapping[str, str]
    texts: Mapping[str, str]
    window: tuple[float, float]
    zero: str
    broken: str

    @cached_property
    def ramp(self) -> tuple[str, ...]:
        """The colours from the smallest norm on a scale to the largest."""
        strong, weak = self.window
        return tuple(_plasma(weak + (strong - weak) * k / (LEVELS - 1)) for k in range(LEVELS))

    def stroke(self, level: str) -> Stroke:
        """Return how a backward edge of a level, as `level_of` names it, is drawn."""
        if level == "zero":
            return Stroke(self.zero, 1.0, "dotted")
        if level == "broken":
            return Stroke(self.broken, 3.0, "dashed")
        share = int(level) / (LEVELS - 1)
        return Stroke(self.ramp[int(level)], round(0.9 + 3.1 * share, 2))


EDGE_WIDTHS = {"value": 1.1, "highway": 2.2, "peephole": 1.4, "weights": 1.1, "axis": 1.0, "cut": 1.6, "pass": 1.8}
"""Widths of the edges whose width tells nothing."""

DASHED = frozenset({"cut"})
"""Kinds of edges that are drawn with dashes and have no tips."""

LIGHT = Theme(
    paper="#ffffff",
    ink="#1a1a1a",
    nodes={
        "input": Paint("#f8d3d0", "#9c2f28"),
        "state": Paint("#d6ecd2", "#2f6b2a"),
        "memory": Paint("#cfeae4", "#1d6a5e"),
        "output": Paint("#d4e4f7", "#2a5a92"),
        "cell": Paint("#d9d9d9", "#4a4a4a"),
        "weights": Paint("#fde3c4", "#a55f0c"),
        "loss": Paint("#e2d8f0", "#5b3f8c"),
        "op": Paint("#f7f7f7", "#4a4a4a"),
        "constant": Paint("#ffffff", "#4a4a4a"),
        "gate": Paint("#fff3b8", "#8a6d00"),
        "stack": Paint("#ffffff", "#4a4a4a"),
        "fold": Paint("#f2f2f2", "#8a8a8a"),
        "fork": Paint("#4a4a4a", "#4a4a4a"),
        "clip": Paint("#fbe0e2", "#bf1722"),
    },
    frames={"cell": Paint("#f1f6ef", "#9fb399"), "chunk": Paint("#fafafa", "#8a8a8a")},
    edges={
        "value": "#4a4a4a",
        "highway": "#1d6a5e",
        "peephole": "#c2187a",
        "weights": "#b8701a",
        "axis": "#8a8a8a",
        "cut": "#1a1a1a",
        "pass": "#bf1722",
    },
    texts={"value": "#12713a", "gradient": "#bf1722", "title": "#4a4a4a", "note": "#4a4a4a", "broken": "#00827f"},
    window=(0.0, 0.64),
    zero="#808080",
    broken="#00827f",
)

DARK = Theme(
    paper="#0d1117",
    ink="#f0f3f6",
    nodes={
        "input": Paint("#4f211e", "#f0998f"),
        "state": Paint("#1f3f1c", "#8fd088"),
        "memory": Paint("#133f39", "#7fd0c2"),
        "output": Paint("#173553", "#8fbef0"),
        "cell": Paint("#30353d", "#b0b6be"),
        "weights": Paint("#4a3211", "#e8b464"),
        "loss": Paint("#35285c", "#bda6f0"),
        "op": Paint("#1b2027", "#b0b6be"),
        "constant": Paint("#0d1117", "#b0b6be"),
        "gate": Paint("#453a10", "#e0c65a"),
        "stack": Paint("#0d1117", "#b0b6be"),
        "fold": Paint("#22272e", "#7d858f"),
        "fork": Paint("#b0b6be", "#b0b6be"),
        "clip": Paint("#4d171c", "#ff8d96"),
    },
    frames={"cell": Paint("#141b17", "#4c5f50"), "chunk": Paint("#11161d", "#7d858f")},
    edges={
        "value": "#b0b6be",
        "highway": "#7fd0c2",
        "peephole": "#ff8ac6",
        "weights": "#d59a4e",
        "axis": "#7d858f",
        "cut": "#f0f3f6",
        "pass": "#ff8f88",
    },
    texts={"value": "#7ee2a0", "gradient": "#ff8f88", "title": "#c3c9d1", "note": "#c3c9d1", "broken": "#2fe0d8"},
    window=(1.0, 0.39),
    zero="#8b939c",
    broken="#2fe0d8",
)

THEMES = {"light": LIGHT, "dark": DARK}
"""The themes by name."""


def level_of(norm: float | None, scale: Scale | None) -> str:
    """Return how a backward edge is drawn: `00` … `24` by the norm's logarithm, `zero` or `broken`."""
    if norm is None or scale is None or norm == 0:
        return "zero"
    if not math.isfinite(norm):
        return "broken"
    share = (math.log10(norm) - scale.low) / (scale.high - scale.low)
    return f"{round((LEVELS - 1) * min(1.0, max(0.0, share))):02d}"


def _plasma(place: float) -> str:
    """Return the colour at a place from 0 to 1 on the map."""
    k = min(int(place * (len(_PLASMA) - 1)), len(_PLASMA) - 2)
    return _mixed(_PLASMA[k], _PLASMA[k + 1], place * (len(_PLASMA) - 1) - k)


def _mixed(first: str, second: str, share: float) -> str:
    """Return the colour `share` of the way from one to another, both as #rrggbb."""
    pairs = ((int(first[k : k + 2], 16), int(second[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
