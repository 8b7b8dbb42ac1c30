"""The score-function estimator of a hard attention, held against the exact expectation by enumerating all places."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from bptt_viz.analyses.runs import describe
from bptt_viz.arrays import Array, norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Feed, Prepared, Rollout
from bptt_viz.models.attention_captioner import AttentionCaptioner
from bptt_viz.models.score_function import Estimator, Looks, hard_attention, looks
from bptt_viz.ops import exp, multiply, stack, sum
from bptt_viz.results.attend import Estimate, ParameterEstimate, Variance
from bptt_viz.tape import Node, backward

_MOST = 4096
"""Paths that may be enumerated."""
_WITHIN = 3.0
"""Standard errors that an unbiased mean may be off."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Every sequence of places, P of them, for one image and caption; gradients have all parameters laid end to end.

    Attributes:
        probabilities: p(s), (P,).
        totals: what each place is charged with, (T, P), by whole captions and by words from its own on.
        direct: ∇C(s), (P, G).
        scores: ∇log p(s_t), (T, P, G).
        exact: ∇ Σ_s p(s) C(s), (G,).
        ends: where each parameter ends in these vectors, by name.
    """

    probabilities: Array
    totals: Mapping[bool, Array]
    direct: Array
    scores: Array
    exact: Array
    ends: Mapping[str, int]

    def estimates(self, charged: Array) -> Array:
        """Return the estimator's value on each path, (P, G), for what is charged (T, P)."""
        return self.direct + np.einsum("tp,tpg->pg", charged, self.scores)

    def mean(self, values: Array) -> Array:
        """Return the expectation over paths of values (P, …)."""
        return np.tensordot(self.probabilities, values, axes=1)

    def variance(self, values: Array) -> float:
        """Return the trace of the variance over paths of values (P, G)."""
        off = values - self.mean(values)
        return float(self.mean((off * off).sum(axis=-1)))


def small_model(prepared: Prepared, places: int, words: int) -> tuple[AttentionCaptioner, Feed]:
    """Return the model over few words and one random image of few places.

    Raises:
        UsageError: the model has no hard attention, or there are too many paths.
    """
    model = prepared.model
    if not (isinstance(model, AttentionCaptioner) and model.attention == "hard"):
        raise UsageError("--estimator is for a hard attention: attention-captioner --set attention=hard")
    if places**words > _MOST:
        raise UsageError(f"--places {places} --words {words} make {places**words:,} paths; at most {_MOST:,}")
    small = replace(model, sizes=replace(model.sizes, steps=words), fed="teacher")
    rng = np.random.default_rng((prepared.request.seed, 6))
    feed = small.random_feed(rng, 1)
    v = rng.standard_normal((1, places, model.sizes.inputs))
    return small, replace(feed, arrays={**feed.arrays, "v": v})


def repeated(feed: Feed, count: int, places: Array | None = None, chance: Array | None = None) -> Feed:
    """Return the one row of a feed `count` times, at given places (T, N) or with given chances (T, N)."""
    arrays = {"v": np.repeat(feed.arrays["v"], count, axis=0), "x": np.repeat(feed.arrays["x"], count, axis=1)}
    classes = {"targets": np.repeat(feed.classes["targets"], count, axis=1)}
    return Feed(
        arrays,
        classes if places is None else classes | {"places": places},
        {} if chance is None else {"look": chance},
    )


def enumerated(model: AttentionCaptioner, values: Mapping[str, Array], feed: Feed, places: int) -> Paths:
    """Run every sequence of places, and take the gradient of the expectation itself.

    Args:
        model: with hard attention.
        values: its parameters.
        feed: of one row.
        places: L.
    """
    every = np.array(list(product(range(places), repeat=model.pattern.steps))).T
    wide = repeated(feed, every.shape[1], places=every)
    rollout = model.record(values, wide)
    seen = looks(rollout, wide)
    expected = expectation(rollout, seen)
    count = np.eye(every.shape[1])
    direct = _laid(rollout, dict.fromkeys(rollout.surprise.values(), count))
    scores = np.stack([_laid(rollout, {node: count}) for node in seen.logs.values()])
    ends = np.cumsum([node.value.size for node in rollout.parameters.values()])
    return Paths(
        np.exp(np.sum([node.value for node in seen.logs.values()], axis=0)),
        {to_go: seen.totals(to_go) for to_go in (False, True)},
        direct,
        scores,
        _laid(rollout, {expected: np.ones((1,))})[0],
        dict(zip(rollout.parameters, map(int, ends), strict=True)),
    )


def expectation(rollout: Rollout, seen: Looks) -> Node:
    """Record Σ_s p(s) C(s) over the rows of a run, each a sequence of places."""
    with rollout.tape.at(role="loss"):
        likely = exp(sum(stack(list(seen.logs.values()), axis=-1), axis=-1))
        cost = sum(stack(list(rollout.surprise.values()), axis=-1), axis=-1)
        return sum(multiply(likely, cost), axis=-1, name="E")


def _laid(rollout: Rollout, seeds: Mapping[Node, Array]) -> Array:
    """Return gradients for cotangents with a leading axis, all parameters laid end to end."""
    found = backward(rollout.tape, dict(seeds), rollout.parameters.values())
    lead = len(next(iter(seeds.values())))
    return np.concatenate([found[node].reshape(lead, -1) for node in rollout.parameters.values()], axis=-1)


def sampled_paths(
    model: AttentionCaptioner, values: Mapping[str, Array], feed: Feed, count: int, rng: np.random.Generator
) -> Array:
    """Return the numbers of the paths that the model draws, (count,)."""
    rollout = model.record(values, repeated(feed, count, chance=rng.random((model.pattern.steps, count))))
    module = hard_attention(rollout)
    assert module is not None
    places = np.stack([module.places[t] for t in rollout.outputs])
    sides = (feed.arrays["v"].shape[1],) * model.pattern.steps
    return np.asarray(np.ravel_multi_index(tuple(places), sides))


def estimate(prepared: Prepared, places: int, words: int, samples: int) -> Estimate:
    """Draw gradients of a hard attention by the score function, and hold them against the exact one.

    Args:
        prepared: the model with its parameters.
        places: L of the image that is tried.
        words: T.
        samples: how many gradients are drawn, one after the other, with a moving baseline.
    """
    model, feed = small_model(prepared, places, words)
    paths = enumerated(model, prepared.values, feed, places)
    drawn = sampled_paths(model, prepared.values, feed, samples, np.random.default_rng((prepared.request.seed, 7)))
    moving = _moving(paths, drawn)
    off = moving.mean(axis=0) - paths.exact
    spread = moving.var(axis=0, ddof=1)
    starts = dict(zip(paths.ends, [0, *paths.ends.values()], strict=False))
    parts = {name: slice(starts[name], end) for name, end in paths.ends.items()}
    parameters = tuple(_parameter(name, paths.exact[at], off[at], spread[at], samples) for name, at in parts.items())
    whole = _parameter("all", paths.exact, off, spread, samples)
    variances = _variances(paths, float(spread.sum()))
    sound = whole.ratio <= _WITHIN and all(each.ratio <= 2 * _WITHIN for each in parameters)
    return Estimate(
        _finding(sound, whole, variances, samples),
        describe(prepared),
        places,
        words,
        len(paths.probabilities),
        samples,
        sound,
        parameters,
        whole,
        variances,
    )


def _moving(paths: Paths, drawn: Array) -> Array:
    """Return the estimates along a run with a moving baseline, (samples, G)."""
    estimator = Estimator()
    totals = paths.totals[False]
    found = np.empty((len(drawn), len(paths.exact)))
    for k, path in enumerate(drawn):
        charged = estimator.charged(totals[:, path : path + 1])[:, 0]
        found[k] = paths.direct[path] + charged @ paths.scores[:, path]
    return found


def _parameter(name: str, exact: Array, off: Array, spread: Array, samples: int) -> ParameterEstimate:
    return ParameterEstimate(name, norm(exact), norm(off), float(np.sqrt(spread.sum() / samples)))


def _variances(paths: Paths, moving: float) -> tuple[Variance, ...]:
    whole, to_go = paths.totals[False], paths.totals[True]
    ways = {
        "no baseline": whole,
        "baseline E[C]": whole - paths.mean(whole[0]),
        "words from its own on, no baseline": to_go,
        "words from its own on, baseline by step": to_go - paths.mean(to_go.T)[:, None],
    }
    values = {name: paths.estimates(charged) for name, charged in ways.items()}
    least = paths.variance(values["no baseline"])
    size = norm(paths.exact)
    found = []
    for name, value in values.items():
        spread, bias = paths.variance(value), norm(paths.mean(value) - paths.exact) / size
        found.append(Variance(name, spread, spread / least, bias))
    found.insert(1, Variance("moving average, as drawn", moving, moving / least, None))
    return tuple(found)


def _finding(sound: bool, whole: ParameterEstimate, variances: tuple[Variance, ...], samples: int) -> str:
    what = "Unbiased within its standard error" if sound else "Biased"
    return (
        f"{what}: the mean of {samples:,} samples is {whole.ratio:.2f} standard errors off the exact gradient;"
        f" the baseline leaves {variances[1].relative:.1%} of the variance"
    )
