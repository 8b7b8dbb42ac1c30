"""The law of each way to draw weights, and how a way is read from text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz import initialisation as init
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import NAMES, Initialisation

SHAPES = [(1, 1), (4, 4), (7, 4), (4, 7), (50, 50)]


def test_the_ways_are_these():
    assert NAMES == ("normal", "xavier", "orthogonal", "identity", "radius", "singular", "sparse")


def rng(seed=0):
    return np.random.default_rng(seed)


def draws(name, count, size=50):
    way = Initialisation.parse(name)
    return [way.recurrent(rng(seed), size, size) for seed in range(count)]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same_bits(name):
    way = Initialisation.parse(name)
    assert np.array_equal(way.recurrent(rng(5), 6, 6), way.recurrent(rng(5), 6, 6))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "identity"])
def test_another_seed_draws_others(name):
    way = Initialisation.parse(name)
    assert not np.array_equal(way.recurrent(rng(5), 6, 6), way.recurrent(rng(6), 6, 6))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [0.5, 1.0, 2.5])
def test_orthogonal_matrices_have_orthogonal_rows_or_columns_of_the_gain(shape, gain):
    W = init.orthogonal(rng(), *shape, gain)
    assert W.shape == shape
    gram = W.T @ W if shape[0] >= shape[1] else W @ W.T
    np.testing.assert_allclose(gram, gain**2 * np.eye(min(shape)), atol=1e-14 * gain**2 * 50)


def test_orthogonal_matrices_are_uniform():
    """Neither sign nor determinant is preferred; NumPy's QR alone gives a diagonal of one sign."""
    matrices = np.array([init.orthogonal(rng(seed), 3, 3, 1.0) for seed in range(2000)])
    assert np.mean(np.linalg.det(matrices) > 0) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2000))
    np.testing.assert_allclose(np.mean(matrices > 0, axis=0), 0.5, atol=4 * 0.5 / np.sqrt(2000))
    # An entry of a uniform orthogonal 3×3 matrix is uniform in [−1, 1].
    np.testing.assert_allclose(np.mean(matrices**2, axis=0), 1 / 3, atol=4 * np.sqrt(4 / 45 / 2000))


@pytest.mark.parametrize("wanted", [0.1, 1.0, 1.3])
@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_the_spectral_radius_is_as_asked(wanted, size):
    W = init.radius(rng(), size, size, wanted)
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("wanted", [0.1, 1.0, 1.3])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_largest_singular_value_is_as_asked(wanted, shape):
    W = init.singular(rng(), *shape, wanted)
    assert np.linalg.svd(W, compute_uv=False)[0] == pytest.approx(wanted, rel=1e-12)


def test_a_matrix_that_is_not_square_has_no_spectral_radius():
    with pytest.raises(UsageError, match="4×12 matrix has no spectral radius; declare the gates"):
        init.radius(rng(), 4, 12, 1.0)


def test_sparse_units_have_fifteen_incoming_connections():
    """With h W, column j holds what unit j receives."""
    W = init.sparse(rng(), 50, 50, 15)
    assert np.all(np.count_nonzero(W, axis=0) == 15)
    assert len(set(np.count_nonzero(W, axis=1))) > 1
    assert init.spectral_radius(W) == pytest.approx(0.95, rel=1e-12)


@pytest.mark.parametrize(("size", "fan", "found"), [(10, 15, 10), (1, 15, 1), (20, 1, 1)])
def test_sparse_takes_no_more_connections_than_there_are_units(size, fan, found):
    assert np.all(np.count_nonzero(init.sparse(rng(), size, size, fan), axis=0) == found)


def test_sparse_connections_are_normal_before_they_are_scaled():
    W = init.sparse(rng(), 300, 200, 15)
    entries = W[W != 0]
    assert abs(entries.mean()) < 4 / np.sqrt(entries.size)
    assert entries.std() == pytest.approx(1, abs=4 / np.sqrt(2 * entries.size))


@pytest.mark.parametrize(("draw", "value"), [(init.sparse, 0), (init.radius, 1.0), (init.singular, 1.0)])
def test_a_matrix_of_zeros_is_not_divided_by_its_radius(monkeypatch, draw, value):
    monkeypatch.setattr(init, "normal", lambda *_: np.zeros((3, 3)))
    assert np.array_equal(draw(rng(), 3, 3, value), np.zeros((3, 3)))


@pytest.mark.parametrize(
    ("way", "deviation"), [("normal=0.3", 0.3), ("xavier", np.sqrt(2 / 500)), ("xavier=2", np.sqrt(8 / 500))]
)
def test_entries_have_the_deviation_of_the_way(way, deviation):
    W = Initialisation.parse(way).recurrent(rng(), 200, 300)
    assert W.std() == pytest.approx(deviation, abs=4 * deviation / np.sqrt(2 * W.size))
    assert abs(W.mean()) < 4 * deviation / np.sqrt(W.size)


def test_identity_is_a_multiple_of_it():
    assert np.array_equal(Initialisation.parse("identity=0.5").recurrent(rng(), 3, 3), 0.5 * np.eye(3))


# √ of the mean of the largest eigenvalue of a 50×50 real Wishart matrix (Johnstone 2001; −1.2065 is Tracy and Widom's).
EDGE = 7 + np.sqrt(50)
SINGULAR = np.sqrt(EDGE**2 - 1.2065 * EDGE * (1 / 7 + 1 / np.sqrt(50)) ** (1 / 3))
# Mean spectral radius and largest singular value at N = 50 of the starts in Pascanu et al. 2013; what is no theory
# is from 1,000 draws.
MEANS = [("normal=0.01", 0.0750, 0.01 * SINGULAR), ("normal=0.1", 0.750, 0.1 * SINGULAR), ("sparse", 0.95, 1.796)]


@pytest.mark.parametrize(("name", "radius", "singular"), MEANS)
def test_the_starts_of_the_temporal_order_task_have_their_known_spectra(name, radius, singular):
    matrices = draws(name, 200)
    for measure, expected in ((init.spectral_radius, radius), (init.largest_singular_value, singular)):
        sizes = np.array([measure(W) for W in matrices])
        standard_error = sizes.std() / np.sqrt(len(sizes))
        assert sizes.mean() == pytest.approx(expected, abs=4 * standard_error + 0.002 * expected)


@pytest.mark.parametrize("name", NAMES)
def test_input_matrices_are_drawn_by_the_way_itself_or_by_xavier(name):
    own = {"normal": init.normal, "xavier": init.xavier}
    expected = own[name](rng(), 4, 6, 3.0) if name in own else init.xavier(rng(), 4, 6, 1.0)
    assert np.array_equal(Initialisation(name, 3.0).other(rng(), 4, 6), expected)


DEFAULTS = {"normal": 0.01, "sparse": 15.0}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_alone_takes_its_usual_value(name):
    assert Initialisation.parse(name) == Initialisation(name, DEFAULTS.get(name, 1.0))


@given(st.sampled_from(NAMES), st.floats(1e-300, 1e300))
def test_what_is_written_is_read_back(name, value):
    way = Initialisation(name, max(1.0, float(round(value))) if name == "sparse" else value)
    assert Initialisation.parse(str(way)) == way


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("he", "unknown initialisation 'he'; choose from normal, xavier"),
        ("", "unknown initialisation ''"),
        ("Xavier", "unknown initialisation 'Xavier'"),
        ("radius=big", "initialisation 'radius=big': 'big' is not a number"),
        ("radius==1", "'=1' is not a number"),
        ("radius=0", "initialisation 'radius=0': the value must be positive and finite"),
        ("radius=-1", "must be positive and finite"),
        ("radius=nan", "must be positive and finite"),
        ("radius=1e999", "must be positive and finite"),
        ("sparse=2.5", "the number of connections must be whole"),
    ],
)
def test_what_cannot_be_drawn_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        Initialisation.parse(text)
