"""Graphs as DOT text with fixed positions: Graphviz draws them, it does not arrange them."""

import json
import math
from dataclasses import asdict

import graphviz

from bptt_viz.render.characters import shown
from bptt_viz.render.theme import DASHED, EDGE_WIDTHS, LEVELS, LIGHT, Stroke, Theme, level_of
from bptt_viz.render.typeset import html_label
from bptt_viz.results.graph import SAMPLE, ColourBar, Frame, GraphEdge, GraphNode, GraphView, Key, Label, Path, Point
from bptt_viz.results.lettering import text_size, width

FONT = "Helvetica,Arial,sans-serif"


def dot_source(view: GraphView, theme: Theme = LIGHT, resolution: int | None = None) -> str:
    """Return the picture as DOT text, complete with positions in points.

    Args:
        view: the picture.
        theme: its colours.
        resolution: pixels an inch for drawings that have pixels; Graphviz's own if left out.
    """
    return _Writer(view, theme, resolution).source()


class _Writer:
    def __init__(self, view: GraphView, theme: Theme, resolution: int | None) -> None:
        self._view = view
        self._theme = theme
        about = json.dumps(asdict(view.provenance), sort_keys=True, default=str)
        self._graph = graphviz.Digraph(
            "unrolled",
            comment=shown(f"{view.title}; made by {about}"),
            graph_attr=_graph_attributes(theme, resolution),
            node_attr={"fontname": FONT, "fixedsize": "shape", "penwidth": "1.2"},
            edge_attr={"fontname": FONT, "fontsize": "11", "labelfontsize": "11"},
        )

    def source(self) -> str:
        for frame in self._view.frames:
            self._frame(frame)
        for node in self._view.nodes:
            self._node(node)
        for edge in self._view.edges:
            self._edge(edge)
        for k, label in enumerate(self._view.labels):
            self._text(f"text-{k}", label)
        for k, key in enumerate(self._view.legend):
            self._key(f"legend-{k}", key)
        if self._view.bar:
            self._bar(self._view.bar)
        return str(self._graph.source)

    def _frame(self, frame: Frame) -> None:
        """Draw a rectangle behind all else, as a cluster whose place is given."""
        left, low = frame.x - frame.width / 2, frame.y - frame.height / 2
        paint = self._theme.frames[frame.kind]
        attributes = {
            "bb": f"{left:.2f},{low:.2f},{left + frame.width:.2f},{low + frame.height:.2f}",
            "style": "filled,rounded",
            "fillcolor": paint.fill,
            "color": paint.border,
            "tooltip": _tooltip(frame.tooltip),
            "id": frame.id,
            "class": f"frame {frame.kind}",
        }
        with self._graph.subgraph(name=f"cluster-{frame.id}", graph_attr=attributes):
            pass

    def _node(self, node: GraphNode) -> None:
        times = "" if node.t is None else f" t{node.t}"
        attributes = {
            "label": html_label(shown(node.label, "\n")) if node.label else "",
            "fontsize": f"{text_size(node.kind):g}",
            "tooltip": _tooltip(node.tooltip or node.label),
            "pos": _fixed((node.x, node.y)),
            "id": node.id,
            "class": f"{node.kind}{times} l{node.layer}",
        }
        self._graph.node(node.id, **attributes, **_size(node.width, node.height) | self._shape(node))

    def _shape(self, node: GraphNode) -> dict[str, str]:
        if node.kind == "fork":
            return {"shape": "point", "color": self._theme.nodes["fork"].border} | _size(5, 5)
        if node.kind == "end":
            return {"shape": "point", "style": "invis"} | _size(1, 1)
        paint = self._theme.nodes[node.kind]
        look = {"fillcolor": paint.fill, "color": paint.border, "fontcolor": self._theme.ink}
        if node.kind == "fold":
            return look | {"shape": "box", "style": "filled,dashed"}
        if node.kind not in {"op", "stack"}:
            return look | {"shape": "box", "style": "filled"}
        if node.width > node.height + 1:
            return look | {"shape": "box", "style": "filled,rounded"}
        return look | {"shape": "circle", "style": "filled"}

    def _edge(self, edge: GraphEdge) -> None:
        if not edge.source:
            self._line(edge.id, edge.course, self._stroke(edge.kind, edge.norm), edge.kind, edge.headless)
            return
        look = self._look(edge.course, self._stroke(edge.kind, edge.norm), edge.headless)
        about = {"id": edge.id, "class": edge.kind, "tooltip": _tooltip(edge.tooltip)}
        self._graph.edge(edge.source, edge.target, **look, **about, **self._labels(edge))

    def _stroke(self, kind: str, norm: float | None) -> Stroke:
        if kind == "gradient":
            return self._theme.stroke(level_of(norm, self._view.scale))
        return Stroke(self._theme.edges[kind], EDGE_WIDTHS[kind], "dashed" if kind in DASHED else "solid")

    def _look(self, path: Path, stroke: Stroke, headless: bool = False) -> dict[str, str]:
        look = {"color": stroke.color, "penwidth": f"{stroke.width:g}", "style": stroke.style}
        if headless:
            return look | {"pos": _points(path), "arrowhead": "none"}
        arrow = 0.6 + 0.06 * stroke.width
        return look | {"pos": _with_arrow(path, 10 * arrow), "arrowsize": f"{arrow:.2f}"}

    def _labels(self, edge: GraphEdge) -> dict[str, str]:
        """Return the value's name as the edge's label and the gradient's expression as its tail's."""
        found: dict[str, str] = {}
        for label in edge.texts:
            text, place = html_label(shown(label.text, "\n"), _left(label)), _point(_middle(label))
            color = self._theme.texts[label.kind]
            if label.kind in {"value", "broken"}:
                found |= {"label": text, "lp": place, "fontcolor": color}
            else:
                found |= {"taillabel": text, "tail_lp": place, "labelfontcolor": color}
        return found

    def _text(self, name: str, label: Label) -> None:
        attributes = {
            "label": html_label(shown(label.text, "\n"), _left(label)),
            "fontsize": f"{text_size(label.kind):g}",
            "fontcolor": self._theme.texts[label.kind],
            "shape": "plaintext",
            "pos": _fixed(_middle(label)),
            "id": name,
            "class": f"text {label.kind}",
        }
        self._graph.node(name, **attributes, **_size(1, 1))

    def _line(self, name: str, path: Path, stroke: Stroke, kind: str, headless: bool = False) -> None:
        """Draw an arrow between two places instead of two nodes."""
        ends = {f"{name}-start": path[0], f"{name}-end": path[-1]}
        for end, place in ends.items():
            self._graph.node(end, label="", shape="point", style="invis", pos=_fixed(place), **_size(1, 1))
        self._graph.edge(*ends, **self._look(path, stroke, headless), **{"id": name, "class": kind})

    def _key(self, name: str, key: Key) -> None:
        if key.sample:
            self._text(f"{name}-sample", _label(key.sample, key.kind, key.x, key.y))
        else:
            line = tuple((key.x + SAMPLE * share, key.y) for share in (1.0, 0.66, 0.33, 0.0))
            self._line(name, line, self._stroke(key.kind, key.norm), f"legend {key.kind}", key.kind in DASHED)
        self._text(f"{name}-text", _label(key.text, "note", key.text_x, key.y))

    def _bar(self, bar: ColourBar) -> None:
        """Draw the scale as boxes side by side, as high as the edges are wide."""
        step = bar.length / LEVELS
        for k in range(LEVELS):
            stroke = self._theme.stroke(f"{k:02d}")
            look = {"shape": "box", "style": "filled", "color": stroke.color, "penwidth": "0.3"}
            place = _fixed((bar.x + (k + 0.5) * step, bar.y))
            self._graph.node(f"scale-{k}", label="", pos=place, **look, **_size(step, 4 * stroke.width))
        for k, (share, text) in enumerate(bar.ticks):
            self._text(f"scale-tick-{k}", Label(text, "note", bar.x + share * bar.length, bar.y - 16, 0.0, 0.0))


def _graph_attributes(theme: Theme, resolution: int | None) -> dict[str, str]:
    dpi = {} if resolution is None else {"dpi": f"{resolution}"}
    return dpi | {
        "layout": "nop2",
        "inputscale": "72",
        "notranslate": "true",
        "outputorder": "edgesfirst",
        "bgcolor": theme.paper,
        "pad": "0.15",
        "margin": "0",
    }


def _tooltip(text: str) -> str:
    escaped: str = graphviz.escape(shown(text, "\n"))
    return escaped


def _label(text: str, kind: str, left: float, y: float) -> Label:
    wide = width(text, text_size(kind))
    return Label(text, kind, left + wide / 2, y, wide, 0.0, is_left=True)


def _left(label: Label) -> float:
    # Some fonts are wider than measured; what is too wide for its place would be set around its middle.
    return 1.1 * label.width if label.is_left else 0.0


def _middle(label: Label) -> Point:
    return (label.x + (_left(label) - label.width) / 2, label.y) if label.is_left else (label.x, label.y)


def _point(place: Point) -> str:
    return f"{place[0]:.2f},{place[1]:.2f}"


def _points(path: Path) -> str:
    return " ".join(map(_point, path))


def _fixed(place: Point) -> str:
    return f"{_point(place)}!"


def _size(wide: float, high: float) -> dict[str, str]:
    return {"width": f"{wide / 72:.4f}", "height": f"{high / 72:.4f}"}


def _with_arrow(path: Path, arrow: float) -> str:
    """Return a path in Graphviz's form: the arrow's tip, then the curve, which ends at the arrow's base."""
    tip, before = path[-1], path[-2]
    length = math.dist(tip, before) or 1.0
    back = arrow * (before[0] - tip[0]) / length, arrow * (before[1] - tip[1]) / length
    # The last control point moves along, so that the direction at the tip stays as it is.
    moved = (before[0] + back[0], before[1] + back[1]), (tip[0] + back[0], tip[1] + back[1])
    return f"e,{_point(tip)} {_points((*path[:-2], *moved))}"
