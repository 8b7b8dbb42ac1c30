"""Numbers along the wires at op level, and the badges of those that are none."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import crossed, overlaps, recorded, seen
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells


def lines(view, kind, source):
    """Return what is written along the wires that leave a node, by lines."""
    found = [label.text.split("\n") for edge in view.edges if edge.source == source for label in edge.texts
             if label.kind == kind]  # fmt: skip
    return [line for text in found for line in text]


def numbers(text):
    return [float(number) for number in re.findall(r"−?[\d.]+(?:e−?\d+)?", text.replace("−", "-").replace("-", "−"))]


def read(line):
    return np.array([float(word.replace("−", "-")) for word in line.strip("[]").split()])


def test_values_are_those_that_were_recorded():
    rollout, view = recorded("lstm"), seen("lstm", level="op", at="3", values=True)
    states, found = rollout.layers[0].state(3), Gradients(rollout)
    written = lines(view, "value", "t3-l0-h-2")
    assert written[0] == "h_3"
    assert read(written[1]) == pytest.approx(states["h"].value[0], abs=0.005)
    assert read(lines(view, "value", "t3-l0-c-2")[1]) == pytest.approx(states["c"].value[0], abs=0.005)
    back = lines(view, "gradient", "t3-l0-h-2")
    assert read(back[-1]) == pytest.approx(found.whole(states["h"])[0], abs=0.005)


def test_a_gates_share_is_the_gates_alone():
    rollout, view = recorded("lstm"), seen("lstm", level="op", at="3", values=True)
    raw = next(node for node in rollout.tape.nodes if node.scope.t == 3 and node.primitive.name == "sigmoid_gate")
    packed, key = raw.parents[0], raw.attributes["key"]
    texts = {label.text.split("\n")[0]: label.text for edge in view.edges for label in edge.texts}
    assert read(texts["i_raw"].split("\n")[1]) == pytest.approx(packed.value[key][0], abs=0.005)
    cotangent = Gradients(rollout).whole(packed)[key][0]
    assert read(texts["di_raw = (1 − i)"].split("\n")[-1]) == pytest.approx(cotangent, abs=0.005)


def test_norms_are_written_forward_and_back():
    rollout, view = recorded("gru"), seen("gru", level="op", at="2", norms=True)
    state = rollout.layers[0].state(2)["h"]
    end = next(node.id for node in view.nodes if node.kind == "end" and node.id.endswith("-out"))
    (edge,) = (edge for edge in view.edges if edge.target == end)
    back = norm(Gradients(rollout).back(rollout.layers[0], "h", 3))
    assert any(label.text == f"★\n‖·‖ {back:.3g}" for label in edge.texts)
    trunk = edge.source.removesuffix("-fork")
    assert f"‖·‖ {norm(state.value):.3g}" in lines(view, "value", trunk)


def test_a_branch_does_not_repeat_the_numbers_of_its_trunk():
    view = seen(level="op", at="3", values=True)
    (fork,) = (node.id for node in view.nodes if node.kind == "fork")
    assert lines(view, "value", fork) == []
    assert len(lines(view, "gradient", fork)) >= 4


def test_large_arrays_are_outlined():
    view = seen(level="op", at="3", values=True, hidden=8)
    assert any(re.match(r"8 × 8, −[\d.]+ … [\d.]+", text) for text in lines(view, "value", "t3-l0-W_hh"))


def test_without_backward_edges_numbers_are_there_all_the_same():
    view = seen(level="op", at="3", values=True)
    assert {edge.kind for edge in view.edges} == {"value"}
    assert read(lines(view, "gradient", "t3-l0-b_h")[-1]).shape == (3,)


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from(["2", "2:3"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 2),
    st.integers(2, 6),
)
def test_numbers_lie_on_nothing(cell, at, gradients, norms, layers, hidden):
    view = seen(cell, level="op", at=at, gradients=gradients, values=True, norms=norms, layers=layers, hidden=hidden)
    assert not overlaps(view)
    assert not crossed(view)


@pytest.mark.parametrize("level", ["step", "op"])
def test_broken_numbers_have_a_badge_where_there_is_room(level):
    with np.errstate(all="ignore"):
        view = seen(init="radius=1e200", activation="identity", gradients=True, level=level)
    badges = {edge.id: label.text for edge in view.edges for label in edge.texts if label.kind == "broken"}
    broken = {edge.id: edge.norm for edge in view.edges if edge.norm is not None and not math.isfinite(edge.norm)}
    assert badges
    assert badges.keys() <= broken.keys()
    assert all((text == "NaN") == math.isnan(broken[name]) for name, text in badges.items())
    assert not any(label.kind == "broken" for edge in seen(gradients=True).edges for label in edge.labels)
