"""Rates that are known exactly: identity, orthogonal, scalar and gated recurrences, and Pascanu's bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.runs import seeded
from bptt_viz.results.norms import Trend

from .norm_runs import prepared, report

# Zero weights and a positive bias keep all units active whatever the text says.
ACTIVE = {"W_xh": 0.0, "b_h": 0.5}


def test_an_active_irnn_passes_everything_on():
    found = report(values=ACTIVE, activation="relu", init="identity", steps=60)
    assert set(found.chain.ratios[:-1]) == {1.0}
    assert found.chain.decay.rate == found.chain.share == 1.0
    assert found.verdict is Trend.HEALTHY


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_linear_orthogonal_recurrence_has_its_gain(gain, batch):
    found = report(activation="identity", init=f"orthogonal={gain}", steps=80, batch=batch)
    assert found.chain.ratios[:-1] == pytest.approx([gain] * 79, rel=1e-12)
    assert found.chain.decay.rate == pytest.approx(gain, rel=1e-13)
    assert found.chain.decay.error < 1e-13
    assert found.layers[0].radius == pytest.approx(gain)
    assert found.layers[0].singular == pytest.approx(gain)


def test_the_verdict_on_a_linear_recurrence_follows_from_its_gain():
    verdicts = [report(activation="identity", init=f"orthogonal={gain}").verdict for gain in (0.9, 0.95, 1.05, 1.2)]
    assert verdicts == [Trend.VANISHING, Trend.HEALTHY, Trend.HEALTHY, Trend.EXPLODING]


@pytest.mark.parametrize(("activation", "slope"), [("tanh", lambda h: 1 - h**2), ("sigmoid", lambda h: h * (1 - h))])
def test_a_scalar_unit_multiplies_by_weight_times_slope(activation, slope):
    made = prepared(values={"W_hh": -0.8}, activation=activation, hidden=1, steps=30)
    h = np.array([states["h"].value.item() for states in made.run().layers[0].states[1:]])
    assert norm_report(made).chain.ratios[:-1] == pytest.approx(0.8 * slope(h[1:]), rel=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "peephole"])
def test_along_c_alone_the_gradient_is_the_product_of_forget_gates(cell):
    closed = {"W_hh": 0.0} | (dict.fromkeys(("W_ci", "W_cf", "W_co"), 0.0) if cell == "peephole" else {})
    made = prepared(cell, closed, steps=20)
    rollout = made.run()
    last = seeded(rollout, "last")
    layer = norm_report(made).layers[0]
    f = {node.scope.t: node.value for node in rollout.tape.nodes if node.name == "f"}
    expected = last[rollout.layers[0].states[20]["c"]]
    for t in range(19, 0, -1):
        expected = expected * f[t + 1]
        assert layer.states[1].last[t - 1] == pytest.approx(np.linalg.norm(expected), rel=1e-12)
        assert layer.states[0].last[t - 1] == 0
    assert layer.states[1].decay.rate == pytest.approx(np.mean(list(f.values())), rel=0.05)


def test_without_weights_an_lstm_of_forget_bias_one_halves_in_2_2_steps():
    found = report("lstm", {"W_hh": 0.0, "W_xh": 0.0}, steps=50)
    assert found.layers[0].states[1].decay.rate == pytest.approx(0.7310586, abs=1e-6)
    assert found.chain.decay.half_life == pytest.approx(2.2127, abs=1e-3)
    assert found.chain.norms[40 - 1] / found.chain.norms[-1] < 0.0436
    assert found.verdict is Trend.VANISHING


def test_without_weights_a_gru_keeps_z():
    found = report("gru", {"W_hh": 0.0, "W_xh": 0.0}, steps=30)
    assert found.chain.ratios[:-1] == pytest.approx([0.5] * 29, rel=1e-12)


@given(
    st.sampled_from(["tanh", "relu", "identity", "sigmoid"]),
    st.sampled_from(["radius=1.5", "xavier", "sparse", "normal=0.3"]),
    st.integers(0, 20),
)
def test_no_step_multiplies_by_more_than_the_largest_singular_value_times_the_steepest_slope(activation, init, seed):
    found = report(activation=activation, init=init, seed=seed, hidden=8, steps=12)
    steepest = 0.25 if activation == "sigmoid" else 1
    bound = found.layers[0].singular * steepest * (1 + 1e-9)
    assert all(ratio is None or ratio <= bound for ratio in found.chain.ratios)


def test_slope_and_radius_foretell_the_rate_of_a_random_network():
    for init in ("radius=0.5", "radius=1", "radius=1.5"):
        found = report(init=init, hidden=128, steps=100, seed=3)
        layer = found.layers[0]
        assert found.chain.decay.rate == pytest.approx(layer.radius * layer.activations[0].slope, rel=0.1)


def test_single_precision_gives_the_same_rate():
    rates = [report("lstm", dtype=dtype, steps=40).chain.decay.rate for dtype in ("float64", "float32")]
    assert rates[1] == pytest.approx(rates[0], rel=1e-5)


@pytest.mark.parametrize(("dtype", "reach"), [("float64", (290, 310)), ("float32", (28, 38))])
def test_the_fit_ends_where_the_type_underflows(dtype, reach):
    found = report(activation="identity", init="identity=0.1", dtype=dtype, steps=400, hidden=4)
    assert found.chain.decay.rate == pytest.approx(0.1, rel=1e-4)
    assert reach[0] <= found.chain.decay.farthest <= reach[1]
    assert found.chain.share == 0
