"""The character model: the lecture's numbers, its softmaxes, and what it reads."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Feed, Request, Sizes, planned, prepare, target_class
from bptt_viz.models.hello import SCORES, STATES
from bptt_viz.models.readouts import inclusion, sampled
from bptt_viz.models.sampling import Choosing
from bptt_viz.ops.softmax import log_softmax_value
from bptt_viz.tape import backward

D, H, V, T, N = 5, 4, 11, 3, 2
HELLO = Request(cell="char-lm", hidden=3, text="hello", settings={"weights": "lecture"})


def model(outputs=V, **settings):
    request = Request(cell="char-lm", settings=settings)
    return planned(request, target_class("char-lm")).model(Sizes(D, H, outputs, 1, T))


def values_of(made, seed=0):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in made.parameters().items()}


def as_rows(values):
    """Return parameters of the exact softmax as a model has them that looks rows up."""
    kept = {name: value for name, value in values.items() if name not in {"W_hy", "b_y"}}
    return kept | {"W_yh": values["W_hy"].T, "b_y": values["b_y"][:, None]}


class TestHello:
    """CS231n, lecture 10."""

    rollout = prepare(HELLO).run()

    def test_its_states_are_the_lectures(self):
        states = np.array([at["h"].value[0] for at in self.rollout.layers[0].states[1:]])
        np.testing.assert_array_equal(np.round(states, 1), STATES)

    def test_its_scores_are_the_lectures(self):
        scores = np.array([y.value[0] for y in self.rollout.outputs.values()])
        np.testing.assert_allclose(scores, SCORES, atol=1e-12)

    def test_its_losses_are_the_lectures(self):
        losses = [float(loss.value) for loss in self.rollout.losses.values()]
        np.testing.assert_allclose(losses, [2.0785, 2.9001, 0.3796, 0.2314], atol=5e-5)
        assert float(self.rollout.loss.value) == pytest.approx(5.58957, abs=5e-6)

    def test_a_sample_may_say_e_where_the_likeliest_is_o(self):
        first = self.rollout.outputs[1].value
        shares = Choosing().probabilities(first)[0]
        assert shares["helo".index("e")] == pytest.approx(0.125, abs=5e-4)
        assert "helo"[int(Choosing(greedy=True).chosen(first, np.zeros(1))[0])] == "o"
        below_e = shares["helo".index("h")] + 0.06
        assert "helo"[int(Choosing().chosen(first, np.array([below_e]))[0])] == "e"

    @pytest.mark.parametrize("change", [{"hidden": 4}, {"text": "sonnets"}, {"layers": 2}])
    def test_another_size_is_refused(self, change):
        with pytest.raises(UsageError, match="--hidden 3 --layers 1 on --text hello"):
            prepare(replace(HELLO, **change))


def losses(made, values, feed):
    return np.array([loss.value for loss in made.record(values, feed).losses.values()])


def test_a_sampled_softmax_over_the_whole_vocabulary_is_the_exact_one():
    exact, whole = model(), model(softmax="sampled", samples=str(V))
    values = values_of(exact)
    feed = whole.random_feed(np.random.default_rng(1), N)
    found, expected = whole.record(as_rows(values), feed), exact.record(values, feed)
    np.testing.assert_allclose(found.loss.value, expected.loss.value, rtol=1e-12)
    ours = backward(found.tape, {found.loss: np.ones(())})
    theirs = backward(expected.tape, {expected.loss: np.ones(())})
    for name, leaf in expected.parameters.items():
        other = {"W_hy": "W_yh"}.get(name, name)
        gradient = ours[found.parameters[other]]
        wanted = theirs[leaf].T if name == "W_hy" else theirs[leaf].reshape(gradient.shape)
        np.testing.assert_allclose(gradient, wanted, rtol=1e-11, atol=1e-13)


def test_a_smaller_sample_gives_another_loss():
    exact, some = model(), model(softmax="sampled", samples="3")
    values, feed = values_of(exact), some.random_feed(np.random.default_rng(1), N)
    assert np.abs(losses(some, as_rows(values), feed) - losses(exact, values, feed)).min() > 0.01


def test_the_sum_over_a_sample_is_right_in_the_mean():
    """exp(own) + Σ exp(y_w)/π_w over the sample, whose mean is Σ exp(y_w) over all classes."""
    made = model(softmax="sampled", samples="4")
    values = values_of(made)
    feed = made.random_feed(np.random.default_rng(1), 1)
    weights = np.random.default_rng(2).uniform(1, 9, V)
    kept, rng = inclusion(weights, 4), np.random.default_rng(3)
    sums = []
    for _ in range(3000):
        classes = dict(feed.classes) | {"sample": np.stack([sampled(rng, kept) for _ in range(T)])}
        rollout = made.record(values, Feed(feed.arrays, classes, {"kept": np.log(kept)}))
        sums.append(np.exp(rollout.outputs[2].value[0]).sum())
    h = made.record(values, feed).layers[0].state(2)["h"].value[0]
    whole = np.exp(values["W_yh"] @ h + values["b_y"][:, 0]).sum()
    error = np.std(sums) / np.sqrt(len(sums))
    assert abs(np.mean(sums) - whole) < 4 * error
    assert error < 0.02 * whole


@pytest.mark.parametrize("size", [1, 4, V - 1, V])
def test_inclusion_probabilities_are_those_of_the_samples(size):
    weights = np.array([1, 1, 2, 30, 5, 1, 2, 3, 1, 8, 4.0])
    kept, rng = inclusion(weights, size), np.random.default_rng(0)
    assert kept.sum() == pytest.approx(size)
    assert kept.max() <= 1
    counts = np.zeros(V)
    for _ in range(4000):
        sample = sampled(rng, kept)
        assert len(set(sample)) == size
        counts[sample] += 1
    np.testing.assert_allclose(counts / 4000, kept, atol=0.04)


@pytest.mark.parametrize("outputs", [1, 2, 3, 4, 5, 9, 10, 11, 30])
def test_probabilities_of_two_levels_sum_to_one(outputs):
    made = model(outputs, softmax="two-level")
    values, feed = values_of(made), made.random_feed(np.random.default_rng(1), N)
    total = 0.0
    for word in range(outputs):
        classes = {"targets": np.full((T, N), word)}
        rollout = made.record(values, Feed(feed.arrays, classes))
        total = total + np.exp(-np.array([node.value for node in rollout.surprise.values()]))
    np.testing.assert_allclose(total, np.ones((T, N)), rtol=0, atol=1e-12)


def test_two_levels_are_the_product_of_two_softmaxes():
    made = model(softmax="two-level")
    values, feed = values_of(made), made.random_feed(np.random.default_rng(1), N)
    rollout = made.record(values, feed)
    for t, row in ((1, 0), (3, 1)):
        h, word = rollout.layers[0].state(t)["h"].value[row], feed.classes["targets"][t - 1, row]
        cluster = word // 4  # 11 classes in clusters of 4, 4 and 3
        clusters = log_softmax_value(h @ values["W_hc"] + values["b_c"])
        members = np.arange(4 * cluster, min(4 * cluster + 4, V))
        inside = log_softmax_value(values["W_yh"][members] @ h + values["b_y"][members, 0])
        expected = -clusters[cluster] - inside[word % 4]
        assert rollout.surprise[t].value[row] == pytest.approx(expected, rel=1e-13)


def test_an_embedding_is_the_product_of_a_one_hot_row_with_its_table():
    table, rows = model(reads="embedding"), model(reads="one-hot")
    values = values_of(table)
    feed = table.random_feed(np.random.default_rng(1), N)
    joined = {"W_xh": values["E"] @ values["W_xh"]}
    one_hot = Feed({"x": np.eye(D)[feed.classes["read"]]}, feed.classes)
    kept = {name: value for name, value in values.items() if name != "E"}
    np.testing.assert_allclose(losses(table, values, feed), losses(rows, kept | joined, one_hot), rtol=1e-13)
