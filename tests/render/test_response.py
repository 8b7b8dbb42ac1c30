"""Responses as table, values, terminal plot and figure: what is drawn is what was found."""

import csv
import io
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from bptt_viz.analyses.response import response
from bptt_viz.render.figures import figure_bytes
from bptt_viz.render.page import wrapped
from bptt_viz.render.response import response_csv, response_report
from bptt_viz.render.response_figure import response_figure
from bptt_viz.render.response_layout import end_numbers, panel_name, value
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.response import VECTOR_WEIGHTS, ResponseSetting

from .printing import printed

RAN = Provenance("response", {"seed": 0}, "0.1.0", "2.0", "3.11")
VECTOR = ResponseSetting(vector=True, weights=VECTOR_WEIGHTS, hidden=8, seeds=2, steps=30)
SETTINGS = {
    "scalar": ResponseSetting(),
    "vector": VECTOR,
    "biases": ResponseSetting(activations=("relu", "identity"), biases=(-1.0, 0.5), weights=(-1.1, 0.0, 2.0)),
    "one": ResponseSetting(activations=("tanh",), weights=(1.0,), steps=1),
    "huge": ResponseSetting(activations=("identity",), weights=(1e6,), steps=80),
    "four": replace(VECTOR, activations=("relu", "tanh", "sigmoid", "identity"), matrices=("random",)),
}


@pytest.fixture(scope="module", params=SETTINGS)
def found(request):
    return response(SETTINGS[request.param])


def lines(axes, label):
    return [line for line in axes.get_lines() if line.get_label() == label]


def test_curves_are_the_runs(found):
    for panel, axes in zip(found.panels, response_figure(found).axes, strict=True):
        for run in panel.runs:
            for label, series in ((f"{run.weight:g}", run.values), (f"mirrored {run.weight:g}", run.mirrored)):
                (line,) = lines(axes, label)
                np.testing.assert_array_equal(line.get_xdata(), found.times)
                np.testing.assert_array_equal(line.get_ydata(), series)
            powers = lines(axes, f"power {run.weight:g}")
            assert len(powers) == found.setting.vector
            for line in powers:
                assert line.get_linestyle() == ":"
                np.testing.assert_array_equal(line.get_ydata(), run.power)


def test_each_curve_is_labelled_and_each_axis_named(found):
    figure = response_figure(found)
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        written = [text.get_text() for text in axes.texts]
        for run in panel.runs:
            assert end_numbers(run, found) in list(itertools.pairwise(written))
        assert panel_name(panel, found) in written
        assert axes.get_xlabel() == "time step, t"
        assert axes.get_legend() is None
    assert "h(t)" in figure.axes[0].get_ylabel()
    assert figure.texts[0].get_text().replace("\n", " ") == found.finding


def test_colours_darken_in_grey_by_weight():
    figure = response_figure(response(ResponseSetting()))
    light = [
        np.dot(to_rgb(lines(figure.axes[0], f"{w:g}")[0].get_color()), (0.2126, 0.7152, 0.0722))
        for w in ResponseSetting().weights
    ]
    assert np.all(np.diff(light) > 0.01)


def test_nothing_leaves_the_page(found):
    figure = response_figure(found)
    FigureCanvasAgg(figure).draw()
    page = figure.bbox
    for axes in figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= page.x0, text
            assert box.x1 <= page.x1, text
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x1 <= page.x1, text
        assert box.y0 >= page.y0, text


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_result_gives_the_same_bytes(form):
    found = response(SETTINGS["one"])
    first, second = (figure_bytes(response_figure(found), form, found.finding, RAN) for _ in range(2))
    assert first == second


def test_the_report_fits_eighty_columns(found):
    text = printed(response_report(found, boxed=True, plot=True))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_the_plot_labels_every_curve(found):
    text = printed(response_report(found, boxed=False, plot=True))
    plot = text[: text.index("time step, t")]
    for panel in found.panels:
        for run in panel.runs:
            weight, number = end_numbers(run, found)
            assert f"{weight:>6} {number:>7}" in plot


def test_values_read_back_as_they_are(found):
    rows = list(csv.DictReader(io.StringIO(response_csv(found))))
    wanted = [(p, run, t) for p in found.panels for run in p.runs for t in found.times]
    assert len(rows) == len(wanted)
    for row, (panel, run, t) in zip(rows, wanted, strict=True):
        assert (row["activation"], row["matrix"], int(row["t"])) == (panel.activation, panel.matrix, t)
        assert (float(row["weight"]), float(row["bias"])) == (run.weight, panel.bias)
        assert (float(row["value"]), float(row["mirrored"])) == (run.values[t], run.mirrored[t])


@pytest.mark.parametrize(
    ("number", "written"),
    [(0.50294, "0.5029"), (-0.5, "−0.5000"), (1e-9, "0"), (math.inf, "∞"), (math.nan, "–"), (12345.6, "1.2e+04")],
)
def test_states_as_they_are_written(number, written):
    assert value(number) == written


def test_lines_do_not_break_around_an_equals_sign():
    for inches in np.linspace(1.2, 6, 40):
        assert all(" = " in line or "=" not in line for line in wrapped("never forgets at w = 1.1 or so", inches, 9.5))
