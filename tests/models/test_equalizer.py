"""The captioner with the losses of Hendricks et al. 2018: its data, what each loss does, and what is left out."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.models.equal_losses import EPSILON, GROUPS, appearance_confusion, confident, named
from bptt_viz.models.people import CONTEXTS, MEN, PART, PERSON, VOCABULARY, WOMEN, Bias, people
from bptt_viz.tape import Tape, backward

MANY = people(4000, 1, Bias())


def prepared(batch=6, **settings):
    return prepare(Request(cell="equalizer", hidden=5, batch=batch, settings=settings))


def said(batch, row):
    return [batch.answers[code] for code in batch.targets[:, row] if code < len(VOCABULARY)]


def test_the_words_of_both_groups_stand_where_the_losses_look_for_them():
    assert tuple(VOCABULARY[k] for k in GROUPS[0]) == WOMEN
    assert tuple(VOCABULARY[k] for k in GROUPS[1]) == MEN
    women, men = named(np.arange(len(VOCABULARY)))
    assert [VOCABULARY[k] for k in np.flatnonzero(women)] == list(WOMEN)
    assert [VOCABULARY[k] for k in np.flatnonzero(men)] == list(MEN)


def test_captions_are_true_of_what_was_drawn():
    for row in range(200):
        a, name, context = said(MANY, row)
        assert a == "a"
        assert name in ((MEN if MANY.men[row] else WOMEN) if MANY.evident[row] else (*WOMEN, *MEN, PERSON))
        assert CONTEXTS[MANY.features[row, PART : PART + 4].argmax()] == context or MANY.features[row, PART:].max() < 4


@pytest.mark.parametrize("bias", [0.5, 0.7, 1.0])
def test_contexts_go_along_with_the_group_as_often_as_the_bias_says(bias):
    batch = people(4000, 2, Bias(agreement=bias))
    of_women = np.array([said(batch, row)[-1] in CONTEXTS[:2] for row in range(batch.size)])
    assert abs(np.mean(of_women != batch.men) - bias) < 0.03


def test_the_shares_are_those_asked_for():
    assert abs(np.mean(~MANY.men) - 0.35) < 0.03
    assert abs(np.mean(MANY.evident) - 0.75) < 0.03
    unnamed = np.array([PERSON in said(MANY, row) for row in range(MANY.size)])
    assert not unnamed[MANY.evident].any()
    assert abs(np.mean(unnamed[~MANY.evident]) - 0.4) < 0.05


def test_the_mask_takes_the_person_out_and_leaves_the_context():
    assert np.array_equal(MANY.masked[:, PART:], MANY.features[:, PART:])
    assert abs(np.corrcoef(MANY.men, MANY.features[:, 0])[0, 1]) > 0.6
    assert not MANY.masked[:, :PART].any()
    unclear = MANY.features[~MANY.evident, 0]
    assert abs(np.corrcoef(MANY.men[~MANY.evident], unclear)[0, 1]) < 0.1


def probabilities(rows):
    """Return a tape and a leaf (N, V) with given shares of woman, girl, man, boy; the rest is another word's."""
    p = np.zeros((len(rows), len(VOCABULARY)))
    p[:, :4] = rows
    p[:, 5] = 1 - p.sum(axis=1)
    tape = Tape()
    return tape, tape.leaf(p)


def test_confusion_is_the_distance_of_the_groups_shares_where_a_group_is_named():
    rows = [[0.3, 0.2, 0.1, 0.1], [0.0, 0.1, 0.4, 0.3], [0.9, 0.0, 0.0, 0.0]]
    tape, p = probabilities(rows)
    of = appearance_confusion(p, np.array([0, 3, 5]))
    assert of.value == pytest.approx((0.3 + 0.6 + 0) / 3, rel=1e-14)
    slope = backward(tape, {of: np.ones(())})[p][:, :5] * 3
    np.testing.assert_allclose(slope, [[1, 1, -1, -1, 0], [-1, -1, 1, 1, 0], [0, 0, 0, 0, 0]], rtol=1e-14)


def test_confusion_counts_words_of_either_group():
    """An `and` in place of the `or` would make it 0 for any word."""
    _tape, p = probabilities([[0.5, 0.0, 0.1, 0.0]] * 4)
    for word in range(4):
        assert appearance_confusion(p, np.full(4, word)).value == pytest.approx(0.4, rel=1e-14)
    assert appearance_confusion(p, np.full(4, 4)).value == 0


def test_confidence_is_the_other_groups_share_over_the_own_one():
    rows = [[0.3, 0.1, 0.1, 0.1], [0.1, 0.1, 0.3, 0.1], [0.1, 0.1, 0.3, 0.1]]
    _tape, p = probabilities(rows)
    found = confident(p, np.array([1, 2, 4])).value
    assert found == pytest.approx((0.2 / (0.4 + EPSILON) + 0.2 / (0.4 + EPSILON)) / 3, rel=1e-14)
    wrong = confident(p, np.array([2, 1, 4])).value
    assert wrong == pytest.approx((0.4 / (0.2 + EPSILON) + 0.4 / (0.2 + EPSILON)) / 3, rel=1e-14)


def test_both_runs_have_the_same_weights_and_words():
    rollout = prepared().run()
    seen, unseen = rollout.layers
    assert seen.parameters == unseen.parameters
    assert (seen.name, unseen.name) == ("", "without the person")
    assert [module.name for module in rollout.modules] == ["start", "start", "unseen", "confusion", "confidence"]


def test_the_loss_is_the_weighted_sum_of_its_parts():
    rollout = prepared(confusion="3", confident="0.5").run()
    parts = {module.name: module.outcomes for module in rollout.modules}
    counted = prepared().batch.counted
    for t, loss in rollout.losses.items():
        words = np.mean(rollout.surprise[t].value * counted[t - 1])
        expected = words + 3 * parts["confusion"][t].value + 0.5 * parts["confidence"][t].value
        assert loss.value == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("settings", "rows", "modules"),
    [
        ({"confusion": "0", "confident": "0"}, 1, {"start"}),
        ({"confusion": "0"}, 1, {"start", "confidence"}),
        ({"confident": "0"}, 2, {"start", "unseen", "confusion"}),
    ],
)
def test_a_loss_without_weight_is_left_out(settings, rows, modules):
    rollout = prepared(**settings).run()
    assert rollout.rows == rows
    assert {module.name for module in rollout.modules} == modules
    assert ("v'" in rollout.given) == (rows == 2)


def test_rows_keep_everything_together():
    part = MANY.rows(slice(3, 5))
    for name in ("features", "masked", "men", "evident"):
        assert np.array_equal(getattr(part, name), getattr(MANY, name)[3:5])
    assert np.array_equal(part.targets, MANY.targets[:, 3:5])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"confusion": "-1"}, "option 'confusion' must not be negative, got -1"),
        ({"confident": "-.5"}, "option 'confident' must not be negative, got -0.5"),
        ({"bias": "1.2"}, "bias is a probability, from 0 to 1, got 1.2"),
        ({"women": "-0.1"}, "women is a probability, from 0 to 1, got -0.1"),
    ],
)
def test_what_cannot_be_had_is_refused(settings, message):
    with pytest.raises(UsageError, match=message):
        prepared(**settings)
