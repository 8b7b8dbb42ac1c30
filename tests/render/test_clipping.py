"""Clipping as tables, values, terminal plot and figure: what is drawn is what was found."""

import csv
import io
import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_viz.analyses.clipping import clipping
from bptt_viz.models import Request, prepare
from bptt_viz.render.clipping import angle, clipping_csv, clipping_report
from bptt_viz.render.clipping_figure import clipping_figure
from bptt_viz.render.figures import figure_bytes
from bptt_viz.results.provenance import Provenance

from .printing import printed

RAN = Provenance("clipping", {}, "0.1.0", "2.0", "3.11")
CASES = {
    "measured": (Request("rnn", hidden=6, steps=20, init="radius=1.5"), {}),
    "hard": (Request("lstm", hidden=4, steps=5, layers=2), {"threshold": 0.1, "limit": 0.01}),
    "never": (Request("gru", hidden=4, steps=5), {"threshold": 1e6, "limit": 1e6}),
    "single": (Request("rnn", hidden=3, topology="one-to-one", text="hello"), {}),
    "sparse": (Request("rnn", hidden=3, steps=30, topology="many-to-one", init="normal=0.001"), {}),
}


@pytest.fixture(scope="module", params=CASES)
def found(request):
    asked, limits = CASES[request.param]
    return clipping(prepare(asked), 8, **limits)


def line(axes, label):
    (found,) = (line for line in axes.get_lines() if line.get_label() == label)
    return found


def test_the_figure_draws_what_was_found(found):
    often, steps, turned = clipping_figure(found).axes
    np.testing.assert_array_equal(line(often, "windows").get_xdata()[1:-1], np.sort(found.norms))
    np.testing.assert_allclose(line(often, "windows").get_ydata()[:-1], np.linspace(0, 100, len(found.norms) + 1))
    assert set(line(often, "threshold").get_xdata()) == {found.norm.limit}
    for label, values in (
        ("before", found.before),
        ("by norm", found.by_norm),
        ("elementwise", found.by_element),
    ):
        drawn = np.asarray(line(steps, label).get_ydata())
        np.testing.assert_array_equal(np.nan_to_num(drawn), values)
        assert label in [text.get_text() for text in steps.texts]
    np.testing.assert_array_equal(line(turned, "elementwise").get_xdata(), found.norms)
    np.testing.assert_array_equal(
        line(turned, "elementwise").get_ydata(), [angle(float(each)) for each in found.elementwise.cosine]
    )


def test_axes_are_named_and_the_title_is_the_finding(found):
    figure = clipping_figure(found)
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "gradient norm of a window, ‖g‖",
        "time step, t",
        "gradient norm of a window, ‖g‖",
    ]
    assert all(axes.get_ylabel() for axes in figure.axes)
    assert figure.texts[0].get_text().replace("\n", " ") == found.finding


def test_labels_do_not_overlap_and_stay_on_the_page(found):
    figure = clipping_figure(found)
    FigureCanvasAgg(figure).draw()
    boxes = sorted((text.get_window_extent() for text in figure.axes[1].texts), key=lambda box: box.y0)
    for below, above in itertools.pairwise(boxes):
        assert above.y0 >= below.y0 + 0.6 * below.height
    for text in (*figure.texts, *figure.axes[1].texts):
        box = text.get_window_extent()
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_result_gives_the_same_bytes(form):
    found = clipping(prepare(CASES["hard"][0]), 3)
    first, second = (figure_bytes(clipping_figure(found), form, found.finding, RAN) for _ in range(2))
    assert first == second


@pytest.fixture(scope="module")
def trained():
    return clipping(prepare(CASES["measured"][0]), 8, updates=60, rate=0.05)


def test_the_figure_draws_the_training_too(trained):
    often, norms, losses = clipping_figure(trained).axes[3:]
    for patch, run in zip(often.patches, trained.runs[1:], strict=True):
        np.testing.assert_allclose(patch.get_data().values, 100 * np.array(run.tenths))
    for label, run in zip(("no clipping", "by norm", "elementwise"), trained.runs, strict=True):
        for axes, series in ((norms, run.norms), (losses, run.losses)):
            drawn = line(axes, label)
            np.testing.assert_allclose(drawn.get_ydata(), np.convolve(series, np.ones(3) / 3, "valid"))
            assert drawn.get_xdata()[-1] == len(series)


def test_the_report_and_the_values_hold_the_training(trained):
    text = printed(clipping_report(trained, boxed=True))
    assert max(map(len, text.splitlines())) <= 80
    for run in trained.runs:
        assert f"{run.first:.3f} → {run.last:.3f}" in text
    rows = list(csv.DictReader(io.StringIO(clipping_csv(trained))))
    for run in trained.runs:
        own = [row for row in rows if row["kind"] == run.name]
        np.testing.assert_array_equal([float(row["loss"]) for row in own], run.losses)
        np.testing.assert_array_equal([int(row["acted"]) for row in own], run.acted)


def test_a_run_that_stops_is_said_to():
    request = Request("rnn", activation="identity", hidden=8, init="radius=1.2")
    found = clipping(prepare(request), 8, threshold=1.0, limit=0.1, updates=100, rate=0.5)
    assert f"not finite at update {found.runs[0].stopped}" in printed(clipping_report(found, boxed=False), width=500)
    assert [str(mark.get_marker()) for mark in clipping_figure(found).axes[5].get_lines()].count("x") == 1


def test_the_report_fits_eighty_columns(found):
    text = printed(clipping_report(found, boxed=True, plot=True))
    assert max(map(len, text.splitlines())) <= 80
    assert "share of windows whose" in text
    assert "…" not in text


def test_the_report_says_whether_limits_were_measured(found):
    text = printed(clipping_report(found, boxed=False), width=500)
    assert ("θ and c: measured 90% quantiles." in text) == found.norm.measured
    assert text.startswith(found.finding)
    for part in found.parts:
        assert part.name in text


def test_many_steps_are_thinned_out_but_the_last_is_there(found):
    text = printed(clipping_report(found, boxed=False), width=500)
    rows = [row for row in text.splitlines() if row.startswith("t = ")]
    assert len(rows) <= 13
    assert rows[-1].startswith(f"t = {len(found.before)} ")


def test_values_read_back_as_they_are(found):
    rows = list(csv.DictReader(io.StringIO(clipping_csv(found))))
    windows = [row for row in rows if row["kind"] == "window"]
    steps = [row for row in rows if row["kind"] == "step"]
    np.testing.assert_array_equal([float(row["norm"]) for row in windows], found.norms)
    np.testing.assert_array_equal([float(row["by_element"]) for row in steps], found.by_element)
    assert len(steps) == len(found.before)
