"""Saliency as text and as a page: escaped, readable in both schemes, absolute colours."""

import csv
import io
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.console import Console

from bptt_viz.render.credit_colours import BROKEN, Scale, ink_on, luminance, viridis
from bptt_viz.render.plain import plain
from bptt_viz.render.saliency import saliency_csv, saliency_report
from bptt_viz.render.saliency_page import DARK, LEVELS, LIGHT, saliency_page, shade
from bptt_viz.results.norms import Run
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.saliency import Saliency

RAN = Provenance("credit", {"text": "</script><b>.txt"}, "0.1.0", "2.0", "3.11")


def made(text, values, step=None, target="!", normalised=False):
    run = Run("rnn", {}, 4, 1, len(text), 1, "many-to-many", "<i>.txt", "xavier=1", 0, "float64")
    asked = step or len(text)
    return Saliency(run, asked, "score", tuple(text), target, 0.25, np.array(values), normalised, "It <depends>.")


NASTY = "<script>alert(1)</script>&amp;{{x}}{% y %}\"'꽃😀\0\t\n\u202e[b]"
PAGE = saliency_page(made(NASTY, np.geomspace(1e-5, 1, len(NASTY)), target="<"), RAN)


class Reader(HTMLParser):
    """Collects the tags, and what a reader sees of the text block."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.block, self.inside = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        self.tags.append(tag)
        self.inside = self.inside or tag == "pre"

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "pre"

    def handle_data(self, data):
        if self.inside:
            self.block.append(data)


def test_whatever_the_text_says_is_shown_as_text():
    page = Reader(PAGE)
    assert set(page.tags) == {
        *("html", "head", "meta", "title", "style", "body", "h1", "p", "pre", "span"),
        *("figure", "figcaption", "div", "i", "footer"),
    }
    shown = "".join(page.block)
    assert shown.startswith("<script>alert(1)</script>&amp;{{x}}{% y %}\"'꽃😀\\x00\\t↵\n\\u202e[b]→<")
    assert not set(PAGE) & {"\0", "\t", "\u202e"}


def test_the_page_stands_alone():
    assert not re.search(r"https?:|src=|@import|url\(|<link", PAGE)
    assert saliency_page(made(NASTY, np.geomspace(1e-5, 1, len(NASTY)), target="<"), RAN) == PAGE


@pytest.mark.parametrize("ramp", [LIGHT, DARK])
def test_characters_can_be_read_on_every_colour_of_both_schemes(ramp):
    for level in range(LEVELS):
        back = shade(ramp, level)
        lights = sorted((luminance(back), luminance(ink_on(back))))
        assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, back


def test_ramps_get_stronger_from_the_pages_own_colour():
    light = [luminance(shade(LIGHT, level)) for level in range(LEVELS)]
    dark = [luminance(shade(DARK, level)) for level in range(LEVELS)]
    assert light == sorted(light, reverse=True)
    assert dark == sorted(dark)
    assert (shade(LIGHT, 0), shade(DARK, 0)) == ("#ffffff", "#14161a")
    assert "--page: #ffffff" in PAGE
    assert "--page: #14161a" in PAGE


def kinds(page):
    return re.findall(r'<span class="(\w+)[ \w]*" title="t =', page)


def test_colours_are_absolute_and_zeros_and_broken_values_apart():
    found = made("abcdef", [1.0, 1e-2, 1e-9, 0.0, math.nan, math.inf])
    assert kinds(saliency_page(found, RAN)) == ["s15", "s8", "s0", "z", "x", "x"]
    assert kinds(saliency_page(found, RAN, Scale(1e-2, 100)))[:2] == ["s8", "s0"]


def test_a_value_a_line_when_piped():
    lines = plain(saliency_report(made("a \n꽃", [0.5, 0.0, math.nan, 1e-7], step=2), False)).splitlines()
    assert lines[0] == "It <depends>."
    assert lines[3:] == [
        "t  x      value",
        "1  a    5.0e-01",
        "2  ␣          0  ← the output",
        "3  \\n       nan",
        "4  꽃   1.0e-07",
    ]


def test_values_separated_by_commas_read_back():
    found = made('a",\n', [0.1, 1 / 3, 0.0, 1e-300])
    rows = list(csv.DictReader(io.StringIO(saliency_csv(found))))
    assert [row["character"] for row in rows] == list('a",\n')
    assert [float(row["value"]) for row in rows] == [0.1, 1 / 3, 0.0, 1e-300]


def on_terminal(found, width=80, **colours):
    console = Console(width=width, force_terminal=True, **({"color_system": "truecolor"} | colours))
    return console.render_lines(saliency_report(found, True).renderables[-1], console.options, pad=False)


def test_the_text_itself_is_coloured_on_a_terminal():
    lines = on_terminal(made("ab\ncd", [1e-4, 1e-2, 1.0, math.nan, 0.0], step=4))
    texts = ["".join(s.text for s in line) for line in lines]
    assert texts[:2] == ["ab↵", "c→!d"]
    (a, b, end), (c, *_) = (
        [s.style.bgcolor.triplet.hex for s in line if s.style and s.style.bgcolor] for line in lines[:2]
    )
    assert (a, b, end, c) == (viridis(0), viridis(0.5), viridis(1), BROKEN)


@pytest.mark.parametrize("width", [20, 40, 80])
def test_lines_end_where_the_terminal_does(width):
    lines = on_terminal(made("꽃a" * 100, np.full(200, 0.1)), width)
    assert max(sum(s.cell_length for s in line) for line in lines[:-2]) <= width


def test_without_colours_there_are_numbers():
    assert "5.0e-01" in "".join(s.text for line in on_terminal(made("a", [0.5]), no_color=True) for s in line)
