"""Visual question answering: what is asked and answered, what is looked at, and that it can be learned."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.models.questions import ANSWERS, LONGEST, NOTHING, VOCABULARY, questions
from bptt_viz.models.scenes import COLOURS, PIXELS, SIDE
from bptt_viz.training.fitting import LearningRecipe, learn, ran, right


def prepared(batch=4, **settings):
    return prepare(Request(cell="vqa", hidden=6, batch=batch, settings=settings))


def asked(batch, row):
    return [batch.vocabulary[code] for code in batch.inputs[:, row] if batch.vocabulary[code] != NOTHING]


def patch(batch, row, place):
    """Return one place of an image, (8, 8, 3)."""
    top, left = (PIXELS * k for k in divmod(int(place), SIDE))
    return batch.images[row, top : top + PIXELS, left : left + PIXELS]


def shown_colour(patch):
    """Name the colour in the middle of a place, by the nearest one."""
    middle = patch[3:5, 3:5].mean(axis=(0, 1))
    return min(COLOURS, key=lambda name: np.abs(middle - COLOURS[name]).sum())


def test_answers_are_true_of_the_image():
    batch = questions(300, 1)
    kinds = set()
    for row in range(batch.size):
        words, answer = asked(batch, row), ANSWERS[batch.targets[0, row]]
        kinds.add(words[0] + words[1])
        objects = [place for place in range(SIDE * SIDE) if patch(batch, row, place).std(axis=(0, 1)).max() > 0.1]
        if words[0] == "how":
            assert ("one", "two", "three").index(answer) + 1 == len(objects)
            assert batch.named[0, row] == -1
            continue
        colour = shown_colour(patch(batch, row, batch.named[0, row]))
        assert batch.named[0, row] in objects
        if words[:2] == ["what", "colour"]:
            assert answer == colour
        elif words[:2] == ["what", "is"]:
            assert words[3] == colour
        else:
            assert answer == ("yes" if words[3] == colour else "no")
    assert len(kinds) == 4


def test_shapes_are_told_by_how_much_of_their_place_they_cover():
    batch = questions(400, 2)
    covered = {}
    for row in range(batch.size):
        answer = ANSWERS[batch.targets[0, row]]
        if answer in ("square", "circle", "triangle"):
            off = np.abs(patch(batch, row, batch.named[0, row]) - 0.93).max(axis=-1) > 0.3
            covered.setdefault(answer, []).append(off.sum())
    assert {name: (min(counts), max(counts)) for name, counts in covered.items()} == {
        "square": (36, 36),
        "circle": (44, 44),
        "triangle": (24, 24),
    }


@pytest.mark.parametrize("steps", [1, 3, 5, 8])
def test_a_question_ends_with_the_last_step(steps):
    batch, whole = questions(50, 3, steps), questions(50, 3)
    assert batch.inputs.shape == (steps, 50)
    shared = min(steps, LONGEST)
    assert np.array_equal(batch.inputs[-shared:], whole.inputs[-shared:])
    assert set(batch.inputs[:-LONGEST].ravel()) <= {VOCABULARY.index(NOTHING)}
    assert np.array_equal(batch.targets, whole.targets)


def test_rows_keep_images_and_questions_together():
    batch = questions(9, 4)
    part = batch.rows(slice(3, 5))
    for name in ("features", "images"):
        assert np.array_equal(getattr(part, name), getattr(batch, name)[3:5])
    assert np.array_equal(part.named, batch.named[:, 3:5])
    assert np.array_equal(part.inputs, batch.inputs[:, 3:5])
    assert part.size == 2


@pytest.mark.parametrize("attention", ["general", "additive"])
def test_what_is_seen_is_the_weighted_sum_of_the_places(attention):
    made = prepared(attention=attention)
    rollout = made.run()
    looking, joining = rollout.modules
    (weights,) = (node.value for node in looking.maps.values())
    assert weights.shape == (4, 16)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    seen = np.einsum("nl,nlf->nf", weights, made.batch.features)
    np.testing.assert_allclose(looking.outcomes[5].value, seen, rtol=1e-13, atol=1e-15)
    both = np.concatenate([rollout.layers[0].state(5)["h"].value, seen], axis=-1)
    expected = np.tanh(both @ made.values["W_u"] + made.values["b_u"])
    np.testing.assert_allclose(joining.outcomes[5].value, expected, rtol=1e-13)


def test_without_attention_the_image_is_one_vector():
    made = prepared()
    assert made.run().given["v"].shape == (4, 32)
    assert np.array_equal(made.batch.features, questions(4, 0).features.sum(axis=1))


def test_the_answer_alone_is_asked_for():
    rollout = prepared().run()
    assert list(rollout.outputs) == list(rollout.losses) == [5]
    assert rollout.outputs[5].shape == (4, len(ANSWERS))


def test_attention_learns_to_answer_and_to_look_at_what_is_asked_about():
    request = Request(cell="vqa", hidden=40, batch=48, settings={"cell": "gru", "attention": "additive"})
    found, values = learn(LearningRecipe(request, 350, "adam", 0.01, 5.0), lambda share: None)
    assert found.right > 0.85
    assert found.points[0].loss > 3 * found.points[-1].loss
    made = prepare(request)
    made.values.update(values)
    fresh = questions(300, 10**7)
    rollout = ran(made, fresh, 0)[0]
    assert right(rollout) > 0.85
    weights = rollout.modules[0].maps[5].value
    named = fresh.named[0]
    one = named >= 0
    assert (weights.argmax(axis=-1) == named)[one].mean() > 0.75


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request(cell="vqa", text="hello"), "model 'vqa' makes its own data; leave --text out"),
        (Request(cell="vqa", steps=0), "--steps and --batch must be at least 1"),
        (Request(cell="vqa", settings={"attention": "dot"}), "option 'attention' must be one of none, general, add"),
    ],
)
def test_what_cannot_be_had_is_refused(request_, message):
    with pytest.raises(UsageError, match=message):
        prepare(request_)
