"""The plot, the figure and the table of values: what is drawn is what was measured, and holes stay holes."""

import csv
from io import StringIO
from math import exp, isfinite, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bptt_viz.analyses.norms import norm_report
from bptt_viz.models import Request, prepare
from bptt_viz.render.norms_csv import norms_csv
from bptt_viz.render.norms_figure import figure_title, norms_figure
from bptt_viz.render.norms_plot import norms_plot
from bptt_viz.render.page import TITLE, title_lines, wrapped

OVERFLOWING = {"activation": "relu", "init": "identity=8", "steps": 400}


def report(loss="all", seeds=1, **options):
    return norm_report(prepare(Request(**options)), loss, seeds)


def plotted(width=80, **options):
    return [line.plain for line in norms_plot(report(**options), width)]


def drawn(axes):
    """Return the lines of a panel by label."""
    return {line.get_label().strip(): line for line in axes.get_lines()}


def heights(line):
    return [float(y) for y in line.get_ydata() if isfinite(y)]


def positive(norms):
    return [norm for norm in norms if norm > 0]


# The plot in the terminal


def test_a_straight_line_ends_with_its_factor_a_step():
    printed = plotted(activation="identity", init="orthogonal=0.5", steps=21)
    assert [line.split("┤")[0].strip() for line in printed if "┤" in line] == ["1e+0", "1e-7"]
    (end,) = [line for line in printed if "×" in line]
    assert end.endswith("h ×0.500")
    assert end in printed[-5:-2]


def test_every_state_and_layer_has_its_line():
    printed = plotted(cell="lstm", layers=2)
    assert [line for line in printed if line.startswith("layer")] == ["layer 0", "layer 1"]
    assert sum("h ×" in line for line in printed) == sum("c ×" in line for line in printed) == 2


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_plot_fits(width):
    for options in ({"cell": "lstm"}, {"init": "radius=0.1", "steps": 100}, OVERFLOWING):
        assert all(cell_len(line) <= width for line in plotted(width, **options)[1:])


@pytest.mark.parametrize("options", [{"steps": 1}, OVERFLOWING])
def test_nothing_is_drawn_where_there_is_nothing(options):
    assert plotted(**options) == []


def test_a_gradient_that_ends_in_zero_leaves_a_gap():
    assert any("h –" in line or "h ×" in line for line in plotted(activation="identity", init="identity=1e-30"))


# The figure


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("loss", ["all", "last"])
def test_the_figure_holds_the_numbers(cell, loss):
    found = report(loss, cell=cell, layers=2, steps=12)
    panels = norms_figure(found).axes
    assert len(panels) == 2
    for axes, layer in zip(reversed(panels), found.layers, strict=True):
        lines, state = drawn(axes), layer.states[0]
        assert axes.get_yscale() == "log"
        (whole,) = [line for label, line in lines.items() if label.endswith("whole")]
        assert heights(whole) == positive(state.total)
        assert heights(lines["from inside step t"]) == positive(state.local)
        assert heights(lines["back from t + 1"]) == positive(state.back)
        (last,) = [line for label, line in lines.items() if label.endswith("last loss alone")]
        assert heights(last) == positive(layer.chain.norms)


def test_the_fitted_line_has_its_rate_at_its_end():
    found = report(init="radius=0.5")
    (axes,) = norms_figure(found).axes
    (far, near), (low, high) = drawn(axes)["fitted line"].get_data()
    assert (far, near) == (25 - found.chain.decay.farthest, 25 - found.chain.decay.nearest)
    assert exp((log(low) - log(high)) / (near - far)) == pytest.approx(found.chain.decay.rate)
    (label,) = [text for text in axes.texts if text.get_text()]
    assert label.get_text().startswith("×0.468 (95%: ")
    assert label.xy == (far, low)


def test_draws_have_a_band_and_rows_have_none():
    found = report(seeds=4, steps=12)
    (axes,) = norms_figure(found).axes
    (band,) = axes.collections
    edges = band.get_paths()[0].vertices[:, 1]
    assert {*found.spread.layers[0].low, *found.spread.layers[0].high} <= {*edges}
    assert not norms_figure(report(batch=4, steps=12)).axes[0].collections


def test_steps_that_are_not_finite_are_shaded():
    found = report(**OVERFLOWING)
    (axes,) = norms_figure(found).axes
    state = found.layers[0].states[0]
    bad = [t for t in range(1, 401) if not (isfinite(state.value[t - 1]) and isfinite(state.total[t - 1]))]
    assert [patch.get_x() + 0.5 for patch in axes.patches] == bad
    assert not norms_figure(report()).axes[0].patches


@given(st.text("ab cd=", min_size=1, max_size=300), st.floats(3, 12))
def test_titles_keep_their_words_and_break_evenly(text, inches):
    lines = title_lines(text, inches)
    assert " ".join(lines).split() == text.split()
    assert len(lines) == len(wrapped(text, inches, TITLE, 0.66))


@pytest.mark.parametrize(("steps", "characters"), [(5, True), (40, True), (41, False)])
def test_characters_stand_along_a_short_axis(steps, characters):
    labels = [label.get_text() for label in norms_figure(report(steps=steps)).axes[0].get_xticklabels()]
    assert (labels[:2] == ["S\nh", "h\na"]) == characters
    assert not characters or len(labels) == steps


def test_characters_that_no_font_has_are_boxes_and_warn_nobody():
    figure = norms_figure(report(text="azalea", steps=9))
    figure.savefig(StringIO(), format="svg")
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert all(len(label.split("\n")) == 2 for label in labels)


TITLES = [
    ({"init": "radius=0.5"}, "Vanishing: each step back multiplies the gradient of the last loss by 0.468; "),
    ({"init": "orthogonal=1.2"}, "Healthy: each step back"),
    ({"init": "radius=2", "steps": 60}, "times its start arrives at step 1"),
    ({"seeds": 3}, "(median)"),
    (OVERFLOWING, "Non-finite: Step 344 of 400, layer 0: matmul(h, W_hh) is the first value that is not finite"),
    ({"steps": 1}, "Undetermined: One time step leaves no way back"),
]


@pytest.mark.parametrize(("options", "words"), TITLES)
def test_the_title_says_the_finding(options, words):
    assert words in figure_title(report(**options)).replace("\n", " ")


@pytest.mark.parametrize("options", [OVERFLOWING, {"steps": 1}, {"activation": "relu", "init": "normal=1e-200"}])
def test_a_figure_of_what_has_no_logarithm_can_be_saved(options):
    norms_figure(report(**options)).savefig(StringIO(), format="svg")


# The values


def test_the_values_are_all_there_at_full_precision():
    found = report(cell="lstm", layers=2, steps=4, topology="many-to-one")
    rows = list(csv.DictReader(StringIO(norms_csv(found))))
    assert [(row["layer"], row["t"]) for row in rows] == [(str(n), str(t)) for n in (0, 1) for t in (1, 2, 3, 4)]
    for layer in found.layers:
        own = [row for row in rows if row["layer"] == str(layer.depth)]
        assert [float(row["last"]) for row in own] == list(layer.chain.norms)
        for state in layer.states:
            assert [float(row[f"back_{state.name}"]) for row in own] == list(state.back)
        assert [float(row["through"]) for row in own] == list(layer.path.through)
        assert {row["by_slope"] for row in own} == {""}
    assert [row["loss"] for row in rows][:3] == ["", "", ""]
