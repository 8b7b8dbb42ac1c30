"""Training with and without clipping, against plain gradient descent written out."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses.clipping import clipping
from bptt_viz.analyses.clipping_run import USUAL_UPDATES, clipped_runs
from bptt_viz.analyses.gradients import clip_by_norm, clip_elementwise, joint_norm, total_gradient
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.texts import read_text

LSTM = Request("lstm", hidden=5, steps=6, batch=2)


def descended(prepared, clip, rate, updates):
    """Return norms and losses of plain gradient descent over the text's first chunks, the state carried over."""
    values = {name: value.copy() for name, value in prepared.values.items()}
    text, (T, N) = read_text(prepared.request.text), prepared.batch.inputs.shape
    codes = np.array([prepared.batch.vocabulary.index(character) for character in text])
    pieces = codes[: len(codes) // N * N].reshape(N, -1)
    start, norms, losses = prepared.model.zero_start(N), [], []
    for k in range(updates):
        window = pieces[:, k * T : (k + 1) * T + 1].T
        one_hot = np.eye(len(prepared.batch.vocabulary))[window[:-1]]
        rollout = prepared.model.run(values, one_hot, window[1:], start)
        gradient = total_gradient(rollout)
        norms.append(joint_norm(gradient))
        losses.append(float(rollout.loss.value) / T)
        for name, value in clip(gradient).items():
            values[name] = values[name] - rate * value
        start = [{name: node.value for name, node in run.states[-1].items()} for run in rollout.layers]
    return norms, losses


def test_each_run_is_plain_gradient_descent_with_its_clip():
    prepared = prepare(LSTM)
    theta, c = 3.0, 0.5
    runs = clipped_runs(prepared, theta, c, 12, 0.3, lambda _: None)
    clips = (dict, lambda g: clip_by_norm(g, theta), lambda g: clip_elementwise(g, c))
    assert [run.name for run in runs] == ["none", "norm", "elementwise"]
    for run, clip in zip(runs, clips, strict=True):
        norms, losses = descended(prepared, clip, 0.3, 12)
        np.testing.assert_allclose(run.norms, norms, rtol=1e-9)
        np.testing.assert_allclose(run.losses, losses, rtol=1e-9)
    assert not runs[0].acted.any()
    np.testing.assert_array_equal(runs[1].acted, runs[1].norms >= theta)
    assert 0 < runs[2].acts <= 1


def test_shares_by_tenths_and_ends_are_means():
    run = clipped_runs(prepare(LSTM), 2.5, 1.0, 40, 0.1, lambda _: None)[1]
    np.testing.assert_allclose(run.tenths, run.acted.reshape(10, 4).mean(axis=1))
    assert run.acts == pytest.approx(np.mean(run.tenths))
    assert run.first == pytest.approx(run.losses[:4].mean())
    assert run.last == pytest.approx(run.losses[-4:].mean())
    assert run.stopped is None


def test_clipping_saves_a_run_that_stops_without_it():
    request = Request("rnn", activation="identity", hidden=8, steps=25, init="radius=1.2")
    none, norm, _ = clipped_runs(prepare(request), 1.0, 0.1, 200, 0.5, lambda _: None)
    assert none.stopped is not None
    assert len(none.losses) == none.stopped - 1
    assert np.isfinite(none.norms).all()
    assert norm.stopped is None
    assert norm.last < norm.first


def test_limits_measured_at_the_start_are_those_of_the_runs():
    found = clipping(prepare(LSTM), 10, updates=60, rate=0.1)
    assert [run.limit for run in found.runs] == [None, found.norm.limit, found.elementwise.limit]
    assert found.rate == 0.1
    words = f"In training they act on {found.runs[1].acts:.0%} and {found.runs[2].acts:.0%} of updates"
    assert found.runs[1].acts > 0
    assert found.finding.endswith(words)
    assert clipping(prepare(LSTM), 10, 1e9, 1e9, 5).finding.endswith("In training neither acts")
    assert clipping(prepare(LSTM), 10).runs == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"topology": "many-to-one"}, "only cells with the topology many-to-many"),
        ({"cell": "bidirectional"}, "only cells with the topology many-to-many"),
        ({"text": "hello", "steps": 4, "batch": 1}, "the text is too short for a second chunk"),
    ],
)
def test_models_that_cannot_learn_so_are_left_out_or_refused(changes, said):
    prepared = prepare(replace(LSTM, **changes))
    assert clipped_runs(prepared, 1.0, 1.0, None, 0.1, lambda _: None) == ()
    with pytest.raises(UsageError, match=said):
        clipped_runs(prepared, 1.0, 1.0, 5, 0.1, lambda _: None)


def test_so_many_updates_are_usual():
    assert len(clipped_runs(prepare(LSTM), 1.0, 1.0, None, 0.01, lambda _: None)[0].losses) == USUAL_UPDATES


@pytest.mark.parametrize("rate", [0.0, -1.0, float("inf"), float("nan")])
def test_a_rate_that_makes_no_step_is_refused(rate):
    with pytest.raises(UsageError, match="--rate must be positive and finite"):
        clipping(prepare(LSTM), 3, updates=2, rate=rate)
