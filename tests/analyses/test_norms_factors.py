"""The decay taken apart: factors that are known exactly, paths that are the whole where nothing else is."""

import numpy as np
import pytest

from bptt_viz.analyses.norms import norm_report
from bptt_viz.render.norms_words import why_words

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


@pytest.mark.parametrize(
    ("init", "blamed"), [("radius=0.5", "by W_hh"), ("radius=1", "100% of that decay by the slope of tanh")]
)
def test_the_factor_that_shrinks_more_is_blamed(init, blamed):
    assert blamed in why_words(report(init=init))[0]


def test_nobody_is_blamed_where_a_factor_grows():
    found = report(init="radius=1.5")
    assert found.layers[0].split.slope_share is None
    assert "decay" not in why_words(found)[0]


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
    found = measured("lstm", layers=2, hidden=4, steps=3).jacobians
    assert len(found.singular) == len(found.radius) == 3


def test_jacobians_are_measured_if_asked_and_not_too_large():
    assert report().jacobians is None
    assert measured(hidden=8, steps=200).jacobians is not None
    assert measured(hidden=300, steps=25).jacobians is None


def test_what_is_not_finite_has_no_size():
    found = measured(activation="relu", init="identity=8", steps=400, hidden=4)
    assert len(found.jacobians.singular) == 400
    assert found.layers[0].path is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "tanh a mean slope of 0.93 (0.90 to 0.98 by step): together about ×0.921 a step, 87% of that decay by"),
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
