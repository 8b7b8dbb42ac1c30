"""Where a model's attention looks, word by word, and how much of it lies on what the words name."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bptt_viz.analyses.runs import describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Batch, Prepared, Rollout
from bptt_viz.models.captions import END
from bptt_viz.models.pictured import Pictured
from bptt_viz.results.attend import Attended, Attending, Look, Mass
from bptt_viz.topologies import Module

_APART = 3 * 10**9
"""The seed of fresh data."""


def attention_maps(prepared: Prepared, fresh: int) -> Attending:
    """Return the attention for each word that a model writes by itself.

    Args:
        prepared: a model with attention, and the rows that are shown.
        fresh: on how many fresh rows it is measured what lies on the named places, if the data tell these.

    Raises:
        UsageError: the model has no attention.
    """
    rollout = _written(prepared, prepared.batch)
    module = attention_of(rollout, prepared.request.cell)
    batch, L = prepared.batch, next(iter(module.maps.values())).shape[-1]
    grid, places = _places(batch, L)
    shown = tuple(_attended(rollout, module, batch, row) for row in range(batch.size))
    mass = _mass(prepared, fresh) if isinstance(batch, Pictured) and batch.named is not None and fresh else None
    kind = "hard" if module.places else "soft"
    return Attending(_finding(mass, shown, kind), describe(prepared), kind, grid, places, shown, mass)


def _written(prepared: Prepared, batch: Batch) -> Rollout:
    """Run the model as it writes by itself."""
    model = prepared.model.writing() if isinstance(prepared.model, Architecture) else prepared.model
    feed = model.feed(batch, np.random.default_rng((prepared.request.seed, 1)), prepared.request.dtype)
    return model.record(prepared.values, feed)


def attention_of(rollout: Rollout, name: str) -> Module:
    """Return a run's attention.

    Raises:
        UsageError: it has none.
    """
    found = next((module for module in rollout.modules if module.maps), None)
    if found is None:
        raise UsageError(
            f"{name} has no attention; take attention-captioner, or vqa or seq2seq --set attention=additive"
        )
    return found


def _places(batch: Batch, count: int) -> tuple[tuple[int, int], tuple[str, ...]]:
    if isinstance(batch, Pictured):
        return batch.grid, ()
    return (1, count), tuple(batch.vocabulary[k] for k in batch.inputs[:, 0])


def _attended(rollout: Rollout, module: Module, batch: Batch, row: int) -> Attended:
    named = batch.named if isinstance(batch, Pictured) else None
    looks = []
    for place, t in enumerate(module.maps):
        word = batch.answers[int(rollout.outputs[t].value[row].argmax())]
        if word == END:
            break
        truth = int(rollout.asked[t][row])
        right = named is not None and named[place, row] >= 0 and batch.answers[truth] == word
        chosen = int(module.places[t][row]) if module.places else None
        at = int(named[place, row]) if right and named is not None else None
        looks.append(Look(word, module.maps[t].value[row], chosen, at))
    truth_words = [batch.answers[int(rollout.asked[t][row])] for t in module.maps]
    told = truth_words[: truth_words.index(END)] if END in truth_words else truth_words
    return Attended(tuple(looks), tuple(told), batch.question(row) if isinstance(batch, Pictured) else "")


def _mass(prepared: Prepared, fresh: int) -> Mass:
    """Measure where attention lies on fresh rows, with the true words fed."""
    wanted = replace(prepared.request, seed=_APART, batch=fresh, steps=prepared.batch.length)
    batch = prepared.plan.batch(wanted)
    assert isinstance(batch, Pictured)
    assert batch.named is not None
    rollout = replace(prepared, batch=batch).run()
    maps = attention_of(rollout, prepared.request.cell).maps
    weights = np.stack([node.value for node in maps.values()])
    return mass_on(weights, batch.named, fresh)


def mass_on(weights: Array, named: Array, rows: int) -> Mass:
    """Return how much of attention lies on the named places.

    Args:
        weights: α (T, N, L).
        named: the place that each word names (T, N), −1 where it names none.
        rows: N.
    """
    there = named >= 0
    found = np.take_along_axis(weights, np.maximum(named, 0)[..., None], axis=-1)[..., 0][there]
    largest = weights.max(axis=-1)[there]
    count = int(there.sum())
    named_mass, top = (float(found.mean()), float((found >= largest).mean())) if count else (0.0, 0.0)
    return Mass(rows, count, named_mass, top, 1 / weights.shape[-1])


def _finding(mass: Mass | None, shown: tuple[Attended, ...], kind: str) -> str:
    right = sum(tuple(look.word for look in each.looks) == each.truth for each in shown)
    wrote = f"{right} of {len(shown)} rows shown are written right"
    if mass is None or not mass.words:
        return f"{kind.capitalize()} attention, word by word; {wrote}"
    follows = "follows the words" if mass.named > 0.5 else "does not follow the words"
    return (
        f"{kind.capitalize()} attention {follows}: {mass.named:.1%} of it lies on the place that the word names, where"
        f" an even one has {mass.uniform:.1%}; {wrote}"
    )


def pictures(batch: Batch) -> Array | None:
    """Return the images that the shown rows are of, (N, height, width, 3), if they are known."""
    return batch.images if isinstance(batch, Pictured) else None


def rows_of(found: Attending) -> Mapping[str, list[object]]:
    """Return every weight as columns: the row, the word's place, the word, row and column of the place, and α."""
    columns: dict[str, list[object]] = {name: [] for name in ("caption", "t", "word", "row", "column", "alpha")}
    for number, each in enumerate(found.shown, start=1):
        for t, look in enumerate(each.looks, start=1):
            for place, alpha in enumerate(look.weights):
                row, column = divmod(place, found.grid[1])
                entry = (number, t, look.word, row + 1, column + 1, float(alpha))
                for name, value in zip(columns, entry, strict=True):
                    columns[name].append(value)
    return columns
