"""Mean-field theory against published fixed points, plain integration, and networks of 1,500 units."""

from math import sqrt

import numpy as np
import pytest

from bptt_viz.analyses.meanfield import critical_gain, foretold_rate, variance


@pytest.mark.parametrize(("squared", "q", "chi"), [(1.0, 0.193593, 0.759032), (2.5, 1.063958, 1.133516)])
def test_the_fixed_points_of_tanh(squared, q, chi):
    assert variance("tanh", sqrt(squared), 0.05) == pytest.approx(q, abs=1e-6)
    assert foretold_rate("tanh", sqrt(squared), 0.05) ** 2 == pytest.approx(chi, abs=1e-6)


@pytest.mark.parametrize(("other", "squared"), [(0.05, 1.760955), (0.01, 1.4242), (0.1, 1.9861)])
def test_the_critical_line_of_tanh(other, squared):
    assert critical_gain("tanh", other) ** 2 == pytest.approx(squared, rel=3e-5)


@pytest.mark.parametrize(
    ("gain", "exponent"), [(1.5, 0.065217), (2, 0.154724), (3, 0.310249), (5, 0.532428), (10, 0.856435)]
)
def test_the_rate_of_a_chaotic_network_is_its_lyapunov_exponent(gain, exponent):
    assert np.log(foretold_rate("tanh", gain, 0.0, start=1.0)) == pytest.approx(exponent, abs=1e-6)


@pytest.mark.parametrize(("squared", "published"), [(1.0, 0.868), (1.76, 0.9994), (2.5, 1.060)])
def test_networks_of_1500_units_with_tied_weights_meet_it_within_two_percent(squared, published):
    """A plain loop: the same W at every step, independent drive of variance .05 at each."""
    N, steps, rng = 1500, 60, np.random.default_rng(0)
    weights = rng.standard_normal((N, N)) * sqrt(squared / N)
    h, states = np.zeros(N), []
    for _ in range(steps):
        h = np.tanh(h @ weights + sqrt(0.05) * rng.standard_normal(N))
        states.append(h)
    gradient, norms = rng.standard_normal(N), []
    for h in reversed(states):
        gradient = (gradient * (1 - h * h)) @ weights.T
        norms.append(np.linalg.norm(gradient))
    measured = (norms[39] / norms[4]) ** (1 / 35)
    assert measured == pytest.approx(foretold_rate("tanh", sqrt(squared), 0.05), rel=0.02)
    assert measured == pytest.approx(published, rel=0.02)


def test_linear_and_relu_networks_do_not_depend_on_their_variance():
    for gain in (0.5, 1.0, 1.7):
        assert foretold_rate("identity", gain, 0.3) == gain
        assert foretold_rate("relu", gain, 0.3) == pytest.approx(gain / sqrt(2), rel=1e-15)
    assert critical_gain("relu", 0.2) == pytest.approx(sqrt(2), rel=1e-12)
    assert variance("relu", 2.0, 0.1) == np.inf
    assert variance("relu", 1.0, 0.1) == pytest.approx(0.2, rel=1e-12)
    assert variance("identity", 0.5, 0.3) == pytest.approx(0.4, rel=1e-12)


def test_a_network_at_rest_has_the_slope_at_zero():
    assert foretold_rate("tanh", 1.7, 0.0) == 1.7  # nothing drives it away from h = 0
    assert variance("tanh", 0.8, 0.0, start=1.0) < 1e-12
    assert foretold_rate("sigmoid", 0.001, 0.0) == pytest.approx(0.001 / 4, rel=1e-6)


def test_sigmoid_integrals_against_random_numbers():
    z = np.random.default_rng(0).standard_normal(2_000_000)
    q = variance("sigmoid", 3.0, 0.2)
    y = 1 / (1 + np.exp(-np.sqrt(q) * z))
    assert 9 * np.mean(y**2) + 0.2 == pytest.approx(q, rel=2e-3)
    assert foretold_rate("sigmoid", 3.0, 0.2) == pytest.approx(3 * np.sqrt(np.mean((y * (1 - y)) ** 2)), rel=2e-3)
