"""Charts and matrices of the report: where lines, ticks and colours stand."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.render.credit_colours import Scale
from bptt_viz.render.report.chart import Places, Series, chart, fitting
from bptt_viz.render.report.matrix import Bar, matrix
from bptt_viz.render.report.palette import between, sequential

BAR = Bar("q", ((0.0, "0"), (1.0, "1")))


def drawn(values, log=True, marks=()):
    series = [Series("one", tuple(values))]
    places = Places("t", tuple(str(t) for t in range(1, len(values) + 1)), marks)
    return chart("title", series, places, "up", fitting(series, log))


def test_a_decade_is_the_same_height_everywhere():
    made = drawn([1e-6, 1e-3, 1.0])
    heights = [float(y) for _, y in made.lines[0].dots]
    assert round(heights[0] - heights[1], 1) == round(heights[1] - heights[2], 1) > 0
    assert [text for _, text in made.rows] == ["1.0e-06", "1.0e-05", "1.0e-04", "1.0e-03", "0.010", "0.100", "1.00"]


def test_a_small_range_is_divided_finely():
    assert [text for _, text in drawn([0.12, 0.9]).rows] == ["0.100", "0.200", "0.500", "1.00"]


def test_a_linear_axis_has_round_ticks_around_all_values():
    made = drawn([-0.7, 0.11], log=False)
    assert [text for _, text in made.rows] == ["-0.8", "-0.6", "-0.4", "-0.2", "0", "0.2"]


def test_what_has_no_place_leaves_a_gap():
    line = drawn([1.0, 0.5, 0.0, 0.25, float("nan"), 0.1, None]).lines[0]
    assert [piece.count("L") + 1 for piece in line.course.split("M")[1:]] == [2, 1, 1]
    assert len(line.dots) == 4


def test_the_pointer_s_places_are_those_of_the_dots():
    made = drawn([1.0, 0.5, 0.25])
    for k, (x, _) in enumerate(made.lines[0].dots):
        assert abs(float(x) - (made.first + k * made.step)) < 0.1


def test_characters_stand_below_where_there_is_room():
    assert [mark for _, mark in drawn([1.0, 1.0], marks=("a", "␣")).marks] == ["a", "␣"]
    assert [mark for _, mark in drawn([1.0, 1.0], marks=("a", "word")).marks] == ["a", "word"]
    assert drawn([1.0] * 30, marks=("word",) * 30).marks == ()
    assert drawn([1.0] * 61, marks=("a",) * 61).marks == ()


@given(st.lists(st.floats(-1e300, 1e300) | st.just(0.0) | st.none(), min_size=1, max_size=30), st.booleans())
def test_all_finite_values_are_drawn_within_the_axes(values, log):
    made = drawn(values, log)
    shown = [v for v in values if v is not None and (v > 0 or not log)]
    assert len(made.lines[0].dots) == len(shown)
    assert all(made.top - 0.06 <= float(y) <= made.bottom + 0.06 for _, y in made.lines[0].dots)
    assert made.rows


def test_neighbours_of_one_colour_are_one_stroke():
    values = [[1.0, 1.0, 10.0], [None, 0.0, float("inf")]]
    made = matrix("title", values, sequential(Scale(1, 10)), (["1", "2"], ["1", "2", "3"]), ("k", "t"), BAR)
    assert dict(made.strokes) == {
        "q0": "M0 0h2v1h-2z",
        "q24": "M2 0h1v1h-1z",
        "zero": "M1 1h1v1h-1z",
        "broken": "M2 1h1v1h-1z",
    }


@given(st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=12))
def test_the_strokes_cover_each_place_once(values):
    names = [str(k) for k in range(len(values))], list("abcd")
    made = matrix("title", values, between(0, 1, "q"), names, ("k", "t"), BAR)
    covered = []
    for _, course in made.strokes:
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", course):
            covered += [(int(y), int(x) + k) for k in range(int(length))]
    assert sorted(covered) == [(y, x) for y in range(len(values)) for x in range(4)]


def test_the_ends_of_a_scale_have_the_ends_of_its_colours():
    look = between(-1, 1, "d")
    assert [look(value) for value in (-2.0, -1.0, 0.0, 1.0, float("nan"))] == ["d0", "d0", "d12", "d24", "broken"]
