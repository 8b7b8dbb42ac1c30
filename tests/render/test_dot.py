"""Graphs as DOT text: structure, complete positions, escaped texts, the same bytes each time."""

import html
import json
import re
from dataclasses import replace

import pygraphviz
import pytest
from analyses.graphs import RAN, seen
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.graph import graph_view
from bptt_viz.cells import discover_cells
from bptt_viz.render.characters import shown
from bptt_viz.render.dot import dot_source
from bptt_viz.results.graph import GraphEdge, GraphNode, GraphView, Label, Level
from bptt_viz.results.lettering import runs
from bptt_viz.topologies import NAMES

NASTY = ["<b>&\"'\\", "\\", '"', "<", "a\\n", "{x|y}", "한국어 ★", "tab\tbell\x07", "line\nline", "&amp;", "\ud800"]


def parsed(view):
    return pygraphviz.AGraph(string=dot_source(view))


def drawing(label="h_1", tooltip="told", note="note", title="title", provenance=RAN):
    """Return a picture of two boxes and an edge with texts of one's own."""
    boxes = (
        GraphNode("one", "state", label, 50, 50, 60, 40, 1, 0, tooltip),
        GraphNode("two", "op", label, 250, 50, 38, 38, 1, 0, ""),
    )
    texts = (Label(label, "value", 150, 60, 40, 14), Label(note, "gradient", 150, 40, 40, 14, is_left=True))
    path = ((80, 50), (130, 50), (180, 50), (231, 50))
    edge = GraphEdge("one--two", "one", "two", "value", path, False, texts, None, tooltip)
    free = (Label(note, "note", 100, 90, 60, 14, is_left=True),)
    return GraphView(Level.OP, title, boxes, (edge,), free, (), None, None, (0, 0), (300, 120), provenance)


@pytest.mark.parametrize("topology", NAMES)
def test_nodes_and_edges_are_those_of_the_picture(topology):
    view = seen(topology=topology)
    graph = parsed(view)
    assert {node for node in graph.nodes() if not node.startswith(("text-", "legend-", "scale-"))} == {
        n.id for n in view.nodes
    }
    assert sorted(graph.edges()) == sorted((edge.source, edge.target) for edge in view.edges)
    for node in view.nodes:
        attributes = graph.get_node(node.id).attr
        assert attributes["id"] == node.id
        assert attributes["class"].split()[0] == node.kind
        x, y = map(float, attributes["pos"].rstrip("!").split(","))
        assert (x, y) == pytest.approx((node.x, node.y), abs=0.01)
        assert float(attributes["width"]) * 72 == pytest.approx(node.width, abs=0.01)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("cell", discover_cells())
def test_every_node_and_edge_has_its_place(cell, level):
    graph = parsed(seen(cell, level=level, gradients=True, layers=2))
    assert graph.graph_attr["layout"] == "nop2"
    assert all(re.fullmatch(r"-?[\d.]+,-?[\d.]+!", node.attr["pos"]) for node in graph.nodes())
    for edge in graph.edges():
        tip, *points = edge.attr["pos"].split() if edge.attr["arrowhead"] != "none" else ["", *edge.attr["pos"].split()]
        assert len(points) % 3 == 1
        assert not tip or tip.startswith("e,")


def test_colours_are_the_lectures():
    graph = parsed(seen())
    fills = {node.attr["label"]: node.attr["fillcolor"] for node in graph.nodes()}
    hue = {}
    for kind, label in (("red", "x<SUB>1</SUB>"), ("green", "h<SUB>1</SUB>"), ("blue", "y<SUB>1</SUB>")):
        hue[kind] = [int(fills[label][k : k + 2], 16) for k in (1, 3, 5)]
    assert hue["red"][0] == max(hue["red"])
    assert hue["green"][1] == max(hue["green"])
    assert hue["blue"][2] == max(hue["blue"])


def test_labels_lie_where_the_picture_has_them():
    graph = parsed(drawing())
    (edge,) = graph.edges()
    assert edge.attr["lp"] == "150.00,60.00"
    assert edge.attr["tail_lp"].endswith(",40.00")
    assert edge.attr["label"] == "h<SUB>1</SUB>"
    assert edge.attr["fontcolor"] != edge.attr["labelfontcolor"]


@pytest.mark.parametrize("text", NASTY)
def test_texts_of_users_come_through_unharmed(text):
    view = drawing(text, text, text, text, replace(RAN, options={"text": text}))
    graph = parsed(view)
    assert {"one", "two"} <= set(graph.nodes())
    assert len(graph.edges()) == 1
    label = html.unescape(re.sub(r"<[^<>]*>", "", graph.get_node("one").attr["label"]))
    assert label == shown(text, "\n").replace("\n", "")
    assert dot_source(view).count("\n//") == 0, "the provenance stays one line of comment"


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_makes_a_graph_of_the_same_structure(label, tooltip, note, title):
    view = drawing(" ".join(label.split()) or "a", tooltip or "b", note or "c", title)
    source = dot_source(view)
    graph = pygraphviz.AGraph(string=source)
    assert set(graph.nodes()) == {"one", "two", "text-0"}
    assert list(graph.edges()) == [("one", "two")]
    found = html.unescape(re.sub(r"<[^<>]*>", "", graph.get_node("one").attr["label"]))
    assert found.strip() == html_text(view.nodes[0].label)
    assert all(letter.isprintable() or letter in "\n\t" for letter in source)


def html_text(label):
    """Return what is left of a label when its marks are set small."""
    return "".join(run.text for run in runs(shown(label))).strip()


def test_what_was_run_is_in_a_comment_without_date_or_place():
    view = seen()
    first = dot_source(view).split("\n", 1)[0]
    assert first.startswith("// ")
    assert json.loads(first.split("made by ")[1])["options"] == {"seed": 0}


@pytest.mark.parametrize("level", Level)
def test_the_same_run_gives_the_same_text(level):
    one, two = (dot_source(seen("lstm", level=level, gradients=True)) for _ in range(2))
    assert one == two
    assert one != dot_source(seen("lstm", level=level, gradients=True, seed=1))


def test_another_picture_of_the_same_rollout_is_the_same():
    from analyses.graphs import recorded

    rollout = recorded("gru")
    views = [graph_view(rollout, Level.OP, RAN, ":", True) for _ in range(2)]
    assert dot_source(views[0]) == dot_source(views[1])
