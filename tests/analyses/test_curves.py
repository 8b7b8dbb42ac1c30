"""Gradient norm against distance: closed forms, an independent loop, Pascanu's bound, and what cannot be measured."""

import re
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses import networks as module
from bptt_viz.analyses.bounds import STEEPEST, bound_rate
from bptt_viz.analyses.curves import biased, curves, networks, settled
from bptt_viz.analyses.meanfield import foretold_rate
from bptt_viz.analyses.networks import draws, gradient_norms, model, row_norms
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.results.curves import CurvesSetting
from bptt_viz.tape import backward

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


def drawn_for(setting, vocabulary):
    """Return the draws of a setting's first network."""
    return draws(networks(setting)[0], vocabulary, setting.hidden, setting.seeds, setting.seed, setting.input_scale)


def norms_of(setting, batch, drawn):
    """Return the norms of a setting's first network."""
    made = model(networks(setting)[0], len(batch.vocabulary), setting.hidden, batch.steps)
    return gradient_norms(made, drawn, setting.radii, batch, setting.start, setting.dtype)


# Closed forms


@pytest.mark.parametrize("g", [0.5, 0.9, 1.0, 1.3])
def test_linear_orthogonal_network_follows_the_power_law_exactly(g):
    curve = only(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(g,))
    expected = g ** np.arange(21.0)
    for line in (curve.median, curve.lower, curve.upper, curve.bound):
        np.testing.assert_allclose(line, expected, rtol=1e-12)
    assert curve.rate == pytest.approx(g, rel=1e-12)
    assert curve.bound_rate == pytest.approx(g, rel=1e-12)
    assert curve.reach == 20
    # At g = 1 rounding decides on which side of 1 the product lies.
    assert g == 1 or curve.guaranteed is (g < 1)


def test_irnn_with_active_units_passes_the_gradient_on_unchanged():
    curve = only(ALONE, activations=("relu",), matrices=("identity",), radii=(1.0,), start=1.0)
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
        ALONE, hidden=1, steps=150, activations=(activation,), matrices=("identity",), radii=(w,), start=1.0, seeds=2
    )
    # The last steps stand at the fixed point; the first ones were still on their way to it.
    np.testing.assert_allclose(np.diff(np.log(curve.median[:20])), rate, atol=2e-6)


def test_half_life_is_that_of_the_rate():
    curve = only(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(0.5,))
    assert curve.half_life == pytest.approx(1.0, rel=1e-12)
    doubled = only(SMALL, activations=("identity",), matrices=("orthogonal",), radii=(2.0,))
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
    drawn = drawn_for(setting, len(batch.vocabulary))
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
@pytest.mark.parametrize("activation", STEEPEST)
def test_no_network_exceeds_its_own_bound(activation, matrix):
    setting, batch = settled(replace(SMALL, activations=(activation,), matrices=(matrix,), seeds=8))
    drawn = drawn_for(setting, len(batch.vocabulary))
    k = np.arange(batch.steps + 1)
    for radius, own in zip(setting.radii, norms_of(setting, batch, drawn), strict=True):
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
    assert bound_rate("sigmoid", 3.99) < 1
    assert bound_rate("sigmoid", 4.0) == 1
    assert bound_rate("tanh", 1.0) == 1
    assert bound_rate("sigmoid", 2.0) == 0.5


def test_gamma_is_the_steepest_slope():
    x = np.linspace(-5, 5, 10001)
    for activation, steepest in STEEPEST.items():
        assert SLOPES[activation](x).max() == pytest.approx(steepest, rel=1e-6)


# The draws


@pytest.mark.parametrize("matrix", ["normal", "orthogonal", "identity"])
def test_recurrent_matrices_have_spectral_radius_one(matrix):
    drawn = drawn_for(replace(SMALL, matrices=(matrix,)), 7)
    radii = np.abs(np.linalg.eigvals(drawn.values["W_hh"])).max(axis=-1)
    np.testing.assert_allclose(radii, 1.0, rtol=1e-9)


def test_same_seed_same_numbers_another_seed_others():
    first, again, other = (curves(replace(SMALL, seed=seed)) for seed in (3, 3, 4))
    for a, b, c in zip(first.panels, again.panels, other.panels, strict=True):
        for p, q, r in zip(a.curves, b.curves, c.curves, strict=True):
            np.testing.assert_array_equal(p.median, q.median)
            assert not np.array_equal(p.median, r.median)


def test_more_seeds_leave_the_first_networks_as_they_were():
    few, many = drawn_for(replace(SMALL, seeds=2), 7), drawn_for(replace(SMALL, seeds=6), 7)
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


# Other cells, and several at once


@pytest.mark.parametrize("cell", discover_cells())
@pytest.mark.parametrize("matrix", ["normal", "orthogonal", "identity"])
def test_many_networks_at_once_are_as_one_by_one(cell, matrix):
    setting, batch = settled(
        replace(SMALL, cells=(cell,), activations=("tanh",), matrices=(matrix,), bias=0.3, start=0.2)
    )
    kind = networks(setting)[0]
    drawn = biased(drawn_for(setting, len(batch.vocabulary)), setting.bias, setting.seed)
    made = model(kind, len(batch.vocabulary), setting.hidden, batch.steps)
    together = gradient_norms(made, drawn, (0.7, 1.4), batch, 0.2)
    for at, radius in enumerate((0.7, 1.4)):
        values = {name: value[2] * (radius if name in drawn.recurrent else 1) for name, value in drawn.values.items()}
        alone = {name: value if made.parameters()[name].shape[1:] else value[0] for name, value in values.items()}
        start = [{name: np.full((1, setting.hidden), 0.2) for name in made.cells[0].states}]
        rollout = made.run(alone, batch.one_hot(), batch.targets, start)
        found = backward(rollout.tape, {rollout.loss: np.ones(())})
        states = [np.concatenate([found[at[n]] for n in made.cells[0].states], -1) for at in rollout.layers[0].states]
        expected = [np.linalg.norm(state) for state in reversed(states)]
        np.testing.assert_allclose(together[at, 2], expected, rtol=1e-10)


def test_every_gate_has_the_radius():
    setting = replace(SMALL, cells=("gru",), settings={"reset": "before"})
    drawn = drawn_for(setting, 7)
    assert drawn.recurrent == ("W_hh", "W_hn")
    for block in (*np.split(drawn.values["W_hh"], 2, axis=-1), drawn.values["W_hn"]):
        np.testing.assert_allclose(np.abs(np.linalg.eigvals(block)).max(axis=-1), 1.0, rtol=1e-9)


def test_cells_activations_and_matrices_are_combined_and_named():
    setting = replace(SMALL, cells=("lstm", "rnn"), activations=("tanh", "relu"), matrices=("normal", "identity"))
    assert [network.name for network in networks(setting)] == [
        "LSTM with normal W",
        "LSTM with identity W",
        "tanh with normal W",
        "tanh with identity W",
        "ReLU with normal W",
        "ReLU with identity W",
    ]


def test_an_open_forget_gate_keeps_more():
    shut, open_ = (only(SMALL, cells=("lstm",), radii=(0.5,), settings={"forget_bias": b}) for b in ("-2", "4"))
    assert shut.rate < 0.4
    assert open_.rate > 0.9
    assert (open_.bound_rate, open_.foretold, open_.guaranteed) == (None, None, False)


def test_panels_by_radius_hold_the_same_curves():
    setting = replace(SMALL, cells=("rnn", "gru"), radii=(0.5, 2.0), seeds=2)
    by_network, by_radius = (curves(replace(setting, by=by)) for by in ("network", "radius"))
    assert (by_network.heading, by_radius.heading) == ("radius", "network")
    assert by_network.finding == by_radius.finding
    assert [panel.name for panel in by_radius.panels] == ["radius 0.5", "radius 2"]
    for row, panel in enumerate(by_radius.panels):
        assert [curve.label for curve in panel.curves] == ["tanh", "sigmoid", "ReLU", "GRU"]
        for column, curve in enumerate(panel.curves):
            np.testing.assert_array_equal(curve.median, by_network.panels[column].curves[row].median)


def test_biases_are_drawn_apart_and_scale():
    drawn = drawn_for(SMALL, 7)
    once, twice = (biased(drawn, deviation, 0).values["b_h"] for deviation in (0.5, 1.0))
    np.testing.assert_allclose(2 * once, twice)
    many = biased(drawn_for(replace(SMALL, hidden=60, seeds=60), 2), 0.5, 0)
    assert np.std(many.values["b_h"]) == pytest.approx(0.5, rel=0.05)
    assert biased(drawn, 0.0, 0) is drawn


# Mean-field theory


def test_wide_networks_have_the_rate_that_theory_foretells():
    """Within 2 %; an orthogonal matrix has its radius as every singular value, so that no width is missing."""
    setting = CurvesSetting(("rnn",), ("tanh",), (0.8, 1.2, 1.8), 3, ("orthogonal",), hidden=300, steps=30, bias=0.5)
    for curve in curves(setting).panels[0].curves:
        assert curve.rate == pytest.approx(curve.foretold, rel=0.02)


def test_theory_is_told_what_is_not_recurrent():
    found = curves(replace(SMALL, bias=0.7, input_scale=2.0, activations=("tanh",), radii=(1.3,)))
    drawn = drawn_for(found.setting, 46)
    other = np.mean(drawn.values["W_xh"] ** 2) + 0.49
    assert found.panels[0].curves[0].foretold == pytest.approx(foretold_rate("tanh", 1.3, other), rel=0.02)
    assert only(SMALL, activations=("tanh",), matrices=("identity",), radii=(1.0,)).foretold is None


# What cannot be measured


def test_dead_relu_networks_are_counted_and_never_logged():
    setting = replace(ALONE, activations=("relu",), hidden=1, radii=(0.5,), start=1.0, seeds=9)
    vocabulary = len(settled(setting)[1].vocabulary)
    negative = int((drawn_for(setting, vocabulary).values["W_hh"][:, 0, 0] < 0).sum())
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
    norms = norms_of(setting, batch, drawn_for(setting, len(batch.vocabulary)))[0]
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
    curve = only(ALONE, activations=("identity",), matrices=("orthogonal",), radii=(3.0,), steps=800, seeds=3)
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
        ({"matrices": ("sparse",)}, "--matrix must be one of normal, orthogonal, identity, got 'sparse'"),
        ({"matrices": ()}, "--matrix names none"),
        ({"cells": ()}, "--cell names none"),
        ({"cells": ("transformer",)}, "unknown cell 'transformer'"),
        ({"cells": ("lstm",), "settings": {"bias": "1"}}, "has no option 'bias'; its options are forget_bias"),
        ({"bias": -1.0}, "--bias"),
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
