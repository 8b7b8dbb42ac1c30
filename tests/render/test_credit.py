"""The credit matrix as text, blocks and figure: numbers read back, colours are absolute, a row ends at its loss."""

import csv
import io
import math
import warnings
from itertools import takewhile

import numpy as np
import pytest
from rich.console import Console

from bptt_viz.errors import UsageError
from bptt_viz.render.credit import credit_csv, credit_report
from bptt_viz.render.credit_blocks import placed
from bptt_viz.render.credit_colours import BROKEN, ZERO, Scale, colour, fitting, ink_on, luminance, parse_scale, viridis
from bptt_viz.render.credit_figure import credit_figure
from bptt_viz.render.plain import plain
from bptt_viz.results.credit import Credit, Reach
from bptt_viz.results.norms import Run


def made(norms, inputs=None, targets=None, losses=None, state="h"):
    norms = np.asarray(norms, float)
    steps = norms.shape[1]
    losses = losses or tuple(range(1, steps + 1))
    run = Run("rnn", {"activation": "tanh"}, 4, 1, steps, 1, "many-to-many", "hello", "xavier=1", 0, "float64")
    text = tuple("abcdefghij"[k % 10] for k in range(steps + 1))
    profile = np.array([[0.9], [1.0], [1.1]]) * 0.5 ** np.arange(steps)
    return Credit(
        run,
        0,
        state,
        losses,
        norms,
        inputs or text[:steps],
        targets or text[1:],
        profile,
        (Reach(0.1, 1),),
        "It fades.",
    )


SMALL = made([[1.0, 0, 0], [0.1, 1.0, 0], [0.0, math.nan, 10.0]])


def falling(steps):
    distance = np.arange(steps)[:, None] - np.arange(steps)
    return made(np.where(distance >= 0, 0.5 ** np.maximum(distance, 0), 0.0))


def drawn(found, width=80, **colours):
    console = Console(width=width, force_terminal=True, **({"color_system": "truecolor"} | colours))
    report = credit_report(found, True)
    head, *_ = report.renderables
    assert str(head.renderables[0]) == found.finding
    lines = console.render_lines(report.renderables[-1], console.options, pad=False)
    return ["".join(segment.text for segment in line) for line in lines], lines


def backgrounds(lines):
    return {s.style.bgcolor.triplet.hex for line in lines for s in line if s.style and s.style.bgcolor}


def test_piped_it_is_plain_numbers():
    assert plain(credit_report(SMALL, False)).splitlines()[3:] == [
        "‖∂L_k/∂h_t‖, losses k downward, states t to the right",
        "k      →y     t=1     t=2     t=3",
        "x               a       b       c",
        "1       b 1.0e+00",
        "2       c 1.0e-01 1.0e+00",
        "3       d       0     nan 1.0e+01",
    ]


def test_values_separated_by_commas_read_back_and_end_at_the_loss():
    rows = list(csv.DictReader(io.StringIO(credit_csv(SMALL))))
    assert [(row["k"], row["t"], row["distance"]) for row in rows] == [
        *(("1", "1", "0"), ("2", "1", "1"), ("2", "2", "0")),
        *(("3", "1", "2"), ("3", "2", "1"), ("3", "3", "0")),
    ]
    np.testing.assert_array_equal([float(row["norm"]) for row in rows], [1.0, 0.1, 1.0, 0.0, math.nan, 10.0])


@pytest.mark.parametrize("width", [30, 60, 80, 132])
@pytest.mark.parametrize("steps", [1, 3, 25, 60, 200])
def test_no_terminal_is_overrun(steps, width):
    texts, _ = drawn(falling(steps), width)
    assert max(map(len, texts)) <= width
    binned = placed(falling(steps), width - len(str(steps)) - 6).each
    said = " ".join(" ".join(texts).split())
    assert (f"largest of {binned} losses × {binned} steps" in said) == (binned > 1)


def test_wide_places_narrow_places_and_bins():
    assert placed(falling(10), 40)[1:] == (1, 2)
    assert placed(falling(40), 40)[1:] == (1, 1)
    grid = placed(falling(50), 20)
    assert grid[1:] == (3, 1)
    assert grid.values.shape == (17, 17)
    assert grid.values[0, 1] == -1  # only states after all of its losses
    assert grid.values[5, 2] == 0.5 ** (15 - 8)  # k = 16 … 18, t = 7 … 9: the nearest pair


def test_a_bin_with_something_broken_is_broken():
    norms = np.tril(np.ones((40, 40)))
    norms[20, 3] = math.nan
    assert math.isnan(placed(made(norms), 20).values[10, 1])


def test_zeros_and_broken_values_are_off_the_scale():
    texts, lines = drawn(SMALL)
    found = backgrounds(lines)
    assert {ZERO, BROKEN, colour(10, fitting([0.1, 10]))} <= found
    assert "exactly 0" in texts[-1]
    assert "not finite" in texts[-1]
    assert {ZERO, BROKEN}.isdisjoint(backgrounds(drawn(falling(5))[1]))


def test_without_colours_it_is_drawn_in_densities():
    texts, lines = drawn(SMALL, no_color=True)
    assert [text[7:].rstrip() for text in texts[2:5]] == ["▓▓", "░░▓▓", "00!!██"]
    assert not backgrounds(lines)


def test_wide_and_invisible_characters_keep_the_columns():
    found = made(np.tril(np.ones((3, 3))), inputs=("꽃", "\n", "\0"), targets=(" ", "꽃", None))
    _, lines = drawn(found)
    starts = {sum(s.cell_length for s in takewhile(lambda s: not s.style.bgcolor, line)) for line in lines[2:5]}
    assert starts == {7}


def test_a_scale_fits_the_values_and_spans_twelve_decades_at_most():
    assert fitting([0.2, 2.0]) == pytest.approx((0.1, 3.0))
    assert fitting([1e-8, 1.5]) == pytest.approx((1e-8, 10))
    assert fitting([1e-200, 1.0]) == pytest.approx((1e-12, 1))
    assert fitting([1.0]) == pytest.approx((0.1, 1))
    assert fitting([]) == pytest.approx((0.1, 1))
    assert fitting([0.0, math.nan, math.inf, 5.0]) == pytest.approx((1, 10))
    for value in (5e-324, 1e-308, 1e308):
        low, high = fitting([value])
        assert 0 < low < high < math.inf
        assert 0 <= Scale(low, high).share(value) <= 1


def test_the_same_scale_gives_the_same_colour_in_every_picture():
    scale = Scale(1e-6, 1)
    assert colour(1e-3, scale) == viridis(0.5)
    assert colour(1e-9, scale) == viridis(0) != colour(0.0, scale)
    assert colour(5.0, scale) == viridis(1)
    assert {colour(math.nan, scale), colour(math.inf, scale)} == {BROKEN}


def test_lightness_rises_evenly_along_the_scale():
    levels = [luminance(viridis(k / 50)) for k in range(51)]
    assert levels == sorted(levels)
    assert ink_on(viridis(0)) == "#ffffff"
    assert ink_on(viridis(1)) == "#000000"


def test_a_scale_is_read():
    assert parse_scale("1e-6:1") == (1e-6, 1)
    assert parse_scale(None) is None


@pytest.mark.parametrize("text", ["", "1", "1:2:3", "a:b", "2:1", "1:1", "0:1", "-1:1", "nan:1", "1:inf"])
def test_a_scale_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="expected min:max"):
        parse_scale(text)


def test_the_figure_draws_the_norms_and_nothing_after_a_loss():
    found = falling(15)
    axes = credit_figure(found).axes[0]
    shown = np.ma.filled(axes.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(np.isnan(shown), np.triu(np.ones((15, 15), bool), 1))
    np.testing.assert_array_equal(shown[np.tril_indices(15)], found.norms[np.tril_indices(15)])
    assert [label.get_text().split("\n")[0] for label in axes.get_xticklabels()] == list(found.inputs)


def test_the_figure_sets_zeros_and_broken_values_apart():
    figure = credit_figure(SMALL)
    _, zeros, broken = (np.ma.filled(image.get_array(), np.nan) for image in figure.axes[0].images)
    assert np.argwhere(zeros == 1).tolist() == [[2, 0]]
    assert np.argwhere(broken == 1).tolist() == [[2, 1]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["exactly 0", "not finite"]
    assert not credit_figure(falling(5)).legends


def test_the_bar_has_absolute_numbers_and_the_scale_that_was_asked_for():
    figure = credit_figure(falling(20), Scale(1e-3, 100))
    assert figure.axes[0].images[0].get_clim() == (1e-3, 100)
    names = [label.get_text() for label in figure.axes[1].get_yticklabels()]
    assert names[0] == "$10^{-3}$"
    assert names[-1] == "$10^{2}$"


@pytest.mark.parametrize("found", [falling(1), falling(2), falling(41), made(np.full((1, 9), 1.0), losses=(9,))])
def test_any_shape_can_be_drawn(found):
    credit_figure(found).canvas.draw()


def test_matrices_of_hopeless_numbers_can_be_drawn():
    for value in (0.0, math.nan, math.inf, 5e-324, 1e308):
        credit_figure(made(np.full((13, 13), value))).canvas.draw()


def test_characters_that_no_font_has_are_boxes_and_said_at_the_foot():
    text = ("\U000e0100", "\n", "$", "\0", "\ue123")
    found = made(np.tril(np.ones((5, 5))), inputs=text, targets=text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = credit_figure(found)
        figure.canvas.draw()
    assert "□: no font" in figure.texts[-1].get_text().replace("\n", " ")


def test_a_profile_over_all_floats_can_be_drawn():
    found = falling(20)
    found.profile[:] = np.geomspace(1e-307, 1e307, 20)
    credit_figure(found).canvas.draw()
