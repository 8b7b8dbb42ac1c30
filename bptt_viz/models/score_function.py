"""The score-function gradient of a hard attention: what its drawn places cost, and how likely they were.

The loss of places s is C = −Σ_t log p(word t | s). Its expectation over s has the gradient E[∇C + C ∇log p(s)]
(Williams 1992, REINFORCE; for attention Xu et al. 2015, arXiv:1502.03044, section 4.1). Taking a number b that does not
depend on s off C leaves the expectation as it is, since E[∇log p(s)] = 0, and can lower the variance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models.interface import Feed
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import exp, log_softmax, multiply, negate, sum
from bptt_viz.tape import Node
from bptt_viz.topologies import Module

_KEPT = 0.9
"""Share of the old baseline in the new one, as in the paper."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What a run says of its drawn places, by step.

    Attributes:
        logs: log p(s_t), (N,).
        entropies: H of the distribution that s_t was drawn from, in nats, (N,).
        costs: −log p(word t | s), (T, N), 0 where a word does not count.
        counted: 1 where it does, (T, N).
    """

    logs: Mapping[int, Node]
    entropies: Mapping[int, Node]
    costs: Array
    counted: Array

    def totals(self, to_go: bool) -> Array:
        """Return what is laid to each place's charge, (T, N): the cost of all words, or of those from its own on.

        A place has no say in earlier words, so leaving those out changes no expectation.
        """
        if not to_go:
            return np.broadcast_to(self.costs.sum(axis=0), self.costs.shape)
        return self.costs[::-1].cumsum(axis=0)[::-1]


def hard_attention(rollout: Rollout) -> Module | None:
    """Return the module that has drawn places, if there is one."""
    return next((module for module in rollout.modules if module.places), None)


def looks(rollout: Rollout, feed: Feed) -> Looks:
    """Record log p(s_t) and entropies behind a run with a hard attention.

    Args:
        rollout: the run; its tape grows.
        feed: what went in.
    """
    module = hard_attention(rollout)
    assert module is not None
    logs, entropies = {}, {}
    for t, weights in module.maps.items():
        with rollout.tape.at(t, module.depth, module.name):
            scores = log_softmax(weights.parents[0], "log α")
            one_hot = np.eye(weights.shape[-1], dtype=weights.value.real.dtype)[module.places[t]]
            logs[t] = sum(multiply(one_hot, scores), axis=-1, name="log p(s)")
            entropies[t] = negate(sum(multiply(exp(scores), scores), axis=-1), "H")
    surprise = np.stack([rollout.surprise[t].value.real for t in logs])
    counted = feed.drawn.get("counted", np.ones_like(surprise))
    return Looks(logs, entropies, surprise * counted, counted)


@dataclass
class Estimator:
    """Which cotangents a backward pass starts from, so that it returns the score-function gradient.

    Attributes:
        weight: λ_r of the paper, the weight of the score function; 1 is unbiased.
        entropy: λ_e, the weight of the mean entropy, which keeps attention from settling too early.
        to_go: charge a place with the words from its own on, not with all.
        baseline: b by step, the moving average of what was charged; None before the first run.
        uses_baseline: whether it is taken off.
    """

    weight: float = 1.0
    entropy: float = 0.0
    to_go: bool = False
    uses_baseline: bool = True
    baseline: Array | None = field(default=None)

    def seeds(self, rollout: Rollout, feed: Feed) -> dict[Node, Array]:
        """Return the cotangents of the loss, of log p(s_t) and of entropies; the baseline moves on behind them.

        A model without a hard attention gets that of the loss alone.
        """
        found = {rollout.loss: np.ones_like(rollout.loss.value)}
        if hard_attention(rollout) is None:
            return found
        seen = looks(rollout, feed)
        share = seen.counted / seen.counted.shape[-1]
        charged = self.charged(seen.totals(self.to_go))
        for place, t in enumerate(seen.logs):
            found[seen.logs[t]] = self.weight * charged[place] * share[place]
            if self.entropy:
                found[seen.entropies[t]] = -self.entropy * share[place]
        return found

    def charged(self, totals: Array) -> Array:
        """Return C − b for each place, (T, N), with b of the runs before; then move b on.

        Args:
            totals: C, (T, N).
        """
        before = np.zeros(len(totals)) if self.baseline is None else self.baseline
        mean = totals.mean(axis=-1)
        self.baseline = mean if self.baseline is None else _KEPT * before + (1 - _KEPT) * mean
        return totals - before[:, None] if self.uses_baseline else totals
