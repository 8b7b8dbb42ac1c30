"""The curves as table, values, terminal plot and figure: what is drawn is what was found, and nothing overlaps."""

import csv
import io
import itertools
import math
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from bptt_viz.analyses.curves import curves
from bptt_viz.errors import UsageError
from bptt_viz.render.chart import spread
from bptt_viz.render.curves import curves_csv, curves_report
from bptt_viz.render.curves_figure import curves_figure
from bptt_viz.render.curves_layout import by_end, decades, factor, fates
from bptt_viz.render.figures import FORMATS, figure_bytes
from bptt_viz.results.curves import CurvesSetting
from bptt_viz.results.provenance import Provenance

from .printing import printed

SMALL = CurvesSetting(hidden=12, steps=30, seeds=5)
RAN = Provenance("curves", {"seed": 0}, "0.1.0", "2.0", "3.11")


@pytest.fixture(scope="module")
def found():
    return curves(SMALL)


@pytest.fixture(scope="module")
def figure(found):
    return curves_figure(found)


@pytest.fixture(scope="module")
def dying():
    return curves(replace(SMALL, activations=("relu",), hidden=2, seeds=10, seed=1))


SETTINGS = {
    "default": CurvesSetting(),
    "one panel": replace(SMALL, activations=("tanh",)),
    "two panels": replace(SMALL, activations=("tanh", "identity"), matrices=("orthogonal",), steps=200),
    "four panels": replace(SMALL, activations=("relu", "identity", "tanh", "sigmoid"), hidden=2, seeds=25),
    "many radii": replace(SMALL, radii=tuple(np.linspace(0.1, 3, 20)), dtype="float32", steps=100),
    "one radius": replace(SMALL, radii=(1.0,), seeds=1, steps=1),
    "unmeasured": replace(SMALL, activations=("identity",), radii=(1.0, 5.0), steps=800),
    "cells by radius": replace(SMALL, cells=("rnn", "lstm", "peephole"), radii=(0.5, 2.0), by="radius"),
    "matrices": replace(
        SMALL, cells=("gru",), matrices=("normal", "orthogonal", "identity"), settings={"reset": "before"}
    ),
    "long radii": replace(SMALL, radii=(0.123456, 1.23457)),
}


@pytest.fixture(scope="module", params=SETTINGS)
def any_result(request):
    return curves(SETTINGS[request.param])


# The figure


def lines(axes, label):
    return [line for line in axes.get_lines() if line.get_label() == label]


def test_curves_are_the_medians(found, figure):
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        assert axes.get_yscale() == "log"
        for curve in panel.curves:
            (line,) = lines(axes, f"{curve.radius:g}")
            np.testing.assert_array_equal(line.get_xdata(), found.distance)
            np.testing.assert_array_equal(line.get_ydata(), curve.median)


def test_bands_go_from_the_lower_to_the_upper_quantile(found, figure):
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        low, high = axes.get_ylim()
        for curve, band in zip(panel.curves, axes.collections, strict=True):
            vertices = {(x, y) for x, y in band.get_paths()[0].vertices}
            for k in found.distance:
                assert (k, min(high, max(low, curve.lower[k]))) in vertices
                assert (k, min(high, max(low, curve.upper[k]))) in vertices


def test_bounds_are_dotted_and_drawn_only_where_they_guarantee_something(found, figure):
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        for curve in panel.curves:
            drawn = lines(axes, f"bound {curve.radius:g}")
            assert len(drawn) == curve.guaranteed
            for line in drawn:
                assert line.get_linestyle() == ":"
                np.testing.assert_array_equal(line.get_ydata(), curve.bound)
                assert line.get_color() == lines(axes, f"{curve.radius:g}")[0].get_color()


def test_each_curve_is_labelled_with_its_radius_and_factor(found, figure):
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        written = [text.get_text() for text in axes.texts]
        for k in by_end(panel.curves):
            curve = panel.curves[k]
            at = written.index(f"{curve.radius:g}")
            assert written[at + 1] == factor(curve.rate)
        assert axes.get_legend() is None


def test_labels_stand_in_the_order_of_the_ends(found, figure):
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
        placed = [heights[f"{panel.curves[k].radius:g}"] for k in by_end(panel.curves)]
        assert placed == sorted(placed)


def test_title_and_axes_say_what_is_seen(found, figure):
    title, foot = (text.get_text().replace("\n", " ") for text in figure.texts)
    assert title == found.finding
    assert "10–90 % band of 5 seeds" in foot
    assert "H = 12, T = 30" in foot
    for panel, axes in zip(found.panels, figure.axes, strict=True):
        assert axes.get_title(loc="left") == f"{panel.name}, γ = {panel.gamma:g}"
        assert axes.get_xlabel() == "steps back in time, k"
    assert "gradient norm" in figure.axes[0].get_ylabel()


def test_curves_differ_in_grey_and_in_shape(found, figure):
    for axes in figure.axes:
        drawn = [lines(axes, f"{curve.radius:g}")[0] for curve in found.panels[0].curves]
        grey = [np.dot(to_rgb(line.get_color()), (0.2126, 0.7152, 0.0722)) for line in drawn]
        assert all(after - before > 0.02 for before, after in itertools.pairwise(grey))
        assert len({line.get_marker() for line in drawn}) == len(drawn)


def test_all_panels_share_their_axis(found, figure):
    bottom, top = decades(found)
    assert {axes.get_ylim() for axes in figure.axes} == {(10.0**bottom, 10.0**top)}


def test_no_two_texts_overlap_and_all_are_on_the_page(any_result):
    figure = curves_figure(any_result)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.bbox
    texts = [text for axes in figure.axes for text in (*axes.texts, axes.xaxis.label, axes._left_title)]
    texts += [label for axes in figure.axes for label in axes.get_yticklabels() if label.get_visible()]
    boxes = [(text, text.get_window_extent(renderer)) for text in (*texts, *figure.texts) if text.get_text()]
    for text, box in boxes:
        assert box.x0 >= page.x0, text
        assert box.x1 <= page.x1, text
        assert box.y0 >= page.y0, text
        assert box.y1 <= page.y1, text
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        # Boxes are a little larger than the letters in them.
        across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 1 or down <= 0.25 * min(a.height, b.height), (one, two)


def test_only_finite_numbers_are_drawn(any_result):
    for axes in curves_figure(any_result).axes:
        for line in axes.get_lines():
            label = str(line.get_label())
            if label.startswith("bound"):
                continue
            y = np.asarray(line.get_ydata(), float)
            assert not np.isinf(y).any()
            assert not (y < 0).any()


def test_the_foot_explains_what_is_there_and_nothing_else(found, dying):
    foot = curves_figure(found).texts[1].get_text().replace("\n", " ")
    assert "Dotted" in foot
    assert "×" not in foot
    assert "×" in curves_figure(dying).texts[1].get_text()
    steep = curves(replace(SMALL, activations=("tanh",), radii=(3.0,)))
    assert "Dotted" not in curves_figure(steep).texts[1].get_text()


def test_dead_networks_are_marked_and_counted(dying):
    (axes,) = curves_figure(dying).axes
    written = [text.get_text() for text in axes.texts]
    crosses = [line for line in axes.get_lines() if line.get_marker() == "x"]
    cut = [curve for curve in dying.panels[0].curves if curve.reach < 30]
    assert cut, "the seed must let some curves die"
    assert [int(np.ravel(line.get_xdata())[0]) for line in crosses] == [curve.reach for curve in cut]
    for curve in dying.panels[0].curves:
        if curve.died:
            assert f"{curve.died}/10 died" in written


# The files


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_result_gives_the_same_bytes(found, form):
    first = figure_bytes(curves_figure(found), form, found.finding, RAN)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "savefig.dpi": 50, "svg.fonttype": "path"}):
        second = figure_bytes(curves_figure(found), form, found.finding, RAN)
    assert first == second
    assert first.startswith({"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[form])
    assert b"CreationDate" not in first


def test_text_stays_text_in_svg(found, figure):
    svg = figure_bytes(figure, "svg", found.finding, RAN).decode()
    assert svg.count("<text") > 40
    assert "steps back in time, k" in svg
    assert "DejaVu Sans" in svg
    assert "<dc:date>" not in svg
    assert found.finding in svg


def test_an_unknown_format_is_refused(figure):
    with pytest.raises(UsageError, match="'gif'"):
        figure_bytes(figure, "gif", "", RAN)


def test_saving_leaves_the_users_settings_alone(found):
    before = dict(matplotlib.rcParams)
    figure_bytes(curves_figure(found), "png", "", RAN)
    assert dict(matplotlib.rcParams) == before


# Where labels go


@pytest.mark.parametrize(
    ("wanted", "gap", "placed"),
    [
        ([0.2, 0.5, 0.9], 0.1, [0.2, 0.5, 0.9]),
        ([0.5, 0.5, 0.5], 0.1, [0.5, 0.6, 0.7]),
        ([0.95, 1.0, 1.0], 0.1, [0.8, 0.9, 1.0]),
        ([0.0, 0.0], 0.1, [0.1, 0.2]),
        ([], 0.1, []),
    ],
)
def test_labels_move_apart(wanted, gap, placed):
    assert spread(wanted, [gap] * len(wanted), 1.0) == pytest.approx(placed)


def test_the_axis_has_room_for_both_sides():
    wide = curves(replace(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(0.1, 10.0), steps=100))
    assert decades(wide) == (-12, 12)
    sinking = curves(replace(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(0.1, 1.5), steps=100))
    assert decades(sinking) == (-12, 12)
    tame = curves(replace(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(0.1, 1.1), steps=100))
    assert decades(tame) == (-19, 5)
    flat = curves(replace(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(1.0,)))
    assert decades(flat) == (-1, 1)


@pytest.mark.parametrize(
    ("rate", "written"), [(0.834, "×0.83"), (1.0, "×1.00"), (0.0123, "×0.012"), (12.3456, "×12.35"), (math.nan, "–")]
)
def test_factors_as_they_are_written(rate, written):
    assert factor(rate) == written


def test_fates_name_what_happened(found):
    curve = replace(found.panels[0].curves[0], died=2, underflowed=1, overflowed=0, unmeasured=3)
    assert list(fates(curve, 10)) == ["2/10 died", "1/10 underflow", "3/10 left out"]


# Text


def test_the_table_has_a_row_for_each_activation_and_radius(found):
    text = printed(curves_report(found, boxed=False), width=300)
    rows = [line.split() for line in text.splitlines()]
    for panel in found.panels:
        for curve in panel.curves:
            wanted = [f"{curve.radius:g}", factor(curve.rate)]
            assert any(row[:2] == wanted or row[1:3] == wanted for row in rows)
    assert text.startswith(found.finding)
    assert f"at k = {30}" in text


def test_the_report_fits_eighty_columns(any_result):
    text = printed(curves_report(any_result, boxed=True, plot=True))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_bound_half_life_and_verdict_are_in_the_row(found):
    curve = found.panels[1].curves[0]
    text = printed(curves_report(found, boxed=False), width=300)
    row = next(line for line in text.splitlines() if line.startswith("sigmoid"))
    assert f"{curve.bound_rate:.2f} yes" in row
    assert f"{curve.half_life:.1f}" in row
    assert row.split()[-1] == "vanishes"


def test_growth_is_written_as_doubling():
    grown = curves(replace(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(2.0,)))
    assert "×2 in 1.0" in printed(curves_report(grown, boxed=False))


def test_the_dead_are_counted_in_the_table(dying):
    text = printed(curves_report(dying, boxed=False), width=300)
    for curve in dying.panels[0].curves:
        if curve.died:
            assert f"{curve.died}/10 died" in text


def test_values_read_back_as_they_are(found):
    rows = list(csv.DictReader(io.StringIO(curves_csv(found))))
    assert list(rows[0]) == ["cell", "activation", "matrix", "radius", "k", "lower", "median", "upper", "bound"]
    assert len(rows) == 3 * 6 * 31
    for panel, per_panel in zip(found.panels, chunks(rows, 6 * 31), strict=True):
        for curve, own in zip(panel.curves, chunks(per_panel, 31), strict=True):
            assert {row["activation"] for row in own} == {panel.curves[0].network.activation}
            assert {float(row["radius"]) for row in own} == {curve.radius}
            assert [int(row["k"]) for row in own] == list(range(31))
            for name in ("lower", "median", "upper", "bound"):
                np.testing.assert_array_equal([float(row[name]) for row in own], getattr(curve, name))


def chunks(rows, size):
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def test_the_plot_labels_every_curve_once_in_each_block(found):
    text = printed(curves_report(found, boxed=False, plot=True), width=80)
    block = text.split("sigmoid, γ = 0.25")[1].split("ReLU, γ = 1")[0]
    for curve in found.panels[1].curves:
        assert block.count(f"{curve.radius:>6g} {factor(curve.rate)}") == 1


def test_the_plot_shrinks_with_the_terminal(found):
    text = printed(curves_report(found, boxed=False, plot=True), width=50)
    plot = text[text.index("tanh, γ") : text.index("steps back")]
    assert max(map(len, plot.splitlines())) <= 50
