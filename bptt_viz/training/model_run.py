"""One run of a model that learns its own data, from its first parameters to the end of its budget."""

from collections.abc import Callable

import numpy as np

from bptt_viz.models.captions import END
from bptt_viz.results.fit import Answer, FitPoint
from bptt_viz.training.model_learner import ModelLearner

TRIAL = 250
"""Rows that a trial asks."""
_EXAMPLES = 5
_SEED = 2 * 10**9


def learn(
    learner: ModelLearner, updates: int, every: int, tick: Callable[[float], None], rows: int = TRIAL
) -> tuple[FitPoint, ...]:
    """Learn, with a trial on fresh data before, at the end, and every so often.

    Args:
        learner: what learns.
        updates: the budget.
        every: updates between two trials.
        tick: takes the spent share of it.
        rows: how many rows a trial asks.
    """
    norms: list[float] = []
    points = [_point(learner, norms, rows)]
    for number in range(1, updates + 1):
        norms.append(learner.update().norm)
        tick(number / updates)
        if number % every == 0 or number == updates:
            points.append(_point(learner, norms, rows))
            norms = []
    return tuple(points)


def _point(learner: ModelLearner, norms: list[float], rows: int) -> FitPoint:
    found = learner.trial(rows)
    norm = float(np.median(norms)) if norms else 0.0
    return FitPoint(learner.updates, found.loss, found.symbols, found.wholes, norm)


def answers(learner: ModelLearner, size: int = _EXAMPLES) -> tuple[Answer, ...]:
    """Return what the model answers by itself on fresh data, and what is true.

    Args:
        learner: with the model.
        size: how many rows.
    """
    found = []
    for row in range(size):
        batch, model = learner.drawn(_SEED + row, 1), learner.model.writing()
        feed = model.feed(batch, np.random.default_rng(row), learner.prepared.request.dtype)
        rollout = model.record(learner.parameters.parts, feed)
        asked = [batch.asked(t) for t in rollout.outputs]
        written = [batch.answers[int(y.value[0].argmax())] for y in rollout.outputs.values()]
        found.append(Answer(until_end(asked), until_end(written)))
    return tuple(found)


def until_end(symbols: list[str]) -> tuple[str, ...]:
    """Return what stands before END."""
    return tuple(symbols[: symbols.index(END)] if END in symbols else symbols)
