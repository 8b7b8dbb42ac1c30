"""Colours of graphs: one map for norms that holds on light and dark paper, in grey and for colour-blind readers."""

import math
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from bptt_viz.render.theme import DARK, LEVELS, LIGHT, level_of
from bptt_viz.results.graph import Scale

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
# Cones of a deuteranope and a protanope in linear RGB (Viénot, Brettel & Mollon 1999).
BLIND = {
    "deuteranope": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
    "protanope": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb):
    return float(np.clip(rgb, 0, 1) @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(linear(one)), luminance(linear(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_larger_norms_stand_out_more_from_the_paper(theme):
    contrasts = [contrast(colour, theme.paper) for colour in theme.ramp]
    assert all(weak < strong for weak, strong in pairwise(contrasts))
    assert contrasts[0] > 3, "graphics need 3 : 1"
    assert contrasts[-1] > 10
    widths = [theme.stroke(f"{k:02d}").width for k in range(LEVELS)]
    assert all(weak < strong for weak, strong in pairwise(widths))


@THEMES
@pytest.mark.parametrize("eye", BLIND)
def test_the_order_holds_for_colour_blind_readers(theme, eye):
    seen = [luminance(np.array(BLIND[eye]) @ linear(colour)) for colour in theme.ramp]
    steps = np.diff(seen)
    assert (steps > 0).all() or (steps < 0).all()


@THEMES
def test_the_colours_are_plasmas(theme):
    strong, weak = theme.window
    for k in (0, 7, 15, LEVELS - 1):
        wanted = colormaps["plasma"](weak + (strong - weak) * k / (LEVELS - 1))[:3]
        assert to_rgb(theme.ramp[k]) == pytest.approx(wanted, abs=0.02)


@THEMES
def test_texts_and_borders_can_be_read(theme):
    for colour in theme.texts.values():
        assert contrast(colour, theme.paper) > 4.5
    for kind, paint in theme.nodes.items():
        assert kind == "fork" or contrast(theme.ink, paint.fill) > 4.5
        assert contrast(paint.border, theme.paper) > 3
    for colour in theme.edges.values():
        assert contrast(colour, theme.paper) > 3


@THEMES
def test_zeros_and_broken_numbers_have_strokes_of_their_own(theme):
    zero, broken = theme.stroke("zero"), theme.stroke("broken")
    assert "solid" != zero.style != broken.style != "solid"
    for stroke in (zero, broken):
        assert contrast(stroke.color, theme.paper) > 3
        assert min(np.abs(np.subtract(to_rgb(stroke.color), to_rgb(colour))).max() for colour in theme.ramp) > 0.2


def test_both_themes_have_a_colour_for_everything():
    for field in fields(LIGHT):
        mine, other = getattr(LIGHT, field.name), getattr(DARK, field.name)
        assert not isinstance(mine, dict) or mine.keys() == other.keys()


@pytest.mark.parametrize(("small", "large"), [(1e-6, 1e-3), (1.0, 10.0), (1e-300, 1e300)])
def test_levels_follow_the_logarithm_and_end_with_the_scale(small, large):
    scale = Scale(math.log10(small), math.log10(large))
    middle = math.sqrt(small) * math.sqrt(large)
    assert [level_of(norm, scale) for norm in (small, middle, large)] == ["00", "12", "24"]
    assert [level_of(norm, scale) for norm in (small / 5, large * 5)] == ["00", "24"]


def test_zeros_and_broken_numbers_are_no_levels():
    scale = Scale(-3.0, 0.0)
    assert [level_of(norm, scale) for norm in (0.0, math.nan, math.inf)] == ["zero", "broken", "broken"]
    assert level_of(5e-324, scale) == "00"
