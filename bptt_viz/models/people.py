"""Made-up images of people with captions: what shows the group, and a context that often goes along with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.captions import Captions, caption_batch

WOMEN, MEN = ("woman", "girl"), ("man", "boy")
"""G_w and G_m."""
PERSON = "person"
CONTEXTS = ("surfing", "cycling", "reading", "painting")
"""The first two go along with women where a bias is asked for, the others with men: a choice without a meaning."""
VOCABULARY = (*WOMEN, *MEN, PERSON, "a", *CONTEXTS)
PART = 6
"""Entries of the features that show the person; as many show the context."""
LONGEST = 4
"""Steps of a caption with END."""

_CLEAR, _NOISE, _FAR = 2.0, 1.0, 0.2


@dataclass(frozen=True, slots=True)
class Bias:
    """How the images are drawn.

    Attributes:
        agreement: probability that the context is one of those that go along with the group; .5 is no bias.
        women: probability of the group G_w.
        evident: probability that the person's part of the image shows the group.
        neutral: probability that the caption says `person` where it does not.
    """

    agreement: float = 0.9
    women: float = 0.35
    evident: float = 0.75
    neutral: float = 0.4

    def __post_init__(self) -> None:
        """Refuse what is no probability.

        Raises:
            UsageError: one of them is not between 0 and 1.
        """
        for name in ("agreement", "women", "evident", "neutral"):
            if not 0 <= getattr(self, name) <= 1:
                shown = {"agreement": "bias"}.get(name, name)
                raise UsageError(f"{shown} is a probability, from 0 to 1, got {getattr(self, name):g}")


@dataclass(frozen=True)
class People(Captions):
    """Images of one person each, with captions such as `a woman cycling`.

    Attributes:
        masked: the features with the person's part taken out, (N, F).
        men: whether the person is of G_m, (N,).
        evident: whether the image shows the group, (N,).
    """

    masked: Array = field(default_factory=lambda: np.zeros((0, 1)))
    men: Array = field(default_factory=lambda: np.zeros(0, bool))
    evident: Array = field(default_factory=lambda: np.zeros(0, bool))

    def rows(self, which: slice) -> Self:
        """Return some of the images with their captions."""
        cut = replace(super().rows(which), masked=self.masked[which])
        return replace(cut, men=self.men[which], evident=self.evident[which])


def people(size: int, seed: int | Sequence[int], bias: Bias, steps: int | None = None) -> People:
    """Draw images of people, as features, and their captions.

    Two entries of the person's part are ±2, one for the group and one for the age, all six with noise of deviation 1.
    Where the group is not evident it is left out, and the rest is a fifth as large: a person far away. Of the context's
    part four entries say which it is: one is 4, with the same noise. In the masked features the person's part is 0.

    Args:
        size: N.
        seed: of the draw.
        bias: how they are drawn.
        steps: T; by default 4, which every caption has with END.

    Raises:
        UsageError: the number of images or of steps is not positive.
    """
    if size < 1:
        raise UsageError("--batch must be at least 1")
    rng = np.random.default_rng(seed)
    men = rng.random(size) >= bias.women
    agrees, evident = rng.random(size) < bias.agreement, rng.random(size) < bias.evident
    place = 2 * (men == agrees) + rng.integers(0, 2, size)
    young = rng.integers(0, 2, size)
    v = _features(rng, men, young, evident, place)
    masked = np.where(np.arange(2 * PART) < PART, 0.0, v)
    unsaid = ~evident & (rng.random(size) < bias.neutral)
    said = [
        ["a", PERSON if u else (MEN if m else WOMEN)[y], CONTEXTS[p]]
        for m, y, p, u in zip(men, young, place, unsaid, strict=True)
    ]
    read, targets, counted = caption_batch(said, VOCABULARY, LONGEST if steps is None else steps)
    return People(VOCABULARY, read, targets, "people", v, counted=counted, masked=masked, men=men, evident=evident)


def _features(rng: Generator, men: Array, young: Array, evident: Array, place: Array) -> Array:
    """Return v (N, 2 PART): the person's part, then the context's."""
    v = _NOISE * rng.standard_normal((len(men), 2 * PART))
    v[:, 0] += _CLEAR * np.where(men, -1, 1) * evident
    v[:, 1] += _CLEAR * np.where(young, -1, 1)
    v[~evident, :PART] *= _FAR
    v[np.arange(len(men)), PART + place] += 2 * _CLEAR
    return v
