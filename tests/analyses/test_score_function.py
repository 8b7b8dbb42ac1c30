"""The score-function gradient of hard attention is unbiased: by enumeration exactly, by drawing within its error."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from bptt_viz.analyses.score_function import enumerated, estimate, repeated, small_model
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.models.score_function import Estimator, Looks
from bptt_viz.tape import backward

L, T = 3, 2


def prepared(**settings):
    made = prepare(Request(cell="attention-captioner", hidden=5, settings={"attention": "hard", **settings}, seed=2))
    rng = np.random.default_rng(0)
    return replace(made, values={name: rng.uniform(-1, 1, value.shape) for name, value in made.values.items()})


def loss_of_paths(model, values, feed):
    """Return Σ_s p(s) C(s), path by path, from the attention weights and the losses alone."""
    total = 0
    for path in product(range(L), repeat=T):
        rollout = model.record(values, repeated(feed, 1, places=np.array(path)[:, None]))
        maps = next(module for module in rollout.modules if module.maps).maps
        likely = np.prod([maps[t + 1].value[..., 0, place] for t, place in enumerate(path)], axis=0)
        total = total + likely * sum(node.value[..., 0] for node in rollout.surprise.values())
    return total


@pytest.fixture(scope="module", params=[{}, {"gate": "true", "cell": "gru"}], ids=["lstm", "gru-gate"])
def case(request):
    made = prepared(**request.param)
    model, feed = small_model(made, L, T)
    return model, made.values, feed, enumerated(model, made.values, feed, L)


def test_the_exact_gradient_is_that_of_the_expectation_by_complex_steps(case):
    model, values, feed, paths = case
    rng = np.random.default_rng(1)
    for _ in range(3):
        along = {name: rng.uniform(-1, 1, value.shape) for name, value in values.items()}
        moved = {name: value + 1e-30j * along[name] for name, value in values.items()}
        slope = np.imag(loss_of_paths(model, moved, feed)) / 1e-30
        whole = np.concatenate([along[name].ravel() for name in paths.ends])
        assert paths.exact @ whole == pytest.approx(float(slope), rel=1e-11)


def test_probabilities_of_all_paths_sum_to_one(case):
    assert case[-1].probabilities.sum() == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("to_go", [False, True])
@pytest.mark.parametrize("baseline", [0.0, 3.7])
def test_the_estimators_expectation_is_the_exact_gradient(case, to_go, baseline):
    paths = case[-1]
    found = paths.mean(paths.estimates(paths.totals[to_go] - baseline))
    assert norm(found - paths.exact) <= 1e-12 * norm(paths.exact)


def test_what_training_descends_is_the_mean_of_these_estimates(case):
    """The cotangents that `fit` starts from, on a batch with a row for every path."""
    model, values, feed, paths = case
    every = np.array(list(product(range(L), repeat=T))).T
    wide = repeated(feed, every.shape[1], places=every)
    for to_go, before in ((False, None), (True, np.array([1.5, -0.4]))):
        rollout = model.record(values, wide)
        seeds = Estimator(to_go=to_go, baseline=before).seeds(rollout, wide)
        found = backward(rollout.tape, seeds, rollout.parameters.values())
        laid = np.concatenate([found[node].ravel() for node in rollout.parameters.values()])
        charged = paths.totals[to_go] - (0 if before is None else before[:, None])
        expected = paths.estimates(charged).mean(axis=0)
        assert norm(laid - expected) <= 1e-12 * norm(expected)


def test_the_entropy_term_is_the_gradient_of_the_mean_entropy(case):
    model, values, feed, _ = case
    wide = repeated(feed, 4, chance=np.random.default_rng(0).random((T, 4)))
    with_term, without = [], []
    for weight, kept in ((0.3, with_term), (0.0, without)):
        rollout = model.record(values, wide)
        seeds = Estimator(entropy=weight).seeds(rollout, wide)
        found = backward(rollout.tape, seeds, rollout.parameters.values())
        kept.append(found[rollout.parameters["v_a"]])

    def mean_entropy(v_a):
        rollout = model.record(values | {"v_a": v_a}, wide)
        maps = next(module for module in rollout.modules if module.maps).maps
        return -sum((a.value * np.log(a.value)).sum(axis=-1).mean() for a in maps.values())

    along = np.random.default_rng(2).uniform(-1, 1, values["v_a"].shape)
    slope = np.imag(mean_entropy(values["v_a"] + 1e-30j * along)) / 1e-30
    assert float(((with_term[0] - without[0]) * along).sum()) == pytest.approx(-0.3 * slope, rel=1e-10)


def test_words_that_do_not_count_charge_nobody():
    costs = np.array([[1.0, 2.0], [3.0, 0.0]])
    seen = Looks({}, {}, costs, np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert seen.totals(to_go=False).tolist() == [[4, 2], [4, 2]]
    assert seen.totals(to_go=True).tolist() == [[4, 2], [3, 0]]


def test_the_baseline_is_a_moving_average_of_the_runs_before():
    estimator = Estimator()
    assert estimator.charged(np.full((1, 2), 5.0)).tolist() == [[5, 5]]
    assert estimator.charged(np.array([[4.0, 8.0]])).tolist() == [[-1, 3]]
    assert estimator.baseline == pytest.approx([0.9 * 5 + 0.1 * 6])


def test_drawn_gradients_are_within_their_standard_error_and_the_baseline_lowers_the_variance():
    found = estimate(prepared(), L, T, 3000)
    assert found.is_unbiased
    assert 0.3 < found.whole.ratio < 3
    assert found.paths == L**T
    plain, moving, *others = found.variances
    assert plain.relative == 1
    assert moving.value < 0.2 * plain.value
    assert all(each.bias < 1e-12 for each in (plain, *others))
    to_go = {each.name: each.value for each in others}
    assert to_go["words from its own on, no baseline"] < plain.value


WRONG = {
    "no score function": lambda self, charged: self.direct,
    "the wrong sign": lambda self, charged: self.direct - np.einsum("tp,tpg->pg", charged, self.scores),
    "the first place alone": lambda self, charged: self.direct + charged[0][:, None] * self.scores[0],
    "the score function alone": lambda self, charged: np.einsum("tp,tpg->pg", charged, self.scores),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_estimator_is_seen_by_enumeration(case, wrong):
    paths = case[-1]
    found = paths.mean(wrong(paths, paths.totals[False] - 2.0))
    assert norm(found - paths.exact) > 0.01 * norm(paths.exact)


def test_a_biased_estimator_is_seen_by_drawing(monkeypatch):
    def forgets(self, totals):
        return 0.0 * totals

    monkeypatch.setattr(Estimator, "charged", forgets)
    assert not estimate(prepared(), L, T, 3000).is_unbiased


@pytest.mark.parametrize("settings", [{}, {"attention": "soft"}])
def test_only_few_paths_of_a_hard_attention_are_enumerated(settings):
    made = prepare(Request(cell="attention-captioner", hidden=3, settings={"attention": "hard", **settings}))
    with pytest.raises(UsageError, match="paths" if not settings else "hard"):
        small_model(made, 16, 8)
