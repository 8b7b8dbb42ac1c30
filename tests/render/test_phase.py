"""The map as table, values, terminal map and figure: what is drawn is what was found."""

import csv
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_viz.analyses.phase import phase
from bptt_viz.render.phase import phase_csv, phase_report
from bptt_viz.render.phase_figure import phase_figure
from bptt_viz.results.phase import PhaseSetting

from .printing import printed

SMALL = PhaseSetting(hidden=12, seeds=3, steps=30, columns=7, rows=4)
SETTINGS = {
    "bias": SMALL,
    "length": replace(SMALL, against="length", steps=60),
    "lstm": replace(SMALL, cell="lstm"),
    "none": replace(SMALL, gains=(0.1, 0.3)),
}


@pytest.fixture(scope="module", params=SETTINGS)
def found(request):
    return phase(SETTINGS[request.param])


def shown(result, **how):
    return printed(phase_report(result, boxed=True, **how))


def test_the_table_has_a_row_for_each_height_and_a_column_for_each_border(found):
    text = shown(found)
    assert text.split()[:10] == found.finding.split()[:10]
    named = {f"{height:.3g}" for height in found.heights}
    rows = [line.split() for line in text.splitlines() if line.split()[:1] and line.split()[0] in named]
    assert [row[0] for row in rows] == [f"{height:.3g}" for height in reversed(found.heights)]
    theory = any(gain is not None for border in found.borders for gain in border.foretold)
    assert {len(row) for row in rows} == {1 + len(found.borders) * (1 + theory)}
    for row, cells in enumerate(reversed(rows)):
        gain = found.borders[0].measured[row]
        assert cells[1] == ("–" if gain is None else f"{gain:.2f}")


def test_the_map_has_a_mark_for_each_place(found):
    text = shown(found, plot=True)
    assert max(map(len, text.splitlines())) <= 80
    rows = [line.split("│")[1] for line in text.splitlines() if "│" in line]
    assert len(rows) == len(found.heights)
    wide = len(rows[0]) // len(found.gains)
    for line, rates in zip(reversed(rows), found.rates, strict=True):
        for place, rate in enumerate(rates):
            mark = line[place * wide]
            assert mark == (
                "▼" if rate <= 0.8 else "v" if rate <= 0.95 else "·" if rate <= 1.05 else "^" if rate <= 1.25 else "▲"
            )


def test_the_values_are_all_there(found):
    rows = list(csv.reader(StringIO(phase_csv(found))))
    assert rows[0] == [found.setting.against, "gain", "rate"]
    assert [float(row[2]) for row in rows[1:]] == found.rates.ravel().tolist()


def test_the_figure_holds_rates_and_borders(found):
    figure = phase_figure(found)
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.collections[0].get_array().ravel(), np.log2(found.rates).ravel())
    lines = {str(line.get_label()): line for line in axes.get_lines()}
    for border in found.borders:
        for label, series in ((border.name, border.measured), (f"{border.name}, theory", border.foretold)):
            known = [gain for gain in series if gain is not None]
            assert (label in lines) == bool(known)
            assert not known or list(lines[label].get_xdata()) == known
    assert axes.get_ylabel() == found.axis


def test_all_texts_are_on_the_page(found):
    figure = phase_figure(found)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.bbox
    for text in (*figure.texts, *(label for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label))):
        box = text.get_window_extent(renderer)
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1
