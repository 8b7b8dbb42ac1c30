"""The decay taken apart: factors that are known exactly, paths that are the whole where nothing else is."""

import numpy as np
import pytest

from bptt_viz.analyses.jacobians import temporal_jacobians
from bptt_viz.analyses.norms import norm_report
from bptt_viz.render.norms_reasons import why_words

from .norm_runs import prepared, report

ACTIVE = {"W_xh": 0.0, "b_h": 0.5}


def measured(cell="rnn", values=None, **options):
    return norm_report(prepared(cell, values, **options), jacobians=True)


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_every_step_of_a_linear_orthogonal_recurrence_has_its_gain(gain):
    found = measured(activation="identity", init=f"orthogonal={gain}", steps=9).jacobians
    assert found.singular == pytest.approx([gain] * 9)
    assert found.radius == pytest.approx([gain] * 9)


def test_every_step_of_an_active_irnn_is_the_identity():
    found = measured(values=ACTIVE, activation="relu", init="identity", steps=9)
    assert set(found.jacobians.singular) == set(found.jacobians.radius) == {1.0}
    split = found.layers[0].split
    assert set(split.slope) == set(split.lowest) == set(split.highest) == {1.0}
    assert set(split.by_slope[:-1]) == set(split.by_weight[:-1]) == {1.0}
    assert split.slope_rate == split.weight_rate == split.other_rate == 1.0
    assert split.slope_share is None


def test_a_scalar_unit_has_weight_times_slope():
    found = measured(values={"W_hh": -0.8}, hidden=1, steps=12)
    slopes = found.layers[0].split.slope
    assert found.jacobians.singular == pytest.approx([0.8 * slope for slope in slopes])
    assert found.chain.ratios[:-1] == pytest.approx(found.jacobians.singular[1:])


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_no_singular_value_exceeds_that_of_the_weights_times_the_steepest_unit(activation):
    found = measured(activation=activation, init="radius=1.5", steps=12)
    layer, jacobians = found.layers[0], found.jacobians
    for size, lowest, rms, highest in zip(
        jacobians.singular, layer.split.lowest, layer.split.slope, layer.split.highest, strict=True
    ):
        assert size <= layer.singular * highest * (1 + 1e-9)
        assert lowest <= rms <= highest
    assert all(radius <= size * (1 + 1e-9) for radius, size in zip(jacobians.radius, jacobians.singular, strict=True))
    assert all(
        ratio <= size * (1 + 1e-9) for ratio, size in zip(found.chain.ratios[:-1], jacobians.singular[1:], strict=True)
    )


def plain_factors(made, slope):
    """Return both factors at each step by the equations, walking back from the last loss with NumPy alone."""
    rollout, W = made.run(), made.values["W_hh"]
    h = [at["h"].value for at in rollout.layers[0].states]
    scores = rollout.outputs[rollout.steps].value
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    p[np.arange(len(p)), made.batch.targets[-1]] -= 1
    g, found = p / len(p) @ made.values["W_hy"].T, []
    for t in range(rollout.steps, 1, -1):
        raw = slope(h[t]) * g
        back = raw @ W.T
        found.append((np.linalg.norm(raw) / np.linalg.norm(g), np.linalg.norm(back) / np.linalg.norm(raw)))
        g = back
    return np.array(found[::-1]).T


SLOPES = {"tanh": lambda h: 1 - h**2, "sigmoid": lambda h: h * (1 - h), "relu": lambda h: h > 0}


@pytest.mark.parametrize("activation", SLOPES)
@pytest.mark.parametrize("batch", [1, 3])
def test_both_factors_are_those_of_the_equations(activation, batch):
    made = prepared(activation=activation, steps=15, hidden=8, batch=batch, seed=1)
    found = norm_report(made)
    split, expected = found.layers[0].split, plain_factors(made, SLOPES[activation])
    assert split.by_slope[:-1] == pytest.approx(expected[0], rel=1e-12)
    assert split.by_weight[:-1] == pytest.approx(expected[1], rel=1e-12)
    assert np.prod(expected, axis=0) == pytest.approx(found.chain.ratios[:-1], rel=1e-12)


@pytest.mark.parametrize("init", ["radius=0.5", "radius=1.5", "orthogonal=1.2"])
def test_the_mean_factors_multiply_to_the_rate(init):
    found = report(init=init, steps=40)
    split = found.layers[0].split
    assert split.slope_rate * split.weight_rate == pytest.approx(found.chain.decay.rate, rel=1e-13)
    assert split.other_rate == pytest.approx(1, rel=1e-12)
    if init.startswith("orthogonal"):
        assert split.weight_rate == pytest.approx(1.2, rel=1e-12)


def test_a_lower_layer_also_gets_what_the_layer_above_adds():
    lower, upper = report(layers=2, steps=20).layers
    rates = [layer.split.slope_rate * layer.split.weight_rate for layer in (lower, upper)]
    assert rates[1] == pytest.approx(upper.chain.decay.rate, rel=1e-12)
    assert rates[0] * lower.split.other_rate == pytest.approx(lower.chain.decay.rate, rel=1e-12)
    assert abs(lower.split.other_rate - 1) > 1e-3


@pytest.mark.parametrize(
    ("init", "blamed"),
    [("radius=0.5", "96% of the decay is by W_hh"), ("orthogonal=1", "100% of the decay is by tanh's slope")],
)
def test_the_factor_that_shrinks_more_is_blamed(init, blamed):
    assert blamed in why_words(report(init=init))[0]


def test_nobody_is_blamed_where_a_factor_grows():
    found = report(init="radius=1.5")
    assert found.layers[0].split.slope_share is None
    assert "decay" not in why_words(found)[0]


def test_dead_units_leave_no_factor_behind_them():
    split = report(values={"W_xh": 0.0, "b_h": -1.0}, activation="relu", steps=6).layers[0].split
    assert split.by_slope[-2] == 0
    assert set(split.by_slope[:-2]) == {None}
    assert split.slope_rate is None


@pytest.mark.parametrize("cell", ["lstm", "peephole"])
def test_along_c_is_the_whole_where_no_weights_lead_through_h(cell):
    closed = {"W_hh": 0.0} | (dict.fromkeys(("W_ci", "W_cf", "W_co"), 0.0) if cell == "peephole" else {})
    layer = report(cell, closed, steps=20).layers[0]
    assert layer.path.norms == pytest.approx(layer.states[1].last, rel=1e-12)
    assert layer.path.part == pytest.approx(1)
    assert (layer.path.gate, layer.path.state) == ("f", "c")


def test_along_h_is_the_whole_of_a_gru_without_weights():
    found = report("gru", {"W_hh": 0.0, "W_xh": 0.0}, steps=20)
    path = found.layers[0].path
    assert path.norms == pytest.approx(found.chain.norms, rel=1e-12)
    assert (path.gate, path.state, set(path.mean)) == ("z", "h", {0.5})
    assert path.decay.rate == pytest.approx(0.5)


def test_what_does_not_come_along_the_state_is_the_rest():
    closed = report("lstm", {"W_hh": 0.0}, steps=9).layers[0]
    assert max(closed.path.through) < 1e-15
    values = {"b_h": np.repeat([0.0, -800.0, 0.0, 0.0], 32)}  # a forget gate that is shut
    made = prepared("lstm", steps=9)
    made.values.update(values)
    shut = norm_report(made).layers[0]
    assert set(shut.path.norms[:-1]) == {0.0}
    assert shut.path.through[:-1] == pytest.approx(shut.states[1].last[:-1])
    path, whole = report("lstm", steps=9).layers[0].path, report("lstm", steps=9).layers[0].states[1].last
    for alone, rest, all_ in zip(path.norms, path.through, whole, strict=True):
        assert abs(alone - rest) <= all_ * (1 + 1e-12)
        assert all_ <= (alone + rest) * (1 + 1e-12)


def test_a_path_is_the_product_of_its_gates():
    made = prepared("lstm", steps=10, batch=2)
    rollout, path = made.run(), norm_report(made).layers[0].path
    f = {node.scope.t: node.value for node in rollout.tape.nodes if node.name == "f"}
    assert path.mean == pytest.approx([f[t].mean() for t in range(1, 11)])
    product = np.prod([f[t] for t in range(2, 11)], axis=0)
    assert path.norms[-1] * product.min() <= path.norms[0] <= path.norms[-1] * product.max()
    assert path.part < 1


@pytest.mark.parametrize(("cell", "split", "path"), [("rnn", True, False), ("lstm", False, True), ("gru", False, True)])
def test_each_cell_has_its_own_attribution(cell, split, path):
    layer = report(cell).layers[0]
    assert (layer.split is not None, layer.path is not None) == (split, path)


def test_all_layers_are_one_jacobian():
    found = measured("lstm", layers=2, hidden=4, steps=3)
    sizes = found.jacobians
    by_hand = [np.linalg.svd(jacobian, compute_uv=False) for jacobian in jacobians_of("lstm", layers=2, hidden=4)]
    assert {len(values) for values in by_hand} == {2 * 2 * 4}
    for k, series in ((0, sizes.singular), (8, sizes.median), (-1, sizes.smallest)):
        assert series == pytest.approx([values[k] for values in by_hand], rel=1e-12, abs=1e-18)


def jacobians_of(cell, **options):
    return list(temporal_jacobians(prepared(cell, steps=3, **options)))


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_products_of_a_linear_orthogonal_recurrence_are_powers_of_its_gain(gain):
    spans = measured(activation="identity", init=f"orthogonal={gain}", steps=31).jacobians.spans
    assert [one.steps for one in spans] == [1, 2, 5, 10, 20, 30]
    for one in spans:
        sizes = (one.largest, one.median, one.smallest, one.kept)
        assert sizes == pytest.approx([one.steps * np.log(gain)] * 4, abs=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_no_gradient_keeps_more_than_the_largest_singular_value_of_the_product(cell):
    for one in measured(cell, steps=40).jacobians.spans:
        assert one.kept <= one.largest * (1 + 1e-9) + 1e-9


def test_jacobians_are_measured_if_asked_and_not_too_large():
    assert report().jacobians is None
    assert measured(hidden=8, steps=200).jacobians is not None
    assert measured(hidden=300, steps=25).jacobians is None


def test_what_is_not_finite_has_no_size():
    found = measured(activation="relu", init="identity=8", steps=400, hidden=4)
    assert len(found.jacobians.singular) == 400
    assert found.layers[0].path is None
    assert found.jacobians.spans == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "a step back is ×0.932 by tanh's slope (0.87 to 0.98) and ×0.943 by W_hh (spectral radius 0.990, largest"),
        (
            {"cell": "lstm"},
            "half-life 2.2 steps; at step 1 that way alone is 1.3% of ‖∂L_T/∂c‖, the rest comes through h",
        ),
        ({"cell": "gru"}, "of ‖∂L_T/∂h‖, the rest comes through n"),
        ({"cell": "lstm", "steps": 1}, "the way through h adds to that"),
    ],
)
def test_attribution_in_words(options, words):
    assert words in why_words(report(**options))[0]
