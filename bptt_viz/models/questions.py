"""Questions about small drawn scenes, answered by one word: they need no download and can be learned in seconds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.pictured import Pictured
from bptt_viz.models.scenes import COLOURS, SHAPES, SIDE, blank, features, noisy, paint

COUNTS = ("one", "two", "three")
ANSWERS = (*COLOURS, *SHAPES, "yes", "no", *COUNTS)
NOTHING = "–"
"""Is read before a question begins."""
VOCABULARY = (
    NOTHING,
    *("what", "colour", "is", "the", "shape", "there", "a", "how", "many", "shapes", "are"),
    *SHAPES,
    *COLOURS,
)
LONGEST = 5
"""Words of the longest question."""

_Object = tuple[str, str, int]
_Asked = tuple[str, str, int]
"""A question, its answer, and the place that it is about; −1 if it is about no single one."""


@dataclass(frozen=True)
class Questions(Pictured):
    """Images, a question about each, as words (T, N) that end with the last step, and its answer (1, N)."""

    @property
    def answers(self) -> Sequence[str]:
        """What can be answered."""
        return ANSWERS

    @property
    def beside(self) -> int:
        """F, the length of a feature vector."""
        return int(self.features.shape[-1])

    def question(self, row: int) -> str:
        """Return what is asked about one image."""
        return " ".join(self.vocabulary[code] for code in self.inputs[:, row] if self.vocabulary[code] != NOTHING)

    def target(self, t: int) -> int:  # noqa: ARG002, there is one answer
        """Return the answer's number."""
        return int(self.targets[0, 0])

    @property
    def whole(self) -> Array:
        """One feature vector an image, (N, F): the sum over its places."""
        return self.features.sum(axis=1) if self.features.ndim == 3 else self.features


def questions(size: int, seed: int, steps: int | None = None) -> Questions:
    """Draw scenes of one to three objects, no two of one colour or shape, and a question about each.

    Args:
        size: N.
        seed: of the draw.
        steps: T; 5 if None. Of a longer question the last words are read; before a shorter one nothing is.

    Raises:
        UsageError: the number of scenes or of steps is not positive.
    """
    length = LONGEST if steps is None else steps
    if length < 1 or size < 1:
        raise UsageError("--steps and --batch must be at least 1")
    rng = np.random.default_rng((seed, 6))
    images, number = blank(size), {word: k for k, word in enumerate(VOCABULARY)}
    read = np.zeros((length, size), np.int64)
    targets, named = np.zeros((2, 1, size), np.int64)
    for row in range(size):
        objects = _objects(rng)
        for colour, shape, place in objects:
            paint(images[row], place, colour, shape)
        question, answer, named[0, row] = _KINDS[int(rng.integers(len(_KINDS)))](rng, objects)
        words = [number[word] for word in question.split()][-length:]
        read[length - len(words) :, row] = words
        targets[0, row] = ANSWERS.index(answer)
    images = noisy(images, rng)
    return Questions(VOCABULARY, read, targets, "questions", features(images), (SIDE, SIDE), images, named)


def _objects(rng: Generator) -> list[_Object]:
    """Draw up to three objects: colour, shape and place of each."""
    count = int(rng.integers(1, len(COUNTS) + 1))
    colours, shapes = rng.permutation(list(COLOURS))[:count], rng.permutation(SHAPES)[:count]
    places = rng.choice(SIDE * SIDE, count, replace=False)
    return [(str(c), str(s), int(p)) for c, s, p in zip(colours, shapes, places, strict=True)]


def _colour(rng: Generator, objects: Sequence[_Object]) -> _Asked:
    colour, shape, place = objects[int(rng.integers(len(objects)))]
    return f"what colour is the {shape}", colour, place


def _shape(rng: Generator, objects: Sequence[_Object]) -> _Asked:
    colour, shape, place = objects[int(rng.integers(len(objects)))]
    return f"what is the {colour} shape", shape, place


def _presence(rng: Generator, objects: Sequence[_Object]) -> _Asked:
    """Ask for a shape that is there, in its own colour or, as often, in another one."""
    colour, shape, place = objects[int(rng.integers(len(objects)))]
    if rng.random() < 0.5:
        return f"is there a {colour} {shape}", "yes", place
    other = str(rng.choice([name for name in COLOURS if name != colour]))
    return f"is there a {other} {shape}", "no", place


def _count(rng: Generator, objects: Sequence[_Object]) -> _Asked:
    return "how many shapes are there", COUNTS[len(objects) - 1], -1


_KINDS: tuple[Callable[[Generator, Sequence[_Object]], _Asked], ...] = (_colour, _shape, _presence, _count)
