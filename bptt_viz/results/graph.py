"""A picture of an unrolled network: what is drawn, where and how it reads, before any drawing program sees it.

Lengths are points, y runs upwards. Texts are plain; `bptt_viz.results.lettering` says how they are set.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from bptt_viz.results.lettering import text_size, width
from bptt_viz.results.provenance import Provenance

Point = tuple[float, float]
Path = tuple[Point, ...]
"""A start and then three points for each cubic Bézier piece."""


class Level(StrEnum):
    """How closely a picture looks: one node a cell, its gates, or one node an operation."""

    STEP = "step"
    GATE = "gate"
    OP = "op"


SAMPLE = 30.0
"""Length of an edge in the legend."""


@dataclass(frozen=True, slots=True)
class Label:
    """Text around a place.

    Attributes:
        text: one or several lines.
        kind: what it tells: `value` (a forward value's name), `gradient` (an expression), `title` or `note`.
        x: centre.
        y: centre.
        width: room it takes.
        height: room it takes.
        is_left: its lines begin at one place instead of having one middle.
    """

    text: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """Norms of the gradient at several time steps.

    Attributes:
        name: of what, such as `dh`.
        low: the smallest finite one; NaN if none is finite.
        median: of the finite ones.
        high: the largest finite one.
        broken: how many are NaN or infinite.
    """

    name: str
    low: float
    median: float
    high: float
    broken: int


@dataclass(frozen=True, slots=True)
class Fold:
    """Time steps that one node stands for.

    Attributes:
        first: the first of them.
        last: the last of them.
        norms: what flows back at them; empty if that is not known.
    """

    first: int
    last: int
    norms: tuple[Spread, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A box or a round node.

    Attributes:
        id: the same for the same model and options.
        kind: `input`, `state`, `memory`, `output`, `loss`, `weights`, `cell`, `op` or `constant`; `gate` for the
            activation of what weights make, `stack` where values come together that one matrix multiplies; `fold` for
            time steps that are not drawn one by one; `fork` where one value goes several ways; `clip` where a
            gradient is clipped; `end` where an edge leaves the picture.
        label: what is written in it.
        x: centre.
        y: centre.
        width: of the shape.
        height: of the shape.
        t: time step, the first if there are several; None outside time.
        layer: depth, 0 next to the input.
        tooltip: equation, shape and norms.
        gate: name of the gate that an operation computes; empty for all others.
        fold: the time steps, if there are several.
    """

    id: str
    kind: str
    label: str
    x: float
    y: float
    width: float
    height: float
    t: int | None
    layer: int
    tooltip: str
    gate: str = ""
    fold: Fold | None = None


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An arrow.

    Attributes:
        id: the same for the same model and options.
        source: id of the node that it leaves.
        target: id of the node that it reaches.
        kind: `value` for what flows forward, `highway` where that is a state on its own line, `peephole` where a gate
            sees a state through weights of its own, `weights` for a use of shared weights; `gradient` for what flows
            back; `pass` for a backward pass whose norm is not asked for; `axis` and `cut` join no nodes.
        path: its course; the arrow's tip is the last point.
        headless: without a tip, because another edge carries on from there.
        labels: texts along it.
        norm: of the cotangent that crosses it; None if none was computed.
        tooltip: what flows.
        shift: how far to the right of its path and labels it is drawn, for panels that look the same share these.
    """

    id: str
    source: str
    target: str
    kind: str
    path: Path
    headless: bool = False
    labels: tuple[Label, ...] = ()
    norm: float | None = None
    tooltip: str = ""
    shift: float = 0.0

    @property
    def course(self) -> Path:
        """The path where it is drawn."""
        return tuple((x + self.shift, y) for x, y in self.path) if self.shift else self.path

    @property
    def texts(self) -> tuple[Label, ...]:
        """The labels where they are drawn."""
        return tuple(replace(label, x=label.x + self.shift) for label in self.labels) if self.shift else self.labels


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle behind nodes and edges that belong together.

    Attributes:
        id: the same for the same model and options.
        kind: `cell` or `chunk`.
        x: centre.
        y: centre.
        width: of the rectangle.
        height: of the rectangle.
        tooltip: what it holds.
    """

    id: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Norms between which the width and the colour of backward edges run, as decimal logarithms."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend: a sample and what it means.

    Attributes:
        kind: of the edge or the label that it explains.
        sample: letters to show in the label's colour; empty for an edge.
        text: the meaning.
        x: left end of the sample.
        y: middle of the sample.
        norm: of the edge.
    """

    kind: str
    sample: str
    text: str
    x: float = 0.0
    y: float = 0.0
    norm: float | None = None

    @property
    def text_x(self) -> float:
        """Left end of the text."""
        return self.x + (width(self.sample, text_size(self.kind)) if self.sample else SAMPLE) + 9.0


@dataclass(frozen=True, slots=True)
class ColourBar:
    """The legend of the backward edges: their colours and widths from the smallest norm on the scale to the largest.

    Attributes:
        x: left end.
        y: middle.
        length: of the bar.
        ticks: places along it, from 0 to 1, with the norms they stand for.
    """

    x: float
    y: float
    length: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class GraphView:
    """The whole picture.

    Attributes:
        level: how closely it looks.
        title: what it shows, in a line.
        nodes: in drawing order.
        edges: in drawing order.
        labels: texts that belong to no edge.
        legend: what colours and widths mean.
        bar: the scale as a part of the legend; None if no backward edges are drawn.
        scale: of the backward edges; None if they are not drawn.
        origin: lower left corner of what is shown.
        size: width and height; everything lies between the origin and the corner so far from it.
        provenance: what was run.
        frames: rectangles behind all else.
    """

    level: Level
    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    labels: tuple[Label, ...]
    legend: tuple[Key, ...]
    bar: ColourBar | None
    scale: Scale | None
    origin: Point
    size: tuple[float, float]
    provenance: Provenance
    frames: tuple[Frame, ...] = ()
