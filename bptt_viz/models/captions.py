"""Captions of images: features, the words of each caption, and which of them count."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models.pictured import Pictured

START, END = "START", "END"


@dataclass(frozen=True)
class Captions(Pictured):
    """Features of N images and their captions, T words long with END; shorter ones go on with END, uncounted.

    `inputs` is what is read, START first, `targets` what is to be written; END has the number V − 1, START V.

    Attributes:
        counted: 1 where a word counts, 0 behind a caption's END, (T, N).
    """

    counted: Array = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def answers(self) -> Sequence[str]:
        """The words and END."""
        return (*self.vocabulary, END)

    @property
    def width(self) -> int:
        """F, the length of a feature vector."""
        return int(self.features.shape[-1])

    def rows(self, which: slice) -> Self:
        """Return some of the images with their captions."""
        return replace(super().rows(which), counted=self.counted[:, which])

    def read(self, t: int, given: Array) -> str:  # noqa: ARG002
        """Return the word that the writer is fed: START, a word, or END once it has written it."""
        return (*self.answers, START)[int(given[0].argmax())]

    @property
    def whole(self) -> Array:
        """One feature vector an image, (N, F): of a grid, the mean over its places."""
        return self.features.mean(axis=1) if self.features.ndim == 3 else self.features


def caption_batch(words: Sequence[Sequence[str]], vocabulary: Sequence[str], steps: int | None) -> tuple[Array, ...]:
    """Return what is read (T, N), what is to be written (T, N), and what of it counts (T, N).

    Args:
        words: the captions.
        vocabulary: all words, by number.
        steps: T; by default as many as the longest caption has words, and one for END.

    Raises:
        UsageError: a word is not in the vocabulary, a caption is empty, or there is none.
    """
    if not words or not all(words):
        raise UsageError("every image needs a caption of at least one word")
    length = max(map(len, words)) + 1 if steps is None else steps
    if length < 1:
        raise UsageError("--steps must be at least 1")
    number = {word: k for k, word in enumerate(vocabulary)}
    unknown = next((word for caption in words for word in caption if word not in number), None)
    if unknown is not None:
        raise UsageError(f"the vocabulary lacks the word {unknown!r}")
    targets = np.full((length, len(words)), len(vocabulary))
    for row, caption in enumerate(words):
        codes = [number[word] for word in caption][:length]
        targets[: len(codes), row] = codes
    before = np.concatenate([np.full_like(targets[:1], len(vocabulary) + 1), targets[:-1]])
    counted = np.arange(length)[:, None] <= np.array([len(caption) for caption in words])
    return before, targets, counted.astype(float)


def written(answers: Sequence[str], codes: Sequence[int]) -> tuple[str, ...]:
    """Return the words of a caption up to END.

    Args:
        answers: the words and END, by number.
        codes: what was written, one number a step.
    """
    words = [answers[code] for code in codes]
    return tuple(words[: words.index(END)] if END in words else words)
