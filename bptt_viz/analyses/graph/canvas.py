"""What a level of detail draws on: collects nodes, edges and texts, and frames them with title and legend."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from bptt_viz.analyses.graph.layout.paths import moved
from bptt_viz.analyses.graph.legend import lay_out
from bptt_viz.analyses.graph.scale import ends
from bptt_viz.results.graph import GraphEdge, GraphNode, GraphView, Key, Label, Level, Path, Point
from bptt_viz.results.lettering import height, text_size, width
from bptt_viz.results.provenance import Provenance

MARGIN = 16.0
_GAP = 14.0
"""Between the picture and its legend."""


class Canvas:
    """Everything drawn so far; coordinates may start anywhere."""

    def __init__(self) -> None:
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.labels: list[Label] = []
        self.keys: list[Key] = []

    def box(
        self, name: str, kind: str, label: str, place: Point, size: Point, t: int | None, layer: int, tooltip: str
    ) -> None:
        """Put a shape around a place."""
        self.nodes.append(GraphNode(name, kind, label, *place, *size, t, layer, tooltip))

    def forward(self, source: str, target: str, path: Path, kind: str = "value") -> None:
        """Draw an arrow for what flows forward."""
        self.edges.append(GraphEdge(f"{source}--{target}", source, target, kind, path))

    def backward(self, source: str, target: str, path: Path, norm: float, what: str, mark: str = "") -> None:
        """Draw an arrow for what flows back, told by `what`; `mark` tells two between the same nodes apart."""
        name, told = f"{source}--{target}--back{mark}", f"{what}: norm {norm:.3g}"
        self.edges.append(GraphEdge(name, source, target, "gradient", path, norm=norm, tooltip=told))

    def write(self, text: str, kind: str, x: float, y: float) -> None:
        """Put a text with its left end at (x, y)."""
        size = text_size(kind)
        wide = width(text, size)
        self.labels.append(Label(text, kind, x + wide / 2, y, wide, height(text, size), is_left=True))

    def explain(self, kind: str, sample: str, text: str) -> None:
        """Add an entry to the legend."""
        self.keys.append(Key(kind, sample, text))

    def finish(self, level: Level, title: str, provenance: Provenance) -> GraphView:
        """Return the picture with its title above and its legend below, all in the positive quadrant."""
        left, bottom, right, top = self.extent()
        norms = [edge.norm for edge in self.edges if edge.kind == "gradient"]
        scale = ends(norms)
        wide = max(right - left, width(title, text_size("title")), 320.0)
        legend = lay_out(self.keys, norms, scale, wide)
        low = legend.height + _GAP if legend.keys else 0.0
        self.write(title, "title", left, top + 26)
        dx, dy = MARGIN - left, MARGIN + low - bottom
        x, y = MARGIN, MARGIN + legend.height
        return GraphView(
            level,
            title,
            tuple(replace(node, x=node.x + dx, y=node.y + dy) for node in self.nodes),
            tuple(_moved(edge, dx, dy) for edge in self.edges),
            tuple(_put(label, dx, dy) for label in self.labels),
            tuple(replace(key, x=key.x + x, y=key.y + y) for key in legend.keys),
            replace(legend.bar, x=legend.bar.x + x, y=legend.bar.y + y) if legend.bar else None,
            scale,
            (max(wide, legend.width) + 2 * MARGIN, top - bottom + low + 36 + 2 * MARGIN),
            provenance,
        )

    def extent(self) -> tuple[float, float, float, float]:
        """Return the left, lower, right and upper end of what is drawn."""
        corners = [*_corners(chain(self.nodes, self.labels, *(edge.labels for edge in self.edges)))]
        points = [point for edge in self.edges for point in edge.path]
        xs = [x for x, _ in chain(corners, points)]
        ys = [y for _, y in chain(corners, points)]
        return min(xs), min(ys), max(xs), max(ys)


def _corners(things: Iterable[GraphNode | Label]) -> Iterable[tuple[float, float]]:
    for thing in things:
        yield thing.x - thing.width / 2, thing.y - thing.height / 2
        yield thing.x + thing.width / 2, thing.y + thing.height / 2


def _put(label: Label, dx: float, dy: float) -> Label:
    return replace(label, x=label.x + dx, y=label.y + dy)


def _moved(edge: GraphEdge, dx: float, dy: float) -> GraphEdge:
    return replace(edge, path=moved(edge.path, dx, dy), labels=tuple(_put(label, dx, dy) for label in edge.labels))
