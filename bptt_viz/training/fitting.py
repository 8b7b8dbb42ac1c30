"""Training of any model on data that are drawn anew at each update, and recorded at each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Values
from bptt_viz.models import Architecture, Batch, Feed, Prepared, Request, Rollout
from bptt_viz.models.score_function import Estimator
from bptt_viz.results.learning import Learning, LearningPoint
from bptt_viz.tape import backward
from bptt_viz.texts import read_text
from bptt_viz.training.clipping import Clip
from bptt_viz.training.flat import Flat
from bptt_viz.training.optimisers import Optimiser, optimiser
from bptt_viz.training.stream import encode
from bptt_viz.weights import prepare

_SHOWN = 10
_ASKED = 1000
_MEANS = ("loss", "right", "norm")


class Fitting:
    """Learns from one batch after the other.

    Attributes:
        prepared: the model with its parameters as they are now.
    """

    def __init__(
        self,
        prepared: Prepared,
        rule: Optimiser,
        clip: Clip,
        draw: Callable[[int], Batch],
        estimator: Estimator | None = None,
    ) -> None:
        """Start from the prepared parameters, of which it makes a copy.

        Args:
            prepared: the model.
            rule: changes the parameters.
            clip: holds gradients back.
            draw: makes the data of update 1, 2, …
            estimator: what is descended where a hard attention draws places.
        """
        self._flat = Flat(prepared.values)
        self._gradient = self._flat.empty()
        self.prepared = replace(prepared, values=self._flat.parts)
        self._rule, self._clip, self._draw, self._count = rule, clip, draw, 0
        self._estimator = estimator or Estimator()
        rule.start(self._flat.vector)

    def update(self) -> LearningPoint:
        """Learn from one more batch."""
        self._count += 1
        rollout, feed = ran(self.prepared, self._draw(self._count), self._count)
        found = backward(rollout.tape, self._estimator.seeds(rollout, feed), list(rollout.parameters.values()))
        for name, part in self._gradient.parts.items():
            np.copyto(part, found[rollout.parameters[name]])
        norm = self._gradient.norm()
        if np.isfinite(norm):
            self._clip.apply(self._gradient, norm)
            self._rule.update(self._flat.vector, self._gradient.vector)
        return LearningPoint(self._count, float(rollout.loss.value), right(rollout, counted(feed)), norm)


def ran(prepared: Prepared, batch: Batch, place: int) -> tuple[Rollout, Feed]:
    """Return a run on other data, and what went in.

    Args:
        prepared: the model.
        batch: the data.
        place: whatever chance has a say in, such as dropout, differs from place to place.
    """
    rng = np.random.default_rng((prepared.request.seed, 1, place))
    feed = prepared.model.feed(batch, rng, prepared.request.dtype)
    return prepared.model.record(prepared.values, feed), feed


def counted(feed: Feed) -> Array | None:
    """Return which outputs count, (outputs, N), if not all do."""
    return feed.drawn.get("counted")


def right(rollout: Rollout, counted: Array | None = None) -> float:
    """Return the share of asked classes that have the largest score.

    Args:
        rollout: a run whose scores are those of all classes.
        counted: 1 where an output counts, 0 where it does not, (outputs, N); all do if left out.
    """
    hits = [y.value.argmax(axis=-1) == rollout.asked[t] for t, y in rollout.outputs.items()]
    return float(np.average(hits, weights=counted))


def written_right(prepared: Prepared, batch: Batch, place: int) -> float | None:
    """Return the share of rows that a model writes right as a whole by itself; None if it is always told what is true.

    Args:
        prepared: the model.
        batch: the data.
        place: as for `ran`.
    """
    model = prepared.model
    if not isinstance(model, Architecture) or model.writing() is model:
        return None
    rollout, feed = ran(replace(prepared, model=model.writing()), batch, place)
    hits = np.array([y.value.argmax(axis=-1) == rollout.asked[t] for t, y in rollout.outputs.items()])
    counts = counted(feed)
    return float((hits if counts is None else hits | (counts == 0)).all(axis=0).mean())


@dataclass(frozen=True)
class LearningRecipe:
    """What is learned and how.

    Attributes:
        request: the model and its data: those that it makes itself, or windows of a text.
        updates: how many.
        optimiser: its name.
        rate: learning rate.
        clip_norm: θ of norm clipping; None does not clip.
        entropy: λ_e, the weight of the mean entropy of a hard attention.
        whole: charge a drawn place with the whole caption, not with the words from its own on.
    """

    request: Request
    updates: int
    optimiser: str
    rate: float | None
    clip_norm: float | None
    entropy: float = 0.02
    whole: bool = False

    def told(self) -> Mapping[str, Any]:
        """Return by name what is not the request's."""
        return {"updates": self.updates, "optimiser": self.optimiser, "clip_norm": self.clip_norm}


def learn(recipe: LearningRecipe, tick: Callable[[float], None]) -> tuple[Learning, Values]:
    """Let a model learn, and ask it about data that it has not seen.

    Args:
        recipe: what and how.
        tick: is told the finished share.

    Returns:
        How it went, and the parameters.

    Raises:
        UsageError: the recipe names something unknown, or has a number out of range.
    """
    first = prepare(recipe.request)
    rule, draw = optimiser(recipe.optimiser, recipe.rate), _source(first)
    estimator = Estimator(entropy=recipe.entropy, to_go=not recipe.whole)
    fitting = Fitting(first, rule, Clip(recipe.clip_norm), lambda k: draw(2 * k, recipe.request.batch), estimator)
    seen = []
    for k in range(1, recipe.updates + 1):
        seen.append(fitting.update())
        tick(k / recipe.updates)
    trial = draw(1, _ASKED)
    tried, feed = ran(fitting.prepared, trial, 0)
    loss, share = float(tried.loss.value), right(tried, counted(feed))
    alone = written_right(fitting.prepared, trial, 0)
    told = {**asdict(first.request), **recipe.told(), "rate": rule.learning_rate}
    kind = "windows of the text" if first.model.reads_text else "fresh data"
    finding = f"After {recipe.updates:,} updates {share:.1%} of the answers to {kind} are right."
    if alone is not None:
        finding += f" Of what it writes by itself {alone:.1%} is right as a whole."
    return Learning(finding, told, loss, share, alone, _spans(seen)), fitting.prepared.values


def _spans(seen: Sequence[LearningPoint]) -> tuple[LearningPoint, ...]:
    """Return the means over a few spans of updates."""
    every = max(1, -(-len(seen) // _SHOWN))
    spans = [seen[start : start + every] for start in range(0, len(seen), every)]
    return tuple(
        LearningPoint(span[-1].updates, *(float(np.mean([getattr(p, name) for p in span])) for name in _MEANS))
        for span in spans
    )


def _source(first: Prepared) -> Callable[[int, int], Batch]:
    """Return what makes N rows of data, from a place and N: odd places are for trials, even ones for learning."""
    seed = first.request.seed
    if not first.model.reads_text:
        return lambda place, size: first.plan.batch(replace(first.request, seed=seed * 10**6 + place, batch=size))
    codes = encode(read_text(first.request.text or ""), "".join(first.batch.vocabulary))
    length = first.batch.steps

    def windows(place: int, size: int) -> Batch:
        starts = np.random.default_rng((seed, 9, place)).integers(0, len(codes) - length, size)
        picked = codes[starts + np.arange(length + 1)[:, None]]
        return replace(first.batch, inputs=picked[:-1], targets=picked[1:])

    return windows
