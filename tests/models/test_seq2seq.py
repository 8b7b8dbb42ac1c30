"""Encoder and decoder: what is fed, when END is asked for, what attention looks at, and that it can be learned."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.models.pairs import END, START, SYMBOLS
from bptt_viz.tape import backward

T = 4


def prepared(batch=3, seed=0, **settings):
    return prepare(Request(cell="seq2seq", hidden=6, steps=T, batch=batch, seed=seed, settings=settings))


@pytest.mark.parametrize("task", ["copy", "reverse"])
def test_targets_are_the_source_and_end(task):
    batch = prepared(task=task).batch
    source = batch.inputs if task == "copy" else batch.inputs[::-1]
    assert np.array_equal(batch.targets[:-1], source)
    assert set(batch.targets[-1]) == {len(SYMBOLS)}
    written = [batch.asked(t) for t in range(T + 1, 2 * T + 2)]
    assert written == [*(SYMBOLS[k] for k in source[:, 0]), END]


def test_the_clock_has_the_source_first_and_one_step_more_for_end():
    rollout = prepared().run()
    encoder, decoder = rollout.layers
    assert list(encoder.steps) == [1, 2, 3, 4]
    assert list(decoder.steps) == [5, 6, 7, 8, 9]
    assert list(rollout.outputs) == list(decoder.steps)
    assert decoder.states[0] is encoder.states[-1]


def test_the_teacher_feeds_start_and_then_the_true_symbols():
    made = prepared()
    rollout, batch = made.run(), made.batch
    read = [batch.read(t, rollout.inputs[t].value) for t in range(1, 2 * T + 2)]
    source = [SYMBOLS[k] for k in batch.inputs[:, 0]]
    assert read == [*source, START, *source[::-1]]


def test_what_is_sampled_is_fed_back():
    """Likely symbols are fed often: with scores that leave no doubt, always."""
    made = prepared(batch=50, fed="sampled")
    made.values["W_hy"][:] = 0
    made.values["b_y"][:] = 0
    made.values["b_y"][3] = 50
    rollout = made.run()
    for t in range(T + 2, 2 * T + 2):
        assert set(rollout.inputs[t].value.argmax(axis=-1)) == {3}
    made.values["b_y"][3] = 0
    fed = [rollout.inputs[t].value.argmax(axis=-1) for rollout in [made.run()] for t in range(T + 2, 2 * T + 2)]
    counts = np.bincount(np.ravel(fed), minlength=len(SYMBOLS) + 2)
    assert counts[-1] == 0, "START is never written"
    assert counts[:-1].min() > 5


def test_zeros_are_fed_where_the_lecture_feeds_nothing():
    rollout = prepared(fed="zero").run()
    assert max(rollout.inputs) == T
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    assert not np.any(cotangents[rollout.parameters["W_xh_dec"]])
    assert np.any(cotangents[rollout.parameters["W_hh_dec"]])


@pytest.mark.parametrize("score", ["dot", "general", "additive"])
def test_attention_weights_are_shares_of_the_source(score):
    (module, _) = prepared(attention=score).run().modules
    assert list(module.maps) == [5, 6, 7, 8, 9]
    for t, weights in module.maps.items():
        assert weights.shape == (3, T)
        np.testing.assert_allclose(weights.value.sum(axis=-1), 1, rtol=1e-14)
        assert weights.value.min() > 0
        assert module.outcomes[t].shape == (3, 6)


def test_the_context_is_the_weighted_sum_of_the_encoders_states():
    rollout = prepared(attention="dot").run()
    encoder, decoder = rollout.layers
    memory = np.stack([encoder.state(s)["h"].value for s in encoder.steps], axis=1)
    module = rollout.modules[0]
    for t in decoder.steps:
        query = decoder.before(t)["h"].value
        scores = np.einsum("nlh,nh->nl", memory, query)
        shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        np.testing.assert_allclose(module.outcomes[t].value, np.einsum("nl,nlh->nh", shares, memory), rtol=1e-13)


def learned(updates, **settings):
    """Train by Adam on new strings each time; return the last rollout."""
    request = Request(cell="seq2seq", hidden=24, steps=T, batch=32, settings={"cell": "gru", **settings})
    made = prepare(request)
    first = {name: np.zeros_like(value) for name, value in made.values.items()}
    second = {name: np.zeros_like(value) for name, value in made.values.items()}
    for k in range(1, updates + 1):
        rollout = replace(made, batch=made.plan.batch(replace(request, seed=k))).run()
        found = backward(rollout.tape, {rollout.loss: np.ones(())}, list(rollout.parameters.values()))
        for name, leaf in rollout.parameters.items():
            first[name] += 0.1 * (found[leaf] - first[name])
            second[name] += 0.01 * (found[leaf] ** 2 - second[name])
            root = np.sqrt(second[name] / (1 - 0.99**k)) + 1e-8
            made.values[name] -= 0.02 * first[name] / (1 - 0.9**k) / root
    return replace(made, batch=made.plan.batch(replace(request, seed=0))).run()


def test_attention_learns_to_look_at_the_letter_to_be_written():
    rollout = learned(100, attention="additive")
    right = [(y.value.argmax(axis=-1) == rollout.asked[t]).mean() for t, y in rollout.outputs.items()]
    assert np.mean(right) == 1
    weights = rollout.modules[0].maps
    looked = np.array([weights[t].value.argmax(axis=-1) for t in range(T + 1, 2 * T + 1)])
    assert (looked == np.arange(T)[::-1, None]).mean() > 0.95


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(cell="seq2seq", text="hello"), "model 'seq2seq' makes its own data; leave --text out"),
        (Request(cell="seq2seq", topology="delayed"), "has a topology of its own; leave --topology out"),
        (Request(cell="seq2seq", steps=0), "--steps and --batch must be at least 1"),
        (Request(cell="seq2seq", settings={"attention": "sharp"}), "option 'attention' must be one of none, dot"),
        (Request(cell="seq2seq", settings={"cell": "elman"}), "unknown cell 'elman'"),
        (
            Request(cell="seq2seq", settings={"forget_bias": "2"}),
            "model 'seq2seq' has no option of that name, and its cell 'rnn' has no option 'forget_bias'",
        ),
        (Request(cell="seq2seq", settings={"sizes": "2"}), "its cell 'rnn' has no option 'sizes'"),
    ],
)
def test_what_cannot_be_had_is_refused(request_, message):
    with pytest.raises(UsageError, match=message):
        prepare(request_)


def test_an_option_that_is_not_the_models_is_its_cells():
    made = prepare(Request(cell="seq2seq", settings={"cell": "lstm", "forget_bias": "2.5"}))
    assert {cell.forget_bias for stack in made.model.stacks for cell in stack.cells} == {2.5}
