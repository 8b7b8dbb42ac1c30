"""The spectrum as table, values, terminal plot and figure: what is drawn is what was found."""

import csv
from io import StringIO

import numpy as np
import pytest

from bptt_viz.analyses.spectrum import spectrum
from bptt_viz.models import Request, prepare
from bptt_viz.render.spectrum import spectrum_csv, spectrum_report
from bptt_viz.render.spectrum_figure import spectrum_figure
from bptt_viz.render.spectrum_layout import chosen

from .printing import printed


@pytest.fixture(scope="module")
def found():
    return spectrum(prepare(Request(cell="rnn", hidden=20, steps=120, init="radius=1.5")), transient=10)


def shown(result, **how):
    return printed(spectrum_report(result, boxed=True, **how))


def test_the_table_shows_the_first_and_the_last_exponents(found):
    text = shown(found)
    for k, value in enumerate(found.lyapunov.exponents, start=1):
        assert (f"λ_{k} " in text) == (k <= 8 or k >= 19)
        assert k > 8 or f"{value:+.4f}" in text
    assert "apart by" in text


def test_the_plot_shows_exponents_convergence_and_singular_values(found):
    text = shown(found, plot=True)
    assert max(map(len, text.splitlines())) <= 80
    for k in chosen(found):
        assert f"  λ_{k + 1}\n" in text or f"  λ_{k + 1} " in text
    for words in ("steps averaged over", "1 step", "10 steps", "100 steps", "log σ_k / steps"):
        assert words in text


def test_a_single_direction_has_nothing_to_plot():
    alone = spectrum(prepare(Request(cell="rnn", hidden=1, steps=1)))
    assert "┤" not in shown(alone, plot=True)
    assert "1 step." in shown(alone)


def test_leading_exponents_alone_say_so():
    some = spectrum(prepare(Request(cell="rnn", hidden=20, steps=50, init="radius=2")), leading=2)
    text = shown(some, plot=True)
    assert "at least 2 of 20 directions grow" in text
    assert "more than is known here" in text
    assert "log|det J|" not in text


def test_the_values_are_all_there(found):
    rows = list(csv.DictReader(StringIO(spectrum_csv(found))))
    assert [float(row["log"]) for row in rows if row["quantity"] == "lyapunov"] == list(found.lyapunov.exponents)
    for span in found.spans:
        own = [float(row["log"]) for row in rows if row["quantity"] == "singular" and row["steps"] == str(span.steps)]
        assert own == list(span.logarithms)


def test_the_figure_holds_the_numbers(found):
    figure = spectrum_figure(found)
    exponents, convergence, products = figure.axes
    assert figure.get_suptitle().replace("\n", " ") == found.finding
    np.testing.assert_array_equal(exponents.lines[1].get_ydata(), found.lyapunov.exponents)
    running = np.array(found.lyapunov.running)
    for line, k in zip(convergence.lines, chosen(found), strict=False):
        np.testing.assert_array_equal(line.get_ydata(), running[:, k])
    for line, span in zip(products.lines, found.spans, strict=False):
        np.testing.assert_allclose(line.get_ydata(), np.array(span.logarithms) / span.steps)
