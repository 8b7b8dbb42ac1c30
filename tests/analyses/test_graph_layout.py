"""Layered layout: ranks, crossings, distances, courses, broken lines; whatever the boxes stand for."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import points
from bptt_viz.analyses.graph.layout.arrangement import arrange
from bptt_viz.analyses.graph.layout.layering import Box, Link, Room, columns, ranks
from bptt_viz.analyses.graph.layout.paths import Run, parallel, rounded, straight, through
from bptt_viz.analyses.graph.layout.ports import entry_ports
from bptt_viz.analyses.graph.texts import wrapped


def box(name, **more):
    return Box(name, 40.0, 30.0, **more)


def test_ranks_follow_the_longest_path_and_operands_stand_close_to_their_use():
    boxes = [*map(box, "abc"), box("late"), box("carry", pin="first"), box("d"), box("end", pin="last")]
    links = [Link(*ends) for ends in ("ab", "bc", "ac", "cd")]
    links += [Link("late", "d"), Link("carry", "d"), Link("a", "end")]
    assert ranks(boxes, links) == {"a": 0, "b": 1, "c": 2, "d": 3, "late": 2, "carry": 0, "end": 3}


def test_crossings_that_need_not_be_are_undone():
    boxes = [box(name) for name in ("a", "b", "c", "x", "y", "z")]
    made = columns(boxes, [Link("a", "z"), Link("b", "y"), Link("c", "x")])
    place = [made.order[0].index(made.boxes[name]) for name in "abc"]
    assert place == [made.order[2].index(made.boxes[name]) for name in "zyx"]


def test_bands_stay_above_each_other():
    boxes = [box("low"), box("high", band=1), box("to_low"), box("to_high", band=1)]
    found = arrange(boxes, [Link("low", "to_low"), Link("high", "to_high")])
    assert found.centres["high"][1] > found.centres["low"][1]
    assert found.centres["to_high"][1] > found.centres["to_low"][1]


@st.composite
def networks(draw):
    """Return boxes in the order of computation and links between them."""
    count = draw(st.integers(2, 12))
    boxes = []
    for k in range(count):
        label = Room(draw(st.sampled_from([0.0, 30.0, 90.0])), draw(st.floats(4, 20)), draw(st.floats(4, 60)))
        boxes.append(Box(f"b{k}", draw(st.floats(0, 90)), draw(st.floats(6, 40)), label, draw(st.integers(0, 1))))
    pairs = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), min_size=1, max_size=20))
    links = [Link(f"b{a}", f"b{b}") for a, b in sorted(pairs) if a < b]
    return boxes, links


@given(networks())
def test_boxes_keep_their_distance_and_wires_their_ends(network):
    boxes, links = network
    found = arrange(boxes, links)
    for k, one in enumerate(boxes):
        for other in boxes[k + 1 :]:
            (x, y), (u, v) = found.centres[one.id], found.centres[other.id]
            apart = abs(x - u) - (one.along + other.along) / 2, abs(y - v) - (one.across + other.across) / 2
            assert max(apart) > 0
    for link, path in zip(links, found.paths, strict=True):
        source, target = (next(box for box in boxes if box.id == name) for name in (link.source, link.target))
        (x, y), (u, v) = found.centres[source.id], found.centres[target.id]
        assert path[0] == pytest.approx((x + source.along / 2, y))
        assert path[-1] == pytest.approx((u - target.along / 2, v))
        assert (np.diff(points(path)[:, 0]) > -1e-9).all(), "wires never turn back"


def test_a_parallel_course_keeps_its_distance_to_the_right():
    path = through((0, 0), [Run(40, 80, 30)], (120, 30))
    beside = parallel(path, 6.0)
    gap = points(beside) - points(path)
    assert np.linalg.norm(gap, axis=1) == pytest.approx(6.0, abs=1.0)
    assert (gap[:, 1] < 0).all()
    assert parallel(straight((0, 0), (0, 10)), 2.0)[0] == pytest.approx((2.0, 0.0))


def test_rounded_corners_stay_close():
    path = points(rounded([(0, 0), (100, 0), (100, 50)], 10.0))
    assert math.dist(path[0], (0, 0)) == math.dist(path[-1], (100, 50)) == 0
    assert min(math.dist(point, (100, 0)) for point in path) < 10
    assert path.max(axis=0) == pytest.approx((100, 50))


def test_wires_meet_a_round_shape_in_the_order_in_which_they_come():
    before = [(0.0, 90.0), (0.0, 10.0), (0.0, 50.0)]
    ports = entry_ports((100.0, 50.0), (38.0, 38.0), True, before)
    heights = [port.tip[1] for port in ports]
    assert heights[0] > heights[2] > heights[1]
    assert heights[2] == pytest.approx(50)
    assert all(math.dist(port.tip, (100, 50)) == pytest.approx(19) for port in ports)
    assert {port.tip for port in entry_ports((100.0, 50.0), (40.0, 30.0), False, before)} == {(80.0, 50.0)}


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("dh_raw", "dh_raw"),
        ("dh_5 = dy_5 W_hyᵀ + ★", "dh_5 = dy_5 W_hyᵀ\n+ ★"),
        ("di_raw = (1 − i) ⊙ i ⊙ di", "di_raw = (1 − i)\n⊙ i ⊙ di"),
        ("dy_5 = dL_5 (softmax(y_5) − target)", "dy_5 = dL_5\n(softmax(y_5)\n− target)"),
        ("[di_raw, df_raw, do_raw, dg_raw]", "[di_raw, df_raw,\ndo_raw, dg_raw]"),
    ],
)
def test_long_formulas_break_before_operators(formula, wanted):
    assert wrapped(formula) == wanted


@given(
    st.lists(st.sampled_from(["a_1", "(b + c)", "tanh(h_raw)", "⊙", "+", "−", "=", "W_hhᵀ", "[x,", "y]"]), max_size=12)
)
def test_breaking_loses_nothing(words):
    formula = " ".join(words)
    assert wrapped(formula).replace("\n", " ") == formula
