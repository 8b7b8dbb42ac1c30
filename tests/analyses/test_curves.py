"""Gradient norm against distance: closed forms, an independent loop, Pascanu's bound, and what cannot be measured."""

import re
from dataclasses import replace

import numpy as np
import pytest

import bptt_viz.analyses.curves as module
from bptt_viz.analyses.bounds import STEEPEST, bound_rate, vanishing_guaranteed
from bptt_viz.analyses.curves import curves, draws, gradient_norms, row_norms, settled
from bptt_viz.errors import UsageError
from bptt_viz.results.curves import CurvesSetting

SMALL = CurvesSetting(hidden=12, steps=20, seeds=5)
ALONE = replace(SMALL, input_scale=0.0)
SLOPES = {
    "tanh": lambda a: 1 - np.tanh(a) ** 2,
    "sigmoid": lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
    "relu": lambda a: (a > 0) * 1.0,
    "identity": np.ones_like,
}
VALUES = {
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "relu": lambda a: np.maximum(a, 0),
    "identity": lambda a: a,
}


def only(setting, **changes):
    """Return the one curve of a setting with one activation and one radius."""
    (panel,) = curves(replace(setting, **changes)).panels
    (curve,) = panel.curves
    return curve


def silent(share):
    pass


# Closed forms


@pytest.mark.parametrize("g", [0.5, 0.9, 1.0, 1.3])
def test_linear_orthogonal_network_follows_the_power_law_exactly(g):
    curve = only(SMALL, activations=("identity",), matrix="orthogonal", radii=(g,))
    expected = g ** np.arange(21.0)
    for line in (curve.median, curve.lower, curve.upper, curve.bound):
        np.testing.assert_allclose(line, expected, rtol=1e-12)
    assert curve.rate == pytest.approx(g, rel=1e-12)
    assert curve.singular == pytest.approx(g, rel=1e-12)
    assert curve.reach == 20
    # At g = 1 rounding decides on which side of 1 the product lies.
    assert g == 1 or curve.guaranteed is (g < 1)


def test_irnn_with_active_units_passes_the_gradient_on_unchanged():
    curve = only(ALONE, activations=("relu",), matrix="identity", radii=(1.0,), start=1.0)
    np.testing.assert_array_equal(curve.median, np.ones(21))
    assert curve.rate == 1
    assert curve.half_life == np.inf
    assert curve.verdict == "neither"


@pytest.mark.parametrize(
    ("activation", "w", "rate"),
    [
        ("tanh", 0.5, -0.693147),
        ("tanh", 1.1, -0.196312),
        ("tanh", 1.5, -0.930610),
        ("tanh", 2.0, -1.793529),
        ("sigmoid", 1.0, -1.492970),
        ("sigmoid", 2.0, -1.334078),
    ],
)
def test_scalar_network_at_its_fixed_point_loses_log_w_slope_a_step(activation, w, rate):
    curve = only(
        ALONE, hidden=1, steps=150, activations=(activation,), matrix="identity", radii=(w,), start=1.0, seeds=2
    )
    # The last steps stand at the fixed point; the first ones were still on their way to it.
    np.testing.assert_allclose(np.diff(np.log(curve.median[:20])), rate, atol=2e-6)


def test_half_life_is_that_of_the_rate():
    curve = only(SMALL, activations=("identity",), matrix="orthogonal", radii=(0.5,))
    assert curve.half_life == pytest.approx(1.0, rel=1e-12)
    doubled = only(SMALL, activations=("identity",), matrix="orthogonal", radii=(2.0,))
    assert doubled.half_life == pytest.approx(1.0, rel=1e-12)


# An independent loop


def looped(values, seed, activation, radius, inputs, target, start):
    """Return ‖∂L_T/∂h_{T−k}‖ of one network, one step after the other, without the package's operations."""
    w_xh, w_hh, w_hy = values["W_xh"][seed], radius * values["W_hh"][seed], values["W_hy"][seed]
    h = np.full(w_hh.shape[0], start)
    pre = []
    for x in inputs:
        pre.append(x @ w_xh + h @ w_hh)
        h = VALUES[activation](pre[-1])
    scores = h @ w_hy
    p = np.exp(scores - scores.max())
    p /= p.sum()
    p[target] -= 1
    g = w_hy @ p
    norms = [np.sqrt(sum(entry * entry for entry in g))]
    for a in reversed(pre):
        g = w_hh @ (SLOPES[activation](a) * g)
        norms.append(np.sqrt(sum(entry * entry for entry in g)))
    return np.array(norms)


@pytest.mark.parametrize("activation", sorted(STEEPEST))
def test_medians_and_bands_are_those_of_a_plain_loop(activation):
    setting, batch = settled(replace(SMALL, activations=(activation,), radii=(0.7, 1.4), start=0.3))
    drawn = draws(setting, len(batch.vocabulary))
    inputs, target = batch.one_hot()[:, 0, :], batch.targets[-1, 0]
    (panel,) = curves(setting).panels
    for curve in panel.curves:
        norms = np.array(
            [looped(drawn.values, s, activation, curve.radius, inputs, target, 0.3) for s in range(setting.seeds)]
        )
        lower, median, upper = np.exp(np.quantile(np.log(norms / norms[:, :1]), (0.1, 0.5, 0.9), axis=0))
        np.testing.assert_allclose(curve.median, median, rtol=1e-9)
        np.testing.assert_allclose(curve.lower, lower, rtol=1e-9)
        np.testing.assert_allclose(curve.upper, upper, rtol=1e-9)
        assert curve.rate == pytest.approx(median[-1] ** (1 / 20), rel=1e-9)


# Pascanu's bound


@pytest.mark.parametrize("matrix", ["normal", "orthogonal"])
def test_no_network_exceeds_its_own_bound(matrix):
    setting, batch = settled(replace(SMALL, matrix=matrix, seeds=8))
    drawn = draws(setting, len(batch.vocabulary))
    k = np.arange(batch.steps + 1)
    for activation in STEEPEST:
        norms = gradient_norms(setting, activation, batch, drawn, silent)
        for radius, own in zip(setting.radii, norms, strict=True):
            limit = (STEEPEST[activation] * radius * drawn.singular[:, None]) ** k
            assert (own <= limit * own[:, :1] * (1 + 1e-9)).all()


@pytest.mark.parametrize("hidden", [1, 2, 3, 12])  # few units: many dead networks
def test_no_median_exceeds_the_drawn_bound(hidden):
    for panel in curves(replace(SMALL, hidden=hidden, seeds=10)).panels:
        for curve in panel.curves:
            if curve.verdict != "unmeasured":
                assert (curve.median <= curve.bound * (1 + 1e-9)).all()
            assert curve.guaranteed == (curve.bound[-1] < 1)


def test_sigmoid_is_guaranteed_to_vanish_wherever_lambda_is_below_four():
    assert vanishing_guaranteed("sigmoid", 3.99)
    assert not vanishing_guaranteed("sigmoid", 4.0)
    assert not vanishing_guaranteed("tanh", 1.0)
    assert bound_rate("sigmoid", 2.0) == 0.5


def test_gamma_is_the_steepest_slope():
    x = np.linspace(-5, 5, 10001)
    for activation, steepest in STEEPEST.items():
        assert SLOPES[activation](x).max() == pytest.approx(steepest, rel=1e-6)


# The draws


@pytest.mark.parametrize("matrix", ["normal", "orthogonal", "identity"])
def test_recurrent_matrices_have_spectral_radius_one(matrix):
    drawn = draws(replace(SMALL, matrix=matrix), 7)
    radii = np.abs(np.linalg.eigvals(drawn.values["W_hh"])).max(axis=-1)
    np.testing.assert_allclose(radii, 1.0, rtol=1e-9)


def test_same_seed_same_numbers_another_seed_others():
    first, again, other = (curves(replace(SMALL, seed=seed)) for seed in (3, 3, 4))
    for a, b, c in zip(first.panels, again.panels, other.panels, strict=True):
        for p, q, r in zip(a.curves, b.curves, c.curves, strict=True):
            np.testing.assert_array_equal(p.median, q.median)
            assert not np.array_equal(p.median, r.median)


def test_more_seeds_leave_the_first_networks_as_they_were():
    few, many = draws(replace(SMALL, seeds=2), 7), draws(replace(SMALL, seeds=6), 7)
    for name in few.values:
        np.testing.assert_array_equal(few.values[name], many.values[name][:2])


def test_chunks_change_nothing(monkeypatch):
    whole = curves(SMALL)
    monkeypatch.setattr(module, "_ENTRIES", 1)
    one_by_one = curves(SMALL)
    for a, b in zip(whole.panels, one_by_one.panels, strict=True):
        for p, q in zip(a.curves, b.curves, strict=True):
            np.testing.assert_allclose(p.median, q.median, rtol=1e-12)


def test_tick_counts_up_to_one(monkeypatch):
    monkeypatch.setattr(module, "_ENTRIES", 1)
    shares = []
    curves(replace(SMALL, seeds=2, radii=(0.5, 1.0)), shares.append)
    assert len(shares) == 3 * 2 * 2
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


# What cannot be measured


def test_dead_relu_networks_are_counted_and_never_logged():
    setting = replace(ALONE, activations=("relu",), hidden=1, radii=(0.5,), start=1.0, seeds=9)
    vocabulary = len(settled(setting)[1].vocabulary)
    negative = int((draws(setting, vocabulary).values["W_hh"][:, 0, 0] < 0).sum())
    assert 0 < negative < 9, "the seed must give both kinds"
    curve = only(setting)
    assert curve.died == negative
    assert curve.underflowed == curve.overflowed == curve.unmeasured == 0
    assert curve.verdict == ("dies" if 2 * negative >= 9 else "vanishes")
    for line in (curve.lower, curve.median, curve.upper):
        np.testing.assert_allclose(line, 0.5 ** np.arange(21.0), rtol=1e-12)


def test_curves_are_those_of_the_living():
    setting = replace(SMALL, activations=("relu",), hidden=2, radii=(1.5,), seeds=20)
    setting, batch = settled(setting)
    norms = gradient_norms(setting, "relu", batch, draws(setting, len(batch.vocabulary)), silent)[0]
    living = norms[norms[:, -1] > 0]
    assert 0 < len(living) < 20, "the seed must give both kinds"
    curve = only(setting)
    assert curve.died == 20 - len(living)
    assert curve.reach == 20
    expected = np.exp(np.median(np.log(living / living[:, :1]), axis=0))
    np.testing.assert_allclose(curve.median, expected, rtol=1e-9)


def test_where_all_die_the_curve_is_cut_where_half_have_died():
    setting = replace(SMALL, activations=("relu",), hidden=2, radii=(0.5,), seeds=4)
    curve = next(found for seed in range(20) if (found := only(setting, seed=seed)).died == 4 and found.reach > 0)
    assert curve.verdict == "dies"
    assert (curve.median[: curve.reach + 1] > 0).all()
    assert (curve.median[curve.reach + 1 :] == 0).all()
    assert curve.reach < 20
    assert np.isfinite(curve.rate)


def test_what_sinks_below_single_precision_is_cut_and_still_vanishes():
    curve = only(SMALL, activations=("sigmoid",), radii=(0.5,), dtype="float32", steps=80)
    assert curve.underflowed == 5
    assert curve.died == 0
    assert curve.verdict == "vanishes"
    assert 30 < curve.reach < 50
    assert curve.median[curve.reach] > 1e-38
    assert (curve.median[curve.reach + 1 :] == 0).all()


def test_what_outgrows_the_numbers_is_cut_and_still_explodes():
    curve = only(ALONE, activations=("identity",), matrix="orthogonal", radii=(3.0,), steps=800, seeds=3)
    assert curve.overflowed == 3
    assert curve.verdict == "explodes"
    assert curve.reach == pytest.approx(646, abs=3)
    assert curve.rate == pytest.approx(3.0, rel=1e-9)
    assert np.isinf(curve.median[curve.reach + 1 :]).all()


def test_networks_that_overflow_on_the_way_forward_are_left_out():
    curve = only(SMALL, activations=("identity",), radii=(5.0,), steps=800, seeds=3)
    assert curve.unmeasured == 3
    assert curve.verdict == "unmeasured"
    assert np.isnan(curve.median).all()


def test_norms_neither_overflow_nor_vanish():
    rows = np.array([[3e200, 4e200], [3e-200, 4e-200], [0.0, 0.0]])
    np.testing.assert_allclose(row_norms(rows), [5e200, 5e-200, 0.0], rtol=1e-15)


# What may be asked for


def test_radii_are_sorted_and_nothing_is_run_twice():
    setting, _ = settled(replace(SMALL, radii=(1.0, 0.5, 1.0), activations=("relu", "tanh", "relu")))
    assert setting.radii == (0.5, 1.0)
    assert setting.activations == ("relu", "tanh")


def test_steps_follow_a_short_text():
    found = curves(replace(SMALL, steps=None, text="hello"))
    assert found.setting.steps == 4
    np.testing.assert_array_equal(found.distance, np.arange(5))


def test_a_result_names_the_text_without_its_folder(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("abcabcabcabc")
    assert curves(replace(SMALL, steps=5, text=str(path))).setting.text == "mine.txt"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"radii": (0.5, -1.0)}, "--radius must be positive and finite, got -1"),
        ({"radii": (0.0,)}, "--radius"),
        ({"radii": (float("nan"),)}, "--radius"),
        ({"radii": (float("inf"),)}, "--radius"),
        ({"radii": ()}, "--radius names none"),
        ({"activations": ()}, "--activation names none"),
        ({"activations": ("softplus",)}, "--activation must be one of tanh, sigmoid, relu, identity, got 'softplus'"),
        ({"matrix": "sparse"}, "--matrix"),
        ({"dtype": "float16"}, "--dtype"),
        ({"seeds": 0}, "--seeds must be at least 1"),
        ({"hidden": 0}, "--hidden"),
        ({"steps": 0}, "--steps"),
        ({"seed": -1}, "--seed"),
        ({"input_scale": -1.0}, "--input-scale"),
        ({"input_scale": float("nan")}, "--input-scale"),
        ({"start": float("inf")}, "--start"),
        ({"text": "hello", "steps": 50}, "needs at least 51"),
        ({"text": "no-such-text"}, "no-such-text"),
    ],
)
def test_nonsense_is_refused(changes, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        curves(replace(SMALL, **changes))
