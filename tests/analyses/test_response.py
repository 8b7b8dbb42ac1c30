"""Responses of units against plain loops, fixed points, exact powers and the lecture page's numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses.response import UNITS, response, unit_matrices
from bptt_viz.analyses.response_words import weights_where
from bptt_viz.errors import UsageError
from bptt_viz.results.response import VECTOR_WEIGHTS, ResponseSetting

VECTOR = ResponseSetting(vector=True, weights=VECTOR_WEIGHTS, hidden=12, seeds=3, steps=30)
PLAIN = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "relu": lambda x: max(x, 0.0),
    "identity": lambda x: x,
}


@pytest.fixture(scope="module")
def found():
    return response(ResponseSetting())


def run_of(found, activation, weight):
    (panel,) = (panel for panel in found.panels if panel.activation == activation)
    (run,) = (run for run in panel.runs if run.weight == weight)
    return run


@pytest.mark.parametrize(
    ("activation", "weight", "t", "wanted"),
    [
        *(("sigmoid", w, 0, h) for w, h in ((0.5, 0.6225), (0.9, 0.7109), (1, 0.7311), (1.1, 0.7503))),
        *(("sigmoid", w, 20, h) for w, h in ((0.5, 0.5709), (0.9, 0.6402), (0.99, 0.6571), (1, 0.6590), (1.1, 0.6783))),
        *(("tanh", w, 0, h) for w, h in ((0.5, 0.4621), (0.9, 0.7163), (1, 0.7616), (1.1, 0.8005))),
        *(("tanh", w, 20, h) for w, h in ((0.5, 0.0), (0.9, 0.0555), (0.99, 0.2287), (1, 0.2558), (1.1, 0.5059))),
        *(("relu", w, 20, h) for w, h in ((0.5, 0.0), (0.9, 0.1094), (0.99, 0.8097), (1, 1.0), (1.1, 7.4002))),
    ],
)
def test_the_lecture_pages_values(found, activation, weight, t, wanted):
    assert run_of(found, activation, weight).values[t] == pytest.approx(wanted, abs=5.1e-5)


@pytest.mark.parametrize(
    ("activation", "weight", "agree"),
    [("sigmoid", 0.9, 5), ("sigmoid", 1, 6), ("sigmoid", 1.1, 6), ("tanh", 0.9, 66), ("tanh", 1.1, None)],
)
def test_steps_until_both_runs_agree(found, activation, weight, agree):
    assert run_of(found, activation, weight).agree == agree


def test_tanh_beyond_one_has_two_stable_states(found):
    low, high = 0.1, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if math.tanh(1.1 * middle) > middle else (low, middle)
    run = run_of(found, "tanh", 1.1)
    assert run.fate == "keeps"
    assert run.settled == pytest.approx(low, abs=1e-12)
    assert run.settled == pytest.approx(0.50294, abs=5e-6)
    assert math.log(run.slope) == pytest.approx(-0.196312, abs=1e-6)


def test_relu_is_a_power_and_forgets_by_it(found):
    for run in found.panels[2].runs:
        np.testing.assert_allclose(run.values, run.weight ** np.arange(1, 22), rtol=1e-12)
        np.testing.assert_array_equal(run.mirrored, 0)
        if run.weight < 1:
            assert run.weight**run.agree <= 1e-3 < run.weight ** (run.agree - 1) + 1e-18
            assert run.slope == pytest.approx(run.weight)
    assert [run.fate for run in found.panels[2].runs] == ["forgets"] * 5 + ["keeps", "grows"]
    assert found.panels[2].runs[-1].settled == math.inf


def test_what_is_neither_forgotten_nor_at_rest_lingers(found):
    run = run_of(found, "tanh", 1)
    assert run.fate == "lingers"
    assert math.isnan(run.settled)
    assert math.isnan(run.slope)


@pytest.mark.parametrize("activation", UNITS)
def test_a_plain_loop_agrees(activation):
    setting = ResponseSetting(False, (activation,), (-1.3, 0.7, 1.2), (-0.4, 0.3), start=0.6, steps=9)
    for panel in response(setting).panels:
        for run in panel.runs:
            for values, h in ((run.values, 0.6), (run.mirrored, -0.6)):
                for value in values:
                    h = PLAIN[activation](run.weight * h + panel.bias)
                    assert value == pytest.approx(h, rel=1e-12, abs=1e-300)


def test_a_cycle_of_two_counts_as_rest():
    (panel,) = response(ResponseSetting(activations=("tanh",), weights=(-1.1,))).panels
    assert panel.runs[0].fate == "keeps"
    assert abs(panel.runs[0].settled) == pytest.approx(0.50294, abs=5e-6)


def test_linear_orthogonal_vectors_follow_the_power_exactly():
    found = response(replace(VECTOR, activations=("identity",), matrices=("orthogonal",)))
    for run in found.panels[0].runs:
        np.testing.assert_allclose(run.values, run.power, rtol=1e-12)
        np.testing.assert_allclose(run.mirrored, run.power, rtol=1e-12)
        assert run.rate == pytest.approx(run.weight)
    assert found.finding == "‖h(t)‖ goes with |λ|ᵗ: linear at every |λ|"


@pytest.mark.parametrize(("matrix", "close"), [("symmetric", 1e-2), ("random", 3e-2)])
def test_other_linear_vectors_follow_it_in_the_long_run(matrix, close):
    found = response(replace(VECTOR, activations=("identity",), matrices=(matrix,), steps=400))
    for run in found.panels[0].runs:
        assert run.rate == pytest.approx(run.weight, rel=close)


def test_matrices_are_what_they_are_called():
    every = {kind: unit_matrices(VECTOR, kind) for kind in VECTOR.matrices}
    for drawn in every.values():
        assert np.abs(np.linalg.eigvals(drawn)).max(axis=-1) == pytest.approx(np.ones(3))
    np.testing.assert_array_equal(every["symmetric"], every["symmetric"].swapaxes(-1, -2))
    turned = every["orthogonal"] @ every["orthogonal"].swapaxes(-1, -2)
    np.testing.assert_allclose(turned, np.broadcast_to(np.eye(12), turned.shape), atol=1e-12)


def test_more_seeds_leave_the_first_matrices_as_they_were():
    np.testing.assert_array_equal(
        unit_matrices(VECTOR, "random"), unit_matrices(replace(VECTOR, seeds=5), "random")[:3]
    )


def test_medians_over_the_seeds():
    setting = replace(VECTOR, activations=("tanh",), matrices=("random",), weights=(0.9,))
    (W,) = (unit_matrices(setting, "random"),)
    norms = []
    for s in range(3):
        h = np.full(12, 1 / np.sqrt(12))
        own = []
        for _ in range(31):
            h = np.tanh(0.9 * W[s] @ h)
            own.append(np.linalg.norm(h))
        norms.append(own)
    np.testing.assert_allclose(response(setting).panels[0].runs[0].values, np.median(norms, axis=0), rtol=1e-12)


def test_the_finding_says_what_the_numbers_say(found):
    assert found.finding == (
        "How long a unit remembers its start: sigmoid at most 6 steps; tanh over 10,000 steps at w = 1, for ever at"
        " w = 1.1; ReLU for ever at w = 1, while blowing up at w = 1.1"
    )
    assert response(VECTOR).finding.startswith(
        "‖h(t)‖ goes with |λ|ᵗ: sigmoid nowhere (constant at every |λ|); tanh up"
    )


@pytest.mark.parametrize(
    ("hit", "said"),
    [
        ([1, 1, 1, 1], "at every w"),
        ([1, 1, 0, 0], "up to w = 2"),
        ([0, 0, 1, 1], "from w = 3 on"),
        ([1, 0, 0, 0], "at w = 1"),
        ([1, 0, 1, 1], "at w = 1, 3 and 4"),
    ],
)
def test_weights_in_words(hit, said):
    assert weights_where([1, 2, 3, 4], [bool(h) for h in hit], "w") == said


def test_lists_are_put_in_order():
    setting = response(ResponseSetting(False, ("tanh", "tanh"), (1.0, 0.5, 1), (1.0, 0.0))).setting
    assert (setting.activations, setting.weights, setting.biases) == (("tanh",), (0.5, 1.0), (0.0, 1.0))
    assert (setting.steps, setting.matrices, setting.hidden, setting.seeds) == (20, (), 1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"activations": ("softplus",)}, "--activation must be one of"),
        ({"activations": ()}, "--activation names none"),
        ({"weights": (math.nan,)}, "--weight must be finite"),
        ({"biases": (math.inf,)}, "--bias must be finite"),
        ({"matrices": ("diagonal",)}, "--matrix must be one of"),
        ({"weights": (-1.0,), "vector": True}, "positive"),
        ({"start": 0.0}, "--start must be positive"),
        ({"steps": 0}, "--steps must be at least 1"),
        ({"seeds": 0}, "--seeds must be at least 1"),
    ],
)
def test_nonsense_is_refused(change, said):
    with pytest.raises(UsageError, match=said):
        response(replace(ResponseSetting(), **change))
