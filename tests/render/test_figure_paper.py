"""Figures on dark paper: nothing gets lost there, numbers keep their colours, and light paper stays as it was."""

import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from bptt_viz.render.credit_colours import luminance
from bptt_viz.render.figure_paper import CONTRAST, PAPER, on_dark, with_dark_paper
from bptt_viz.render.figures import FAINT, INK, RULE, figure_bytes, styled
from bptt_viz.results.provenance import Provenance


@styled
def drawing():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [1, 3], color="#0d0887")
    axes.pcolormesh(np.arange(4.0).reshape(2, 2), cmap="viridis")
    axes.set_title("a title")
    return figure


@pytest.fixture(scope="module")
def drawn():
    ran = Provenance(command="norms", options={}, version="0", numpy="0", python="0")
    return figure_bytes(drawing(), "svg", "a title", ran).decode()


def contrast(colour):
    return (luminance(colour) + 0.05) / (luminance(PAPER) + 0.05)


@pytest.mark.parametrize("colour", [INK, FAINT, "#000000", "#0d0887", "#0072b2", "#b3202c", "#fca636"])
def test_whatever_is_drawn_is_seen_on_dark_paper(colour):
    assert contrast(on_dark(colour)) >= CONTRAST


def test_a_rule_stays_faint():
    assert contrast(on_dark(RULE)) < 2


@pytest.mark.parametrize("share", [0, 1, 128, 255])
def test_a_colour_that_stands_for_a_number_is_kept(share):
    colour = to_hex(matplotlib.colormaps["viridis"](share))
    assert on_dark(colour) == colour


def test_only_a_dark_screen_takes_the_sheet(drawn):
    (sheet,) = re.findall(r"<style[^>]*>(@media.*?)</style>", drawn)
    assert sheet.startswith("@media screen and (prefers-color-scheme:dark){")
    assert 'stroke: #0d0887"]{stroke:' in sheet
    assert "#440154" not in sheet
    assert all(rule.startswith(".bptt-viz-figure ") for rule in re.findall(r"[{}](\.?[^{}]+)\{[^{}]+\}", sheet))


def test_the_picture_is_one_of_its_class_and_well_formed(drawn):
    assert ElementTree.fromstring(drawn).get("class") == "bptt-viz-figure"


def test_elements_keep_their_light_colours():
    plain = b'<svg xmlns="http://www.w3.org/2000/svg"><defs></defs><path style="fill: #ffffff"/></svg>'
    assert b'<path style="fill: #ffffff"/>' in with_dark_paper(plain)
