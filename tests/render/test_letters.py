"""Texts in figures may hold any character: file names do."""

import pytest
from matplotlib.figure import Figure

from bptt_viz.render.figures import FORMATS, figure_bytes, styled
from bptt_viz.render.letters import MISSING, letter
from bptt_viz.results.provenance import Provenance

NOBODY_HAS = "\U000e0041"


@styled
def titled(text):
    figure = Figure()
    figure.subplots().set_title(text)
    return figure


def title(figure):
    return figure.axes[0].get_title()


@pytest.mark.parametrize("form", FORMATS)
def test_a_figure_is_saved_without_a_word_whatever_its_texts_hold(form):
    assert figure_bytes(titled(f"소네트 🙂 {NOBODY_HAS}"), form, "", Provenance("t", {}, "", "", ""))


def test_what_no_font_has_is_kept_for_the_reader_or_boxed():
    figure = titled(f"a{NOBODY_HAS}b")
    letter(figure, keep=True)
    assert title(figure) == f"a{NOBODY_HAS}b"
    letter(figure, keep=False)
    assert title(figure) in {f"a{NOBODY_HAS}b", f"a{MISSING}b"}


def test_a_text_that_the_usual_font_has_is_left_alone():
    figure = titled("‖∂L/∂h‖")
    letter(figure, keep=False)
    assert title(figure) == "‖∂L/∂h‖"
    assert figure.axes[0].title.get_fontfamily() == ["DejaVu Sans"]
