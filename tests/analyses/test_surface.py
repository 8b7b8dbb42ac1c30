"""The one-unit error surface: values by a plain loop, gradients by complex step, steps by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses.surface import error_and_slopes, place_at, steepest, surface
from bptt_viz.errors import UsageError
from bptt_viz.results.surface import SurfaceSetting

SMALL = SurfaceSetting(grid=21)


@pytest.fixture(scope="module")
def found():
    return surface(SMALL)


def plain_error(setting, w, b):
    """Return E by a loop; w and b may be complex."""
    x = setting.start
    for _ in range(setting.steps):
        x = w / (1 + np.exp(-x)) + b
    return (1 / (1 + np.exp(-x)) - setting.target) ** 2


def complex_slopes(setting, w, b, tiny=1e-30):
    with_w = np.imag(plain_error(setting, w + 1j * tiny, b)) / tiny
    return with_w, np.imag(plain_error(setting, w, b + 1j * tiny)) / tiny


@pytest.mark.parametrize("setting", [SMALL, replace(SMALL, steps=7, start=-0.3, target=0.2)])
def test_error_and_gradient_against_complex_steps(setting):
    rng = np.random.default_rng(1)
    w, b = rng.uniform(-2, 7, 200), rng.uniform(-4, 1, 200)
    error, slope_w, slope_b = error_and_slopes(setting, w, b)
    np.testing.assert_allclose(error, plain_error(setting, w, b), rtol=1e-9, atol=1e-15)
    wanted_w, wanted_b = complex_slopes(setting, w, b)
    np.testing.assert_allclose(slope_w, wanted_w, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(slope_b, wanted_b, rtol=1e-7, atol=1e-12)


def test_the_gradient_on_the_wall_against_complex_steps(found):
    assert len(found.wall) >= 4
    for place in (found.start, *found.wall):
        wanted = complex_slopes(SMALL, place.w, place.b)
        # Rounding in x is blown up by the wall's own steepness.
        assert (place.slope_w, place.slope_b) == pytest.approx(wanted, rel=1e-16 * place.norm**2 + 1e-9)
        assert place.norm == math.hypot(place.slope_w, place.slope_b)


def test_the_grid_is_what_single_points_give(found):
    assert found.error.shape == found.slope_w.shape == found.slope_b.shape == (21, 21)
    for row, column in ((0, 0), (3, 17), (20, 20)):
        place = place_at(SMALL, found.w[column], found.b[row])
        assert found.error[row, column] == place.error
        assert (found.slope_w[row, column], found.slope_b[row, column]) == (place.slope_w, place.slope_b)


def test_the_wall_is_where_a_long_run_changes_its_end():
    assert steepest(SMALL, 5.0).b == pytest.approx(_border(5.0), abs=1e-3)
    # With more steps the wall is thinner than a scan can see, and stands where the two states part.
    assert steepest(replace(SMALL, steps=200), 5.0).b == pytest.approx(_border(5.0), abs=1e-8)


def _border(w):
    """Return by bisection the b at which a long run from .5 changes its end."""
    low, high = -3.2, -1.4
    for _ in range(50):
        b, x = (low + high) / 2, 0.5
        for _ in range(400):
            x = w / (1 + math.exp(-x)) + b
        low, high = (b, high) if x < 0 else (low, b)
    return low


def test_the_steepest_place_beats_its_neighbours():
    place = steepest(SMALL, 5.0)
    assert place.norm > 6000
    for off in (-1e-3, -1e-5, 1e-5, 1e-3):
        assert place_at(SMALL, 5.0, place.b + off).norm < place.norm


def test_there_is_no_wall_below_four(found):
    assert min(place.w for place in found.wall) > 4
    assert surface(replace(SMALL, w_range=(0.5, 3.0), b_range=(-3.0, 1.0))).wall == ()


def test_both_steps_by_hand(found):
    start = found.start
    assert found.clips
    for step, scale in ((found.plain, 0.1), (found.clipped, 0.1 / start.norm)):
        assert step.end.w == pytest.approx(start.w - scale * start.slope_w)
        assert step.end.b == pytest.approx(start.b - scale * start.slope_b)
        assert step.length == pytest.approx(math.hypot(step.end.w - start.w, step.end.b - start.b))
        assert step.end.error == pytest.approx(plain_error(SMALL, step.end.w, step.end.b))
    assert found.clipped.length == pytest.approx(0.1)


def test_a_small_gradient_is_not_clipped():
    found = surface(replace(SMALL, point=(6.0, -1.6)))
    assert not found.clips
    assert found.plain == found.clipped
    assert "clipping leaves the step as it is" in found.finding


def test_the_profile_goes_through_start_and_clipped_end(found):
    assert np.interp(0.1, found.along, found.profile) == pytest.approx(found.clipped.end.error, rel=1e-3)
    assert found.profile[found.along < -1e-3].min() > found.start.error
    assert found.profile[found.along > 1e-3].max() < found.start.error


def test_the_finding_names_the_wall_only_if_the_start_is_on_it(found):
    assert found.finding.startswith("From the wall, where E = 0.15, an unclipped step goes 677 away to E = 0.09, where")
    assert surface(replace(SMALL, point=(4.5, -1.6), threshold=0.01)).finding.startswith("From (w, b) = (4.5, -1.6)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"w_range": (2.0, 1.0)}, "--w wants LOW,HIGH"),
        ({"b_range": (math.nan, 1.0)}, "--b wants LOW,HIGH"),
        ({"rate": 0.0}, "--rate must be positive"),
        ({"threshold": math.inf}, "--threshold must be positive"),
        ({"start": math.nan}, "--start must be finite"),
        ({"point": (math.nan, 0.0)}, "--point must be finite"),
        ({"point": (1e300, 0.0)}, "--point must be at most"),
        ({"rate": 1e200}, "--rate 1e\\+200 throws the unclipped step"),
        ({"steps": 0}, "--steps must be at least 1"),
    ],
)
def test_nonsense_is_refused(change, said):
    with pytest.raises(UsageError, match=said):
        surface(replace(SMALL, **change))
