"""The fitted rate: exact on exact sequences, honest about its error on random ones, and deaf to underflow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.decay import fit_decay, follow, judge, student, transient
from bptt_viz.results.norms import GONE, GROWN, HORIZON, LOST, Crossing, Trend


def geometric(rate, count, start=1.0):
    return [start * rate**distance for distance in range(count)]


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9, 0.999, 1.01, 1.5, 3.0])
@pytest.mark.parametrize("count", [2, 3, 4, 25, 200])
def test_a_geometric_sequence_has_its_rate(rate, count):
    found = fit_decay(geometric(rate, count, start=7.0))
    assert found.rate == pytest.approx(rate, rel=1e-12)
    assert found.r_squared == pytest.approx(1, abs=1e-9)
    assert found.intercept == pytest.approx(np.log(7), abs=1e-10)
    assert (found.half_life is None) == (rate > 1)
    assert (found.doubling is None) == (rate < 1)


def test_half_life_and_doubling_are_in_steps():
    assert fit_decay(geometric(0.731059, 30)).half_life == pytest.approx(2.2127, abs=1e-4)
    assert fit_decay(geometric(2**0.25, 30)).doubling == pytest.approx(4)


def test_a_constant_sequence_has_rate_one_and_no_half_life():
    found = fit_decay([3.0] * 20)
    assert (found.rate, found.error, found.r_squared) == (1.0, 0.0, 1.0)
    assert found.half_life is None
    assert found.doubling is None


def test_two_points_give_a_rate_but_no_error():
    found = fit_decay([1.0, 0.25])
    assert found.rate == pytest.approx(0.25)
    assert found.error is found.low is found.high is None


@pytest.mark.parametrize("norms", [[], [1.0], [0.0, 0.0, 0.0], [1.0, 0.0], [np.nan] * 5, [np.inf, 1.0, 0.5]])
def test_fewer_than_two_usable_points_give_no_line(norms):
    assert fit_decay(norms) is None


@pytest.mark.parametrize("end", [0.0, np.inf, np.nan])
def test_the_fit_stops_where_numbers_stop_to_mean_anything(end):
    found = fit_decay([*geometric(0.5, 10), end, 3.0, 5.0, 8.0])
    assert found.rate == pytest.approx(0.5, rel=1e-12)
    assert found.farthest == 9


def test_the_fit_stops_at_underflow():
    norms = [*geometric(0.1, 20), *[1e-25] * 20]
    assert fit_decay(norms, smallest=1e-19).rate == pytest.approx(0.1, rel=1e-9)
    assert fit_decay(norms).rate > 0.2


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=60), st.floats(-50, 50))
def test_the_slope_is_that_of_least_squares_at_any_scale(logs, shift):
    skip = transient(len(logs))
    slope = np.polyfit(np.arange(skip, len(logs)), logs[skip:], 1)[0]
    found = fit_decay(np.exp(np.array(logs) + shift))
    assert np.log(found.rate) == pytest.approx(slope, abs=1e-9)
    assert found.low is None or found.low <= found.rate * (1 + 1e-12) <= found.high * (1 + 1e-11)


def test_the_first_fifth_does_not_count_and_never_more_than_ten():
    norms = geometric(0.8, 25)
    assert fit_decay([1e6, 1e5, 1e4, 1e3, 1e2, *norms[5:]]).rate == pytest.approx(0.8, rel=1e-12)
    assert [transient(count) for count in (2, 4, 5, 25, 50, 1000)] == [0, 0, 1, 5, 10, 10]


def walks(count, length, drift=-0.2, deviation=0.1):
    rng = np.random.default_rng(7)
    return np.cumsum(rng.normal(drift, deviation, (count, length)), axis=1)


def test_the_interval_holds_the_rate_in_95_of_100_walks():
    found = [fit_decay(np.exp(walk)) for walk in walks(1000, 25)]
    inside = np.mean([line.low <= np.exp(-0.2) <= line.high for line in found])
    assert 0.93 <= inside <= 0.97


def test_the_textbook_interval_of_independent_residuals_would_be_far_too_narrow():
    inside = []
    for walk in walks(300, 25):
        distances, logs = np.arange(5, 25), walk[5:]
        (slope, _), covariance = np.polyfit(distances, logs, 1, cov=True)
        inside.append(abs(slope + 0.2) < 2.1 * np.sqrt(covariance[0, 0]))
    assert np.mean(inside) < 0.6


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(2, 4.30265), (3, 3.18245), (5, 2.57058), (10, 2.22814), (30, 2.04227), (1e6, 1.95997)]
)
def test_students_quantiles(freedom, quantile):
    assert student(freedom) == pytest.approx(quantile, rel=0.01)


def test_ratios_lead_from_the_start_to_what_arrives():
    norms = [0.02, 0.1, 0.05, 0.4, 1.0]
    chain = follow(norms)
    assert chain.ratios == pytest.approx((0.2, 2.0, 0.125, 0.4, None))
    assert np.prod(chain.ratios[:-1]) == pytest.approx(chain.share) == pytest.approx(0.02)


def test_there_is_no_ratio_to_nothing():
    assert follow([0.0, 0.0, 0.5]).ratios == (None, 0.0, None)
    assert follow([np.nan, np.inf, 0.5]).ratios == (None, None, None)


def test_a_measured_crossing_is_the_first_distance_beyond_the_limit():
    vanishing, exploding = follow(geometric(0.5, 25)[::-1]), follow(geometric(1.2, 25)[::-1])
    assert vanishing.crossing == Crossing(LOST, 4, True)
    assert vanishing.gone == Crossing(GONE, 10, True)
    assert exploding.crossing == Crossing(GROWN, 13, True)
    assert exploding.gone is None


@pytest.mark.parametrize("rate", [0.95, 1.02])
def test_an_extrapolated_crossing_is_where_a_longer_sequence_crosses(rate):
    short, long = (follow(geometric(rate, count)[::-1]) for count in (25, 300))
    for name in ("crossing", "gone") if rate < 1 else ("crossing",):
        foretold, seen = getattr(short, name), getattr(long, name)
        assert (foretold.measured, seen.measured) == (False, True)
        assert np.ceil(foretold.distance) == seen.distance


def test_what_ends_beyond_a_limit_counts_whatever_the_line_says():
    rising = [1e-3, 1e-3, *[1e-3 * 1.1**k for k in range(20)]]
    assert follow([1.0, *rising][::-1]).crossing == Crossing(LOST, 1, True)


def test_no_crossing_is_foretold_where_the_rate_may_be_one():
    assert follow([1.0] * 30).crossing is None
    assert follow(np.exp(walks(1, 30, drift=0.0)[0])).crossing is None


@pytest.mark.parametrize(
    ("norms", "verdict"),
    [
        (geometric(0.5, 25), Trend.VANISHING),
        (geometric(0.93, 25), Trend.HEALTHY),
        (geometric(0.93, 50), Trend.VANISHING),
        (geometric(0.88, 25), Trend.VANISHING),
        (geometric(1.05, 25), Trend.HEALTHY),
        (geometric(1.05, 100), Trend.EXPLODING),
        (geometric(1.2, 25), Trend.EXPLODING),
        ([1.0] * 25, Trend.HEALTHY),
        ([1.0, 0.5, 0.0, 0.0], Trend.VANISHING),
        ([1.0, 0.0], Trend.VANISHING),
        ([1.0], Trend.UNDETERMINED),
        ([1.0, 0.9], Trend.UNDETERMINED),
        ([0.0] * 9, Trend.UNDETERMINED),
        (geometric(0.5, 4), Trend.VANISHING),
        (geometric(1.5, 4), Trend.EXPLODING),
        (geometric(0.95, 4), Trend.HEALTHY),
        (geometric(0.88, 4), Trend.VANISHING),
        ([1.0, 0.2, 0.5, 0.3], Trend.UNDETERMINED),
        ([1.0, np.inf, np.inf], Trend.EXPLODING),
    ],
)
def test_verdicts(norms, verdict):
    assert judge(follow(norms[::-1]), finite=True) is verdict


def test_whatever_is_not_finite_comes_first():
    assert judge(follow(geometric(0.5, 25)), finite=False) is Trend.NON_FINITE


def test_limits_belong_to_the_healthy_side():
    at = [1.0] * HORIZON
    assert judge(follow([LOST, *at]), finite=True) is Trend.HEALTHY
    assert judge(follow([LOST * 0.999, *at]), finite=True) is Trend.VANISHING
    assert judge(follow([GROWN, *at]), finite=True) is Trend.HEALTHY
    assert judge(follow([GROWN * 1.001, *at]), finite=True) is Trend.EXPLODING


@pytest.mark.parametrize("norms", [[1e300, 1e-300], [1e-300, 1e300], geometric(1e-30, 10), [5e-324] * 4])
def test_extreme_norms_raise_nothing(norms):
    chain = follow(norms)
    assert judge(chain, finite=True) in Trend
