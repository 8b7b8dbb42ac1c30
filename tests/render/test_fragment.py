"""Results as HTML within a page that is not ours: nothing leaks out, nothing gets in."""

import re

import pytest
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bptt_viz.render.fragment import ROOT, fragment, framed
from bptt_viz.render.heat import HeatBlocks
from bptt_viz.render.tables import table
from bptt_viz.results.check import HeatMap

HOSTILE = "<script>alert(1)</script>&\"'\u202e\x07"


def body(html):
    return html.partition("</style>")[2]


def texts(html):
    return re.sub(r"<[^>]+>", "", html)


def test_texts_are_paragraphs_and_empty_ones_are_nothing():
    assert body(fragment(Group(Text("a"), Text(), "b"))) == "<p>a</p><p>b</p></div>"


def test_a_verdict_is_a_badge_and_a_colour_a_tint():
    html = body(fragment(Text.assemble(("WRONG", "bold red"), " by ", ("0.1", "green"), (" or so", "dim"))))
    assert '<span class="bold red">WRONG</span>' in html
    assert '<span class="green">0.1</span><span class="dim"> or so</span>' in html


def test_the_style_of_a_whole_text_is_that_of_its_words():
    assert '<span class="bold">a</span>' in fragment(Text("a", "bold"))


def test_a_table_has_headings_rows_and_the_same_words():
    html = body(fragment(table(("name", "value"), [("a", Text("1", "green")), ("b", "2")], False)))
    assert html.count("<tr>") == 3
    assert '<th scope="col" class="left">name</th><th scope="col">value</th>' in html
    assert '<th scope="row" class="left">b</th><td>2</td>' in html


def test_a_table_without_headings_is_a_list_of_words():
    made = Table.grid()
    made.add_row("why", "because")
    assert '<table class="words">' in fragment(made)


def test_what_is_drawn_in_characters_keeps_its_lines_and_colours():
    heat = HeatBlocks(HeatMap(("dW", "db"), ("h", "y"), ((1e-16, 0.5), (float("nan"), 0.0)), "N=1"))
    html = body(fragment(Padding(heat, 1)))
    lines = texts(html).splitlines()
    assert lines[1].split() == ["h", "y"]
    assert lines[2].split() == ["dW", "e-16", "e-1"]
    assert html.count('style="background:#') == 4


@pytest.mark.parametrize(
    "part",
    [
        Text(HOSTILE),
        HOSTILE,
        table((HOSTILE, "b"), [(HOSTILE, HOSTILE)], False, HOSTILE),
        HeatBlocks(HeatMap((HOSTILE,), (HOSTILE,), ((1.0,),), HOSTILE)),
    ],
)
def test_hostile_words_are_shown_as_words(part):
    html = fragment(part, None, b"<svg/>", HOSTILE)
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\x07" not in html
    assert "&lt;script&gt;" in html
    assert '"' not in re.findall(r"alt=\"(.*?)\" src", html)[0]


def test_a_frame_escapes_the_page_that_it_holds():
    html = framed(f"<!doctype html>{HOSTILE}", HOSTILE)
    assert html.count("<iframe") == 1
    assert "<script" not in html
    assert 'sandbox="allow-scripts"' in html


def test_every_rule_of_style_is_about_what_stands_within():
    rules = fragment("a").partition("<style>")[2].partition("</style>")[0]
    selectors = [one for rule in re.findall(r"([^{}]+)\{", rules) for one in rule.split(",")]
    assert len(selectors) > 20
    assert all(one.strip().startswith(f".{ROOT} ") for one in selectors)


def test_nothing_is_loaded():
    html = fragment("a", None, b"<svg/>", "b")
    assert re.findall(r"(?:src|href)=\"([a-z]+:)", html) == ["data:"]
    assert "url(" not in html
    assert "@import" not in html
