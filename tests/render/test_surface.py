"""The error surface as table, map, values and figure: what is drawn is what was found."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_viz.analyses.surface import surface
from bptt_viz.render.figures import figure_bytes
from bptt_viz.render.surface import surface_csv, surface_report
from bptt_viz.render.surface_figure import surface_figure
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.surface import SurfaceSetting

from .printing import printed

RAN = Provenance("surface", {}, "0.1.0", "2.0", "3.11")
SMALL = SurfaceSetting(grid=15)
SETTINGS = {
    "default": SMALL,
    "gentle": replace(SMALL, point=(6.0, -1.6)),
    "short": replace(SMALL, point=(4.5, -1.6), rate=2.0, threshold=0.05),
    "no wall": replace(SMALL, w_range=(0.5, 3.0), b_range=(-3.0, 1.0)),
    "outside": replace(SMALL, point=(20.0, 5.0)),
    "off": replace(SMALL, point=(5.0, -2.6123412), rate=1e5),
}


@pytest.fixture(scope="module", params=SETTINGS)
def found(request):
    return surface(SETTINGS[request.param])


def test_the_map_is_the_error_by_its_logarithm():
    found = surface(SMALL)
    axes = surface_figure(found).axes[0]
    (mesh,) = axes.collections
    np.testing.assert_array_equal(np.ravel(mesh.get_array()), np.maximum(found.error, 1e-3).ravel())
    assert type(mesh.norm).__name__ == "LogNorm"
    assert mesh.get_cmap().name == "viridis"


def test_start_arrows_and_profile_are_what_was_found(found):
    above, _, profile = surface_figure(found).axes
    (start,) = (line for line in above.get_lines() if line.get_label() == "start")
    assert (start.get_xdata()[0], start.get_ydata()[0]) == (found.start.w, found.start.b)
    tips = [text.xy for text in above.texts if getattr(text, "arrow_patch", None) is not None]
    assert (found.clipped.end.w, found.clipped.end.b) in tips
    (drawn,) = (line for line in profile.get_lines() if line.get_label() == "profile")
    np.testing.assert_array_equal(drawn.get_xdata(), found.along)
    np.testing.assert_array_equal(drawn.get_ydata(), found.profile)
    (clipped,) = (line for line in profile.get_lines() if line.get_label() == "clipped")
    assert (clipped.get_xdata()[0], clipped.get_ydata()[0]) == (found.clipped.length, found.clipped.end.error)


def test_axes_are_named_and_the_title_is_the_finding(found):
    figure = surface_figure(found)
    above, bar, profile = figure.axes
    assert (above.get_xlabel(), above.get_ylabel(), bar.get_title(loc="left")) == (
        "recurrent weight, w",
        "bias, b",
        "E",
    )
    assert (profile.get_xlabel(), profile.get_ylabel()) == ("distance downhill from the start", "error, E")
    assert figure.texts[0].get_text().replace("\n", " ") == found.finding


def test_it_can_be_drawn_and_text_stays_on_the_page(found):
    figure = surface_figure(found)
    FigureCanvasAgg(figure).draw()
    for text in figure.texts:
        box = text.get_window_extent()
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_same_result_gives_the_same_bytes(form):
    found = surface(SMALL)
    first, second = (figure_bytes(surface_figure(found), form, found.finding, RAN) for _ in range(2))
    assert first == second


def test_the_report_fits_eighty_columns(found):
    text = printed(surface_report(found, boxed=True, plot=True))
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_the_table_has_both_steps():
    found = surface(SMALL)
    text = printed(surface_report(found, boxed=False))
    assert f"{found.plain.length:.4g}" in text
    assert "clipped to θ = 1     0.1" in text


def test_the_map_is_fuller_below_the_wall():
    lines = printed(surface_report(surface(SMALL), boxed=False, plot=True)).splitlines()
    rows = [line.split("│")[1] for line in lines if "│" in line]
    assert rows[-1].startswith("███")
    assert "S" in "".join(rows)
    assert not rows[0].startswith("█")


def test_values_read_back_as_they_are(found):
    rows = list(csv.DictReader(io.StringIO(surface_csv(found))))
    assert len(rows) == 15 * 15
    for name in ("error", "slope_w", "slope_b"):
        np.testing.assert_array_equal([float(row[name]) for row in rows], getattr(found, name).ravel())
    assert [float(row["w"]) for row in rows[:15]] == list(found.w)
