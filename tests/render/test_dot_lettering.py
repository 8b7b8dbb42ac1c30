"""How plain labels read as sub- and superscripts, and how much room they take."""

import re
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from bptt_viz.render.characters import shown
from bptt_viz.render.typeset import html_label, svg_letters
from bptt_viz.results.lettering import clean, height, runs, width


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("h_5", [("h", 0), ("5", -1)]),
        ("W_hyᵀ dy_5", [("W", 0), ("hy", -1), ("T", 1), (" dy", 0), ("5", -1)]),
        ("(1 − h_5²)", [("(1 − h", 0), ("5", -1), ("²)", 0)]),
        ("h_5^(1)", [("h", 0), ("5", -1), ("(1)", 1)]),
        ("2·10^{−3}", [("2·10", 0), ("−3", 1)]),
        ("a^{} b^{c", [("a^{} b^{c", 0)]),
        ("★_c + ★", [("★", 0), ("c", -1), (" + ★", 0)]),
        ("Σ_n g", [("Σ", 0), ("n", -1), (" g", 0)]),
        ("f_2,raw", [("f", 0), ("2,raw", -1)]),
        ("my_long_name", [("my", 0), ("long_name", -1)]),
        ("값_3", [("값", 0), ("3", -1)]),
        ("_x __ a_", [("_x __ a_", 0)]),
        ("", []),
    ],
)
def test_marks_are_set_small(text, wanted):
    assert [tuple(run) for run in runs(text)] == wanted


@given(st.text(max_size=30))
def test_no_letter_is_lost(text):
    line = text.replace("\n", " ")
    set_ = "".join(run.text for run in runs(line))
    marks = str.maketrans("", "", "_^{}ᵀT")
    assert set_.translate(marks) == line.translate(marks)


@pytest.mark.parametrize(
    "text", ["dh_raw = (1 − h_5²) ⊙ dh_5", "VanillaRNN · many-to-many", "dy_5 W_hyᵀ", "−log softmax"]
)
def test_widths_are_those_of_the_widest_usual_font(text):
    plain = "".join(run.text for run in runs(text) if run.level == 0)
    drawn = TextPath((0, 0), plain, size=10, prop=FontProperties(family="DejaVu Sans")).get_extents().width
    assert width(plain, 10.0) == pytest.approx(drawn, rel=0.08)
    assert height("a\nb", 10.0) == 2 * height("a", 10.0)


def test_html_labels_escape_and_set_marks():
    assert html_label("h_1 < 2 & y²") == "<h<SUB>1</SUB> &lt; 2 &amp; y²>"
    assert html_label("W_hyᵀ") == "<W<SUB>hy</SUB><SUP>T</SUP>>"
    assert html_label("a\nb").count("<TR>") == 2
    assert 'ALIGN="LEFT" WIDTH="40"' in html_label("a", 40.0)


def test_svg_marks_are_shifted_and_end_on_the_line():
    letters = svg_letters("h_5^(1) < y", 10.0)
    shifts = [float(shift) for shift in re.findall(r'dy="([^"]+)"', letters)]
    assert sum(shifts) == pytest.approx(0)
    assert shifts[0] > 0 > shifts[1]
    assert "".join(fromstring(f"<text>{letters}</text>").itertext()) == "h5(1) < y"


@given(st.text(max_size=30))
def test_any_line_is_a_part_of_an_xml_document(text):
    element = fromstring(f"<text>{svg_letters(text, 11.0)}</text>")
    assert {part.tag for part in element} <= {"tspan"}
    assert "".join(element.itertext()) == "".join(run.text for run in runs(shown(text)))


def test_names_become_one_line():
    assert clean(" a\n b\t") == "a b"
