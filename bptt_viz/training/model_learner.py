"""A model that makes its own data learns them: fresh data at each update, the whole sequence backpropagated."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Batch, Prepared
from bptt_viz.models.score_function import Estimator
from bptt_viz.tape import backward
from bptt_viz.training.clipping import Clip
from bptt_viz.training.flat import Flat
from bptt_viz.training.optimisers import Optimiser

_APART = 10**9
"""Seeds of trials lie so far from those of updates."""
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class ModelUpdate:
    """What one update saw: the loss in nats, summed over the steps, and the gradient's norm before it was clipped."""

    loss: float
    norm: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model answers by itself.

    Attributes:
        loss: mean loss of a symbol that counts, in nats, with the true symbols fed.
        symbols: share of symbols that are right where the model's own answers are fed back.
        wholes: share of rows in which all are.
        rows: how many rows were asked.
    """

    loss: float
    symbols: float
    wholes: float
    rows: int


class ModelLearner:
    """Holds everything that an update changes.

    Attributes:
        prepared: the model and its first parameters.
        parameters: as they are now.
        updates: how many there have been.
    """

    def __init__(self, prepared: Prepared, optimiser: Optimiser, clip: Clip, estimator: Estimator) -> None:
        """Stand before the first update.

        Args:
            prepared: the model.
            optimiser: changes the parameters.
            clip: holds gradients back.
            estimator: what is descended where places are drawn.

        Raises:
            UsageError: the model reads texts.
        """
        if prepared.model.reads_text or not isinstance(prepared.model, Architecture):
            raise UsageError(f"{prepared.request.cell} learns texts: see `bptt-viz train`")
        self.model: Architecture = prepared.model
        self.prepared = prepared
        self.parameters = Flat(prepared.values)
        self.updates = 0
        self._optimiser, self._clip, self._estimator = optimiser, clip, estimator
        self._gradient = self.parameters.empty()
        optimiser.start(self.parameters.vector)

    def drawn(self, seed: int, size: int) -> Batch:
        """Return data of another seed."""
        wanted = replace(self.prepared.request, seed=seed, batch=size, steps=self.prepared.batch.length)
        return self.prepared.plan.batch(wanted)

    def update(self) -> ModelUpdate:
        """Learn from fresh data; what is not finite changes no parameter."""
        request = self.prepared.request
        self.updates += 1
        seed = request.seed * 100_003 + self.updates
        batch = self.drawn(seed, request.batch)
        feed = self.model.feed(batch, np.random.default_rng((seed, 1)), request.dtype)
        with np.errstate(all="ignore"):  # what is not finite is told by the outcome
            rollout = self.model.record(self.parameters.parts, feed)
            seeds = self._estimator.seeds(rollout, feed)
            found = backward(rollout.tape, seeds, rollout.parameters.values())
            for name, part in self._gradient.parts.items():
                np.copyto(part, found[rollout.parameters[name]])
        loss, norm = float(rollout.loss.value), self._gradient.norm()
        if math.isfinite(norm) and math.isfinite(loss):
            self._clip.apply(self._gradient, norm)
            self._optimiser.update(self.parameters.vector, self._gradient.vector)
        return ModelUpdate(loss, norm)

    def trial(self, size: int) -> Trial:
        """Ask for fresh data.

        Args:
            size: how many rows.
        """
        losses, right, counted, wholes = 0.0, 0.0, 0.0, 0
        for first in range(0, size, _AT_ONCE):
            batch = self.drawn(_APART + first, min(_AT_ONCE, size - first))
            told, hits, counts = _answers(self.model, self.parameters.parts, batch, self.prepared.request.dtype)
            losses, right, counted = losses + told, right + float((hits * counts).sum()), counted + float(counts.sum())
            wholes += int((hits >= counts).all(axis=0).sum())
        return Trial(losses / counted, right / counted, wholes / size, size)


def _answers(model: Architecture, values: Mapping[str, Array], batch: Batch, dtype: str) -> tuple[float, Array, Array]:
    """Return the summed loss with true symbols fed, and what is right without them and what of it counts, (T, N)."""
    rng = np.random.default_rng(_APART)
    feed = model.feed(batch, rng, dtype)
    rollout = model.record(values, feed)
    free = model.writing()
    alone = free.record(values, free.feed(batch, rng, dtype))
    hits = [alone.outputs[t].value.argmax(axis=-1) == alone.asked[t] for t in alone.outputs]
    surprise = np.stack([node.value for node in rollout.surprise.values()])
    counted = feed.drawn.get("counted", np.ones(surprise.shape))
    return float((surprise * counted).sum()), np.stack(hits).astype(float), counted
