"""Clipping against vectors worked out by hand, plain passes a window, and sums over the steps."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses.clipping import clipping
from bptt_viz.analyses.gradients import (
    QUANTILE,
    batches,
    clip_by_norm,
    clip_elementwise,
    cosine,
    joint_norm,
    step_gradients,
    total_gradient,
)
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare

REQUESTS = {
    "rnn": Request("rnn", hidden=5, steps=6, init="radius=1.5"),
    "lstm": Request("lstm", hidden=4, steps=5, layers=2, batch=2),
    "gru": Request("gru", hidden=4, steps=5, topology="many-to-one"),
    "single": Request("rnn", hidden=3, topology="one-to-one", text="hello"),
    "float32": Request("rnn", hidden=5, steps=6, dtype="float32"),
}


@pytest.fixture(scope="module", params=REQUESTS)
def prepared(request):
    return prepare(REQUESTS[request.param])


@pytest.fixture(scope="module")
def found():
    return clipping(prepare(REQUESTS["rnn"]), 12)


def run(prepared, batch):
    return replace(prepared, batch=batch).run()


def flat(gradient):
    return np.concatenate([value.ravel() for value in gradient.values()])


GRADIENT = {"W": np.array([[3.0, 0.0], [0.0, 4.0]]), "b": np.array([-12.0])}  # of norm 13


def test_norm_clipping_is_joint_over_the_parameters():
    clipped = clip_by_norm(GRADIENT, 6.5)
    np.testing.assert_allclose(flat(clipped), [1.5, 0, 0, 2, -6])
    assert joint_norm(clipped) == pytest.approx(6.5)
    assert cosine(GRADIENT, clipped) == pytest.approx(1)


@pytest.mark.parametrize("threshold", [13.0, 20.0])
def test_a_gradient_within_the_threshold_stays(threshold):
    np.testing.assert_allclose(flat(clip_by_norm(GRADIENT, threshold)), flat(GRADIENT), rtol=1e-15)


def test_elementwise_clipping_turns():
    clipped = clip_elementwise(GRADIENT, 4.0)
    np.testing.assert_array_equal(flat(clipped), [3, 0, 0, 4, -4])
    assert cosine(GRADIENT, clipped) == pytest.approx((9 + 16 + 48) / (13 * math.sqrt(41)))


def test_cosines_of_tiny_huge_and_no_gradients():
    for scale in (1e-200, 1e200):
        assert cosine({"a": np.array([scale, 0])}, {"a": np.array([scale, scale])}) == pytest.approx(math.sqrt(0.5))
    assert cosine({"a": np.zeros(2)}, {"a": np.ones(2)}) == 1


def test_the_steps_sum_to_the_total(prepared):
    rollout = run(prepared, batches(prepared, 3)[1])
    total, steps = total_gradient(rollout), list(step_gradients(rollout))
    assert len(steps) == prepared.model.pattern.steps
    close = 1e-4 if prepared.request.dtype == "float32" else 1e-12
    for name, value in total.items():
        np.testing.assert_allclose(np.sum([step[name] for step in steps], axis=0), value, rtol=close, atol=close)


def test_the_total_is_the_slope_of_the_loss():
    prepared = prepare(REQUESTS["lstm"])
    (batch,) = batches(prepared, 1)
    total = total_gradient(run(prepared, batch))
    rng = np.random.default_rng(0)
    way = {name: rng.standard_normal(value.shape) for name, value in prepared.values.items()}
    ends = []
    for step in (1e-6, -1e-6):
        moved = {name: value + step * way[name] for name, value in prepared.values.items()}
        ends.append(float(run(replace(prepared, values=moved), batch).loss.value))
    slope = (ends[0] - ends[1]) / 2e-6
    assert sum(np.sum(total[name] * way[name]) for name in total) == pytest.approx(slope, rel=1e-7)


def test_windows_are_measured_one_by_one(prepared):
    found = clipping(prepared, 4, threshold=2.0, limit=0.3)
    for k, batch in enumerate(batches(prepared, 4)):
        gradient = total_gradient(run(prepared, batch))
        assert found.norms[k] == pytest.approx(np.linalg.norm(flat(gradient)))
        assert found.largest[k] == np.abs(flat(gradient)).max()
        cut = np.clip(flat(gradient), -0.3, 0.3)
        assert found.elementwise.after[k] == pytest.approx(np.linalg.norm(cut))
        wanted = cut @ flat(gradient) / np.linalg.norm(cut) / np.linalg.norm(flat(gradient))
        assert found.elementwise.cosine[k] == pytest.approx(wanted)
    np.testing.assert_array_equal(found.norm.after, np.minimum(found.norms, 2.0))
    assert found.norm.acts == np.mean(found.norms >= 2.0)
    assert found.elementwise.acts == np.mean(found.largest > 0.3)
    assert found.shown == int(np.argmax(found.norms))


def test_clipped_steps_sum_to_the_clipped_total():
    prepared = prepare(REQUESTS["rnn"])
    found = clipping(prepared, 3, threshold=0.5, limit=0.2)
    rollout = run(prepared, batches(prepared, 3)[found.shown])
    total = flat(total_gradient(rollout))
    ratio = np.where(total != 0, np.clip(total, -0.2, 0.2) / np.where(total != 0, total, 1), 1)
    kept = [flat(step) * ratio for step in step_gradients(rollout)]
    np.testing.assert_allclose(np.sum(kept, axis=0), np.clip(total, -0.2, 0.2), atol=1e-12)
    np.testing.assert_allclose(found.by_element, [np.linalg.norm(each) for each in kept])
    np.testing.assert_allclose(found.by_norm, found.before * 0.5 / np.linalg.norm(total))
    assert found.parts[-1].name == "all"
    assert found.parts[-1].by_norm == pytest.approx(0.5)
    assert found.parts[-1].cut == np.mean(np.abs(total) > 0.2)


def test_limits_nobody_gave_are_measured(found):
    assert found.norm.measured
    assert found.elementwise.measured
    assert found.norm.limit == np.quantile(found.norms, QUANTILE)
    assert found.elementwise.limit == np.quantile(found.largest, QUANTILE)
    given = clipping(prepare(REQUESTS["rnn"]), 2, threshold=1.0, limit=1.0)
    assert not given.norm.measured
    assert not given.elementwise.measured


def test_limits_out_of_reach_change_nothing():
    found = clipping(prepare(REQUESTS["rnn"]), 3, threshold=1e6, limit=1e6)
    assert (found.norm.acts, found.elementwise.acts) == (0, 0)
    np.testing.assert_array_equal(found.by_norm, found.before)
    np.testing.assert_array_equal(found.by_element, found.before)
    assert "never turns it" in found.finding


def test_gradients_that_are_not_finite_are_refused_or_left_out():
    request = Request("rnn", hidden=16, steps=25, activation="relu", init="radius=1e20", dtype="float32")
    with pytest.raises(UsageError, match="no window has a finite gradient"):
        clipping(prepare(request), 3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"threshold": 0.0}, "--threshold must be positive"),
        ({"limit": math.nan}, "--limit must be positive"),
        ({"count": 0}, "--windows must be at least 1"),
    ],
)
def test_nonsense_is_refused(change, said):
    with pytest.raises(UsageError, match=said):
        clipping(prepare(REQUESTS["rnn"]), **change)
