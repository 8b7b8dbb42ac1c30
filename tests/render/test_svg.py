"""Graphs as SVG: structure, ids, classes and tooltips; text that is text; what screen readers and old readers need."""

import json
import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from analyses.graphs import recorded, seen
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.graph import graph_view
from bptt_viz.cells import discover_cells
from bptt_viz.render.characters import shown
from bptt_viz.render.svg import svg_bytes
from bptt_viz.render.svg_style import ROOT
from bptt_viz.render.theme import DARK, LEVELS, LIGHT
from bptt_viz.results.graph import Level
from bptt_viz.topologies import NAMES
from render.test_dot import NASTY, RAN
from render.test_dot import drawing as picture

SVG = "{http://www.w3.org/2000/svg}"


def tree(view, theme=None):
    return ElementTree.fromstring(svg_bytes(view, theme))


def groups(view):
    return {group.get("id"): group for group in tree(view).iter(f"{SVG}g")}


def classes(element):
    return set(element.get("class", "").split())


def words(element):
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def numbers(text):
    return [float(number) for number in re.findall(r"-?[\d.]+", text)]


def test_each_node_and_edge_is_a_group_with_id_classes_and_tooltip():
    view = seen("lstm", level="op", gradients=True)
    found = groups(view)
    for thing in (*view.nodes, *view.edges):
        if thing.kind == "end":
            assert thing.id not in found
            continue
        group = found[thing.id]
        assert thing.kind in classes(group)
        title = group.find(f"{SVG}title")
        assert (title.text if title is not None else "") == thing.tooltip
    assert classes(found["t3-l0-h"]) == {"node", "state", "t3", "l0"}
    edges = [classes(group) for group in found.values() if "gradient" in classes(group)]
    assert all(any(re.fullmatch(r"g-\d\d|g-zero|g-broken", one) for one in each) for each in edges)


def test_ids_are_unique_and_stable():
    one, two = (seen("gru", level="op", at=":", gradients=True) for _ in range(2))
    names = [element.get("id") for element in tree(one).iter() if element.get("id")]
    assert Counter(names).most_common(1)[0][1] == 1
    assert names == [element.get("id") for element in tree(two).iter() if element.get("id")]


def test_shapes_and_arrows_lie_where_the_picture_has_them():
    view = seen("gru", level="op", at="2:3", gradients=True)
    root, found = tree(view), groups(view)
    assert numbers(root.get("viewBox")) == pytest.approx([view.origin[0], 0, *view.size], abs=0.5)
    high = view.origin[1] + view.size[1]
    for node in view.nodes:
        group = found.get(node.id)
        for circle in [] if group is None else group.findall(f"{SVG}circle"):
            assert numbers(circle.get("cx")) == pytest.approx([node.x], abs=0.06)
            assert numbers(circle.get("cy")) == pytest.approx([high - node.y], abs=0.06)
        for box in [] if group is None else group.findall(f"{SVG}rect"):
            wanted = [node.x - node.width / 2, high - node.y - node.height / 2, node.width, node.height]
            assert [float(box.get(name)) for name in ("x", "y", "width", "height")] == pytest.approx(wanted, abs=0.06)
    for edge in view.edges:
        shift = numbers(found[edge.id].get("transform", "0 0"))
        line, *tips = found[edge.id].findall(f"{SVG}path")
        place = numbers(line.get("d"))
        (x, y), (u, v) = edge.course[0], edge.course[-1]
        assert np.add(place[:2], shift) == pytest.approx((x, high - y), abs=0.11)
        assert len(tips) == (not edge.headless)
        end = numbers(tips[0].get("d"))[:2] if tips else place[-2:]
        assert np.add(end, shift) == pytest.approx((u, high - v), abs=0.11)


def test_text_is_text():
    found = words(tree(seen(level="op", at="3")))
    assert {"h3", "dhraw", "dh3 = dy3 WhyT", "+ ★", "x3T dhraw", "tanh"} <= set(found)
    assert "hraw = x3 Wxh + h2 Whh + bh" in found


def test_it_says_what_was_run_and_what_it_shows():
    view = seen(gradients=True)
    root = tree(view)
    ids = {element.get("id"): element for element in root}
    assert ids[root.get("aria-labelledby")].text == view.title
    assert "gradients that flow back" in ids[root.get("aria-describedby")].text
    assert json.loads(root.find(f"{SVG}metadata").text)["options"] == {"seed": 0}
    assert root.get("role").split()[0] == "graphics-document"
    symbols = [group for group in root.iter(f"{SVG}g") if group.get("role") == "graphics-symbol"]
    assert len(symbols) == sum(1 for node in view.nodes if node.tooltip)
    assert all(group.find(f"{SVG}title") is not None for group in symbols)


@pytest.mark.parametrize("text", NASTY)
def test_texts_of_users_come_through_unharmed(text):
    root = tree(picture(text, text, text, text, replace(RAN, options={"text": text})))
    visible = shown(text, "\n")
    assert [root.find(f"{SVG}title").text, *(e.text for e in root.findall(f".//{SVG}g/{SVG}title"))] == [visible] * 3
    lines = [re.sub("[_^]", "", shown(line)) for line in text.split("\n")]
    assert set(lines) <= set(words(root))
    assert "script" not in {element.tag.removeprefix(SVG) for element in root.iter()}


@given(st.text(), st.text())
def test_any_text_makes_a_picture_of_the_same_structure(text, other):
    plain = [element.tag for element in tree(picture("a", "b", "c", "d")).iter() if not element.tag.endswith("tspan")]
    label = " ".join(text.split()) or "a"
    one_line = other.replace("\n", "") or "a"
    drawn = tree(picture(label, text or "b", one_line, other))
    assert [element.tag for element in drawn.iter() if not element.tag.endswith("tspan")] == plain


def test_every_colour_is_there_without_variables_too():
    """Inkscape drops a whole style sheet that has variables, and rsvg one with media queries."""
    plain, themed = (sheet.text for sheet in tree(seen("lstm", level="op", gradients=True)).iter(f"{SVG}style"))
    assert "--" not in plain
    assert "@media" not in plain
    variables = set(re.findall(r"var\((--[\w-]+)\)", themed))
    light, dark = (set(re.findall(r"(--[\w-]+):", part)) for part in themed.split("prefers-color-scheme:dark"))
    assert variables == light == dark
    assert len(re.findall(r"var\(", themed)) == len(re.findall(r"(?:fill|stroke|color):#", plain))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_theme_of_ones_own_choice_depends_on_no_reader(theme):
    root = tree(seen(), theme)
    (sheet,) = root.iter(f"{SVG}style")
    assert f".{ROOT} .paper{{fill:{theme.paper}}}" in sheet.text
    assert "var(" not in sheet.text


def test_rules_are_about_this_kind_of_picture_only():
    for sheet in tree(seen(gradients=True)).iter(f"{SVG}style"):
        for selectors in re.findall(r"^(?!@)([^{}\n]+)\{", sheet.text, re.MULTILINE):
            assert all(one.startswith(f".{ROOT}") for one in selectors.split(","))


def test_the_scale_is_drawn_with_the_widths_and_colours_of_the_edges():
    view = seen(gradients=True)
    bar = groups(view)["scale"]
    steps = bar.findall(f"{SVG}path")
    assert [step.get("class") for step in steps] == [f"g-{k:02d}" for k in range(LEVELS)]
    assert words(bar) == [text.replace("^", "").replace("{", "").replace("}", "") for _, text in view.bar.ticks]
    assert "scale" not in groups(seen())


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from(NAMES),
    st.sampled_from(Level),
    st.integers(1, 2),
    st.integers(1, 3),
    st.booleans(),
)
def test_pictures_of_random_models_are_well_formed(cell, topology, level, layers, steps, gradients):
    steps = 1 if topology == "one-to-one" else max(2, steps)
    rollout = recorded(cell, topology=topology, layers=layers, steps=steps)
    view = graph_view(rollout, level, RAN, ":" if level is Level.OP else None, gradients)
    found = groups(view)
    assert {thing.id for thing in (*view.nodes, *view.edges) if thing.kind != "end"} <= set(found)
