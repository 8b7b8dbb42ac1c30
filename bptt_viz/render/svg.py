"""Graphs as SVG, written straight from the picture: text is text, everything has an id, classes and a tooltip."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from bptt_viz.render.characters import shown
from bptt_viz.render.svg_paths import course_of, shorter
from bptt_viz.render.svg_style import ROOT, Used, style_sheets
from bptt_viz.render.theme import DASHED, EDGE_WIDTHS, LEVELS, LIGHT, Theme, level_of
from bptt_viz.render.typeset import escaped, svg_letters
from bptt_viz.results.graph import (
    SAMPLE,
    ColourBar,
    Frame,
    GraphEdge,
    GraphNode,
    GraphView,
    Key,
    Label,
    Level,
    Path,
    Point,
)
from bptt_viz.results.lettering import text_size

ALL = "all"
"""The id, behind a page's prefix, of the group that everything in an element stands in."""
_BASE_LINE = 0.35
"""From the middle of a line of letters down to its base line, as a share of the letters' size."""
_LINE = 1.25
"""From line to line, as a share of the letters' size."""


def svg_bytes(view: GraphView, theme: Theme | None = None) -> bytes:
    """Return a picture as an SVG document.

    Each node and edge is a group with its id; its classes are `node` or `edge`, its kind, its time step (`t3`), its
    layer (`l0`) and, for a gate, `gate-f`; its title is what a browser shows as tooltip.

    Args:
        view: the picture.
        theme: its colours; None for those that the reader prefers, and light ones where that is not known.
    """
    return "".join(_Writer(view).document(theme)).encode()


@dataclass(frozen=True)
class Inline:
    """How a picture stands on a page.

    Attributes:
        prefix: of all ids, so that several pictures have none in common.
        moments: of backward edges, by id, for a script that plays the backward pass.
    """

    prefix: str = ""
    moments: Mapping[str, int] = field(default_factory=dict)


def svg_element(view: GraphView, inline: Inline) -> str:
    """Return a picture as an element of a page, which brings the styles itself: those of `used_by`.

    Its edges say from which node to which they lead, as `data-from` and `data-to`, and, if it is known, in which moment
    of the backward pass they have their turn, as `data-moment`. All stands in one group, whose id is `ALL`.
    """
    return "".join(_Writer(view, inline).element())


def used_by(view: GraphView) -> Used:
    """Return what a picture needs styles for."""
    return _Writer(view).used()


class _Writer:
    def __init__(self, view: GraphView, inline: Inline | None = None) -> None:
        self._view = view
        self._inline = inline
        self._prefix = inline.prefix if inline else ""
        self._high = view.origin[1] + view.size[1]
        self._nodes = {node.id: node for node in view.nodes}
        self._levels = {edge.id: level_of(edge.norm, view.scale) for edge in view.edges if edge.kind == "gradient"}
        self._arrows: dict[tuple[int, float, bool], str] = {}
        self._keys = [level_of(key.norm, view.scale) for key in view.legend if _is_level(key)]

    def document(self, theme: Theme | None) -> Iterator[str]:
        about = json.dumps(asdict(self._view.provenance), ensure_ascii=False, sort_keys=True, default=str)
        mark = sha256(f"{self._view.title} {about}".encode("utf-8", "surrogatepass")).hexdigest()[:8]
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield from self._opened(f"-{mark}")
        yield f"<metadata>{_told(about)}</metadata>\n"
        yield style_sheets(self.used(), theme)
        yield from self._drawn()
        yield "</svg>\n"

    def element(self) -> Iterator[str]:
        yield from self._opened("")
        yield f'<g{self._id(ALL)} class="{ROOT} {self._view.level}">\n'
        yield from self._drawn()
        yield "</g></svg>\n"

    def _opened(self, mark: str) -> Iterator[str]:
        view, (title, about) = self._view, (f"{self._prefix}{name}{mark}" for name in ("title", "about"))
        wide, high = (f"{length:.0f}" for length in view.size)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" class="{ROOT} {view.level}"'
            f' width="{wide}pt" height="{high}pt" viewBox="{view.origin[0]:.1f} 0 {wide} {high}"'
            f' role="graphics-document document" aria-labelledby="{title}" aria-describedby="{about}">\n'
            f'<title id="{title}">{_told(view.title)}</title>\n<desc id="{about}">{_about(view)}</desc>\n'
        )

    def _drawn(self) -> Iterator[str]:
        view = self._view
        wide, high = (f"{length:.0f}" for length in view.size)
        yield f'<rect class="paper" x="{view.origin[0]:.1f}" width="{wide}" height="{high}"/>\n'
        yield from map(self._frame, view.frames)
        yield from map(self._edge, view.edges)
        yield from (self._node(node) for node in view.nodes if node.kind != "end")
        yield from (f"<g{self._id(f'text-{k}')}>{self._text(label)}</g>\n" for k, label in enumerate(view.labels))
        yield from (self._key(k, key) for k, key in enumerate(view.legend))
        if view.bar:
            yield from self._bar(view.bar)

    def _id(self, name: str) -> str:
        return f' id="{self._prefix}{_quoted(name)}"'

    def _ends(self, edge: GraphEdge) -> str:
        """Return what a script wants to know of an edge."""
        if self._inline is None:
            return ""
        moment = self._inline.moments.get(edge.id)
        turn = "" if moment is None else f' data-moment="{moment}"'
        return f' data-from="{_quoted(edge.source)}" data-to="{_quoted(edge.target)}"{turn}'

    def used(self) -> Used:
        view = self._view
        along = {label.kind for edge in view.edges for label in edge.labels}
        texts = along | {label.kind for label in view.labels} | {key.kind for key in view.legend if key.sample}
        bar = map("{:02d}".format, range(LEVELS)) if view.bar else ()
        return Used(
            {node.kind for node in view.nodes} - {"end"},
            {frame.kind for frame in view.frames},
            {edge.kind for edge in view.edges} | {key.kind for key in view.legend if not key.sample},
            texts | {"note"},
            {*self._levels.values(), *self._keys, *bar},
        )

    def _node(self, node: GraphNode) -> str:
        gate = f" gate-{_quoted(node.gate)}" if node.gate else ""
        kind = f"node {node.kind}{_place(node)}{gate}"
        symbol = ' role="graphics-symbol"' if node.tooltip else ""
        text = self._lines(node.label, text_size(node.kind), node.x, node.y) if node.label else ""
        return f'<g{self._id(node.id)} class="{kind}"{symbol}>{_title(node.tooltip)}{self._shape(node)}{text}</g>\n'

    def _shape(self, node: GraphNode) -> str:
        x, y = node.x, self._high - node.y
        if node.kind == "fork":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2"/>'
        wide, high = node.width, node.height
        if node.kind == "op" and wide <= high + 1:
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{high / 2:.1f}"/>'
        corner = ' rx="11"' if node.kind in {"op", "stack"} else ""
        place = f'x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:.1f}" height="{high:.1f}"'
        return f"<rect {place}{corner}/>"

    def _edge(self, edge: GraphEdge) -> str:
        level, source = self._levels.get(edge.id), self._nodes.get(edge.source)
        kind = (
            f"edge {edge.kind}{_place(source) if source and not self._inline else ''}{f' g-{level}' if level else ''}"
        )
        texts = "".join([self._text(label, " rim") for label in edge.labels])
        look = id(edge.path), _width(edge.kind, level), edge.headless
        if look not in self._arrows:  # panels that look the same share their paths
            arrow = self._arrow(edge.path, *look[1:])
            self._arrows[look] = shorter(arrow) if self._inline else arrow
        shift = f' transform="translate({edge.shift:.1f} 0)"' if edge.shift else ""
        inside = f"{_title(edge.tooltip)}{self._arrows[look]}{texts}"
        name = "" if self._inline else self._id(edge.id)  # on a page its ends say which it is, and where
        return f'<g{name} class="{kind}"{self._ends(edge)}{shift}>{inside}</g>\n'

    def _arrow(self, path: Path, width: float, headless: bool = False) -> str:
        course = path if headless else _with_base(path, 6.5 + 1.7 * width)
        line = f'<path d="{course_of(course, self._high)}"/>'
        return line if headless else line + self._tip(path[-1], course[-1], 2.5 + 0.8 * width)

    def _tip(self, tip: Point, base: Point, half: float) -> str:
        long = math.dist(tip, base) or 1.0
        aside = half * (base[1] - tip[1]) / long, half * (tip[0] - base[0]) / long
        corners = (tip, (base[0] + aside[0], base[1] + aside[1]), (base[0] - aside[0], base[1] - aside[1]))
        first, *others = (f"{x:.1f} {self._high - y:.1f}" for x, y in corners)
        return f'<path class="tip" d="M{first}L{"L".join(others)}z"/>'

    def _text(self, label: Label, more: str = "") -> str:
        kind = f"{label.kind}{more}{' left' if label.is_left else ''}"
        x = label.x - label.width / 2 if label.is_left else label.x
        return self._lines(label.text, text_size(label.kind), x, label.y, f' class="{kind}"')

    def _lines(self, text: str, size: float, x: float, middle: float, kind: str = "") -> str:
        """Return lines of text around a height."""
        lines = text.split("\n")
        y = self._high - middle + (_BASE_LINE - _LINE * (len(lines) - 1) / 2) * size
        return "".join(
            [
                f'<text{kind} x="{x:.1f}" y="{y + k * _LINE * size:.1f}">{svg_letters(line, size)}</text>'
                for k, line in enumerate(lines)
            ]
        )

    def _frame(self, frame: Frame) -> str:
        corner = (frame.x - frame.width / 2, self._high - frame.y - frame.height / 2)
        place = f'x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{frame.width:.1f}" height="{frame.height:.1f}" rx="10"'
        return f'<g{self._id(frame.id)} class="frame {frame.kind}">{_title(frame.tooltip)}<rect {place}/></g>\n'

    def _key(self, k: int, key: Key) -> str:
        text = self._text(Label(key.text, "note", key.text_x, key.y, 0.0, 0.0, is_left=True))
        if key.sample:
            sample = self._text(Label(key.sample, key.kind, key.x, key.y, 0.0, 0.0, is_left=True))
            return f'<g{self._id(f"legend-{k}")} class="legend">{sample}{text}</g>\n'
        level = level_of(key.norm, self._view.scale) if _is_level(key) else None
        line: Path = tuple((key.x + SAMPLE * share, key.y) for share in (1.0, 0.66, 0.33, 0.0))
        arrow = self._arrow(line, _width(key.kind, level), key.kind in DASHED)
        kind = f"legend edge {key.kind}{f' g-{level}' if level else ''}"
        return f'<g{self._id(f"legend-{k}")} class="{kind}">{arrow}{text}</g>\n'

    def _bar(self, bar: ColourBar) -> Iterator[str]:
        """Yield the scale as a wedge that is as wide and has the colours of the edges."""
        middle, step = self._high - bar.y, bar.length / LEVELS
        yield f'<g{self._id("scale")} class="bar">\n'
        for k in range(LEVELS):
            half, x = 2 * LIGHT.stroke(f"{k:02d}").width, bar.x + k * step
            place = f"M{x:.1f} {middle - half:.1f}h{step + 0.3:.1f}v{2 * half:.1f}h{-step - 0.3:.1f}z"
            yield f'<path class="g-{k:02d}" d="{place}"/>'
        for share, text in bar.ticks:
            x, size = bar.x + share * bar.length, text_size("note")
            yield f'<text class="note" x="{x:.1f}" y="{middle + 9 + size:.1f}">{svg_letters(text, size)}</text>'
        yield "</g>\n"


def _is_level(key: Key) -> bool:
    return key.kind == "gradient" and not key.sample


def _width(kind: str, level: str | None) -> float:
    return LIGHT.stroke(level).width if level else EDGE_WIDTHS[kind]


def _place(node: GraphNode) -> str:
    return f" l{node.layer}" if node.t is None else f" t{node.t} l{node.layer}"


def _about(view: GraphView) -> str:
    """Return the picture in a sentence."""
    kind = "operations and given values" if view.level is Level.OP else "states, cells, inputs, outputs and losses"
    shapes = sum(1 for node in view.nodes if node.label)
    back = sum(1 for edge in view.edges if edge.kind == "gradient")
    flow = f", and {back} arrows for the gradients that flow back" if back else ""
    arrows = len(view.edges) - back
    return f"Time runs from left to right. {shapes} {kind}, {arrows} arrows for values that flow forward{flow}."


def _told(text: str) -> str:
    return escaped(shown(text, "\n"))


def _quoted(name: str) -> str:
    return name if name.isidentifier() else _told(name).replace('"', "&quot;")


def _title(text: str) -> str:
    return f"<title>{_told(text)}</title>" if text else ""


def _with_base(path: Path, arrow: float) -> Path:
    """Let a path end at the base of its arrow's tip; the last control point moves along, so the direction stays."""
    tip, before = path[-1], path[-2]
    share = arrow / (math.dist(tip, before) or 1.0)
    back = share * (before[0] - tip[0]), share * (before[1] - tip[1])
    return (*path[:-2], (before[0] + back[0], before[1] + back[1]), (tip[0] + back[0], tip[1] + back[1]))
