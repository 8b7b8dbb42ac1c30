"""Graphviz's SVG made ready for browsers: text that any font fits, tooltips, provenance, nothing of the machine."""

import json
from dataclasses import asdict
from itertools import zip_longest
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

from bptt_viz.render.characters import shown
from bptt_viz.render.theme import LIGHT, Theme
from bptt_viz.render.typeset import set_text
from bptt_viz.results.graph import GraphView, Label

_SVG = "http://www.w3.org/2000/svg"
# A rim in the background's colour keeps letters legible where an arrow passes behind them.
_HALO = {"stroke-width": "3", "stroke-linejoin": "round", "paint-order": "stroke"}


def finished(drawn: bytes, view: GraphView, theme: Theme = LIGHT) -> bytes:
    """Return the SVG that Graphviz drew of `view`, with labels set and metadata added.

    Each node and edge is a group with its id, and its kind as a class; its title is what a browser shows as tooltip.
    """
    register_namespace("", _SVG)
    root = fromstring(drawn)
    graph = next(iter(root))
    _frame(root, graph, view, theme)
    setter = _Setter(view, theme)
    for group in list(graph):
        setter.finish(group)
    for element in (*root, *graph):
        element.tail = "\n"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()


def _frame(root: Element, graph: Element, view: GraphView, theme: Theme) -> None:
    """Give the picture its size, title, background and metadata."""
    wide, high = view.size
    root.attrib.clear()
    root.attrib |= {"width": f"{wide:.0f}pt", "height": f"{high:.0f}pt", "viewBox": f"0 0 {wide:.0f} {high:.0f}"}
    root.attrib |= {"role": "img", "font-family": "Helvetica,Arial,sans-serif"}
    graph.attrib = {"id": "graph", "transform": f"translate(0 {high:.0f})"}
    for child in list(graph):
        if not _is(child, "g"):
            graph.remove(child)
    title, metadata = Element(f"{{{_SVG}}}title"), Element(f"{{{_SVG}}}metadata")
    title.text = shown(view.title)
    metadata.text = shown(json.dumps(asdict(view.provenance), ensure_ascii=False, sort_keys=True, default=str))
    size = {"width": f"{wide:.0f}", "height": f"{high:.0f}", "fill": theme.background}
    root[:0] = [title, metadata, Element(f"{{{_SVG}}}rect", size)]


def _is(element: Element, tag: str) -> bool:
    return element.tag == f"{{{_SVG}}}{tag}"


def _unwrap(group: Element) -> None:
    """Take what Graphviz wraps into links for tooltips out of them again."""
    for wrapper in [child for child in group if _is(child, "g")]:
        place = list(group).index(wrapper)
        link = wrapper.find(f"{{{_SVG}}}a")
        group.remove(wrapper)
        group[place:place] = list(link if link is not None else wrapper)


class _Setter:
    """Sets texts and tooltips of the groups that Graphviz drew."""

    def __init__(self, view: GraphView, theme: Theme) -> None:
        self._theme = theme
        self._tooltips = {node.id: node.tooltip for node in view.nodes} | {edge.id: edge.tooltip for edge in view.edges}
        self._labels = {edge.id: edge.labels for edge in view.edges if edge.labels}
        self._labels |= {f"text-{k}": (label,) for k, label in enumerate(view.labels)}

    def finish(self, group: Element) -> None:
        """Set one node's or edge's texts and tooltip."""
        name = group.get("id", "")
        _unwrap(group)
        for title in [child for child in group if _is(child, "title")]:
            group.remove(title)
        texts = [child for child in group if _is(child, "text")]
        lines = [label for label in self._labels.get(name, ()) for _ in label.text.split("\n")]
        for text, label in zip_longest(texts, lines[: len(texts)]):
            self._set(text, label, group.get("class", "").startswith("edge"))
        if self._tooltips.get(name):
            title = Element(f"{{{_SVG}}}title")
            title.text = shown(self._tooltips[name], "\n")
            group.insert(0, title)

    def _set(self, text: Element, label: Label | None, on_edge: bool) -> None:
        text.attrib.pop("font-family", None)
        if label is not None and label.is_left:
            text.attrib |= {"text-anchor": "start", "x": f"{label.x - label.width / 2:.2f}"}
        if on_edge:
            text.attrib |= {"stroke": self._theme.background} | _HALO
        set_text(text, text.text or "")
