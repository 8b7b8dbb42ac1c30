"""What a level of detail draws on: collects nodes, edges and texts, and frames them with title and legend."""

import math
from collections.abc import Iterable
from dataclasses import replace

from bptt_viz.analyses.graph.legend import lay_out
from bptt_viz.analyses.graph.scale import ends
from bptt_viz.results.graph import Fold, Frame, GraphEdge, GraphNode, GraphView, Key, Label, Level, Path, Point, Scale
from bptt_viz.results.lettering import height, text_size, width
from bptt_viz.results.provenance import Provenance

Room = tuple[float, float, float, float]

MARGIN = 16.0
_GAP = 14.0
"""Between the picture and its legend."""


class Canvas:
    """Everything drawn so far; coordinates may start anywhere."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.labels: list[Label] = []
        self.keys: list[Key] = []
        self._more_nodes: list[GraphNode] = []
        self._more_edges: list[GraphEdge] = []
        self._rooms: list[Room] = []

    def box(
        self,
        name: str,
        kind: str,
        label: str,
        place: Point,
        size: Point,
        t: int | None,
        layer: int,
        tooltip: str,
        gate: str = "",
        fold: Fold | None = None,
    ) -> None:
        """Put a shape around a place."""
        self.nodes.append(GraphNode(name, kind, label, *place, *size, t, layer, tooltip, gate, fold))

    def forward(
        self, source: str, target: str, path: Path, kind: str = "value", headless: bool = False, mark: str = ""
    ) -> None:
        """Draw an arrow for what flows forward; `mark` tells two between the same nodes apart."""
        self.edges.append(GraphEdge(f"{source}--{target}{mark}", source, target, kind, path, headless))

    def backward(
        self, source: str, target: str, path: Path, norm: float, what: str, mark: str = "", headless: bool = False
    ) -> None:
        """Draw an arrow for what flows back, told by `what`; `mark` tells two between the same nodes apart."""
        name, told = f"{source}--{target}--back{mark}", f"{what}: norm {norm:.3g}"
        self.edges.append(GraphEdge(name, source, target, "gradient", path, headless, norm=norm, tooltip=told))

    def write(self, text: str, kind: str, x: float, y: float) -> None:
        """Put a text with its left end at (x, y)."""
        size = text_size(kind)
        wide = width(text, size)
        self.labels.append(Label(text, kind, x + wide / 2, y, wide, height(text, size), is_left=True))

    def explain(self, kind: str, sample: str, text: str) -> None:
        """Add an entry to the legend."""
        self.keys.append(Key(kind, sample, text))

    def include(self, nodes: Iterable[GraphNode], edges: Iterable[GraphEdge], room: Room) -> None:
        """Add what has been drawn elsewhere and lies within `room`: left, lower, right and upper end."""
        self._more_nodes.extend(nodes)
        self._more_edges.extend(edges)
        self._rooms.append(room)

    def finish(self, level: Level, title: str, provenance: Provenance, scale: Scale | None = None) -> GraphView:
        """Return the picture with its title above and its legend below.

        Args:
            level: how closely it looks.
            title: what it shows.
            provenance: what was run.
            scale: of the backward edges; from the smallest norm to the largest if left out.
        """
        left, bottom, right, top = self.extent()
        nodes, edges = (*self._more_nodes, *self.nodes), tuple(map(_badged, (*self._more_edges, *self.edges)))
        norms = [edge.norm for edge in edges if edge.kind == "gradient"]
        scale = (scale if norms else None) or ends(norms)
        wide = max(right - left, width(title, text_size("title")), 320.0)
        legend = lay_out(self.keys, norms, scale, wide)
        low = bottom - (legend.height + _GAP if legend.keys else 0.0)
        self.write(title, "title", left, top + 26)
        x, y = left, low + legend.height
        return GraphView(
            level,
            title,
            nodes,
            edges,
            tuple(self.labels),
            tuple(replace(key, x=key.x + x, y=key.y + y) for key in legend.keys),
            replace(legend.bar, x=legend.bar.x + x, y=legend.bar.y + y) if legend.bar else None,
            scale,
            (left - MARGIN, low - MARGIN),
            (max(wide, legend.width) + 2 * MARGIN, top - low + 36 + 2 * MARGIN),
            provenance,
            tuple(self.frames),
        )

    def extent(self) -> Room:
        """Return the left, lower, right and upper end of what is drawn."""
        shapes: list[GraphNode | Label | Frame] = [*self.nodes, *self.labels, *self.frames]
        rooms = [*self._rooms, *map(room_of, shapes), *map(room_of_edge, self.edges)]
        left, bottom, right, top = zip(*rooms, strict=True)
        return min(left), min(bottom), max(right), max(top)


def _badged(edge: GraphEdge) -> GraphEdge:
    """Write NaN or ∞ on an edge over which one flows, if a part of it is level and has room for that."""
    if edge.norm is None or math.isfinite(edge.norm):
        return edge
    ends = [(edge.path[k], edge.path[k + 3]) for k in range(0, len(edge.path) - 1, 3)]
    (x, y), (u, v) = max(ends, key=lambda piece: abs(piece[1][0] - piece[0][0]) - abs(piece[1][1] - piece[0][1]))
    text, size = "NaN" if math.isnan(edge.norm) else "∞", text_size("broken")
    if abs(u - x) < 2 * width("NaN", size) or abs(v - y) > 1:
        return edge
    badge = Label(text, "broken", (x + u) / 2, (y + v) / 2, width(text, size), height(text, size))
    return replace(edge, labels=(*edge.labels, badge))


def room_of(thing: GraphNode | Label | Frame) -> Room:
    """Return the left, lower, right and upper end of a shape or a text."""
    wide, high = thing.width / 2, thing.height / 2
    return thing.x - wide, thing.y - high, thing.x + wide, thing.y + high


def room_of_edge(edge: GraphEdge) -> Room:
    """Return the left, lower, right and upper end of an edge and its texts."""
    xs, ys = zip(*edge.course, strict=True)
    rooms = [(min(xs), min(ys), max(xs), max(ys)), *map(room_of, edge.texts)]
    left, bottom, right, top = zip(*rooms, strict=True)
    return min(left), min(bottom), max(right), max(top)
