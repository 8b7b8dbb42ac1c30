"""Small drawn scenes with captions: coloured shapes on a grid, which need no download and can be learned in seconds."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.captions import Captions, caption_batch

SIDE = 4
"""Rows and columns of the grid."""
PIXELS = 8
"""Of a place's side."""
COLOURS = {"red": (0.85, 0.15, 0.15), "green": (0.1, 0.6, 0.2), "blue": (0.15, 0.3, 0.85), "yellow": (0.95, 0.75, 0.1)}
SHAPES = ("square", "circle", "triangle")
RELATIONS = ("above", "beside")
VOCABULARY = ("a", *COLOURS, *SHAPES, *RELATIONS)
OBJECTS = tuple(product(COLOURS, SHAPES))

FILTERS = 24
_LONGEST = 8  # words of the longest caption, with END
_GROUND, _NOISE, _ALONE = 0.93, 0.03, 0.25


@dataclass(frozen=True)
class Scenes(Captions):
    """Drawn scenes."""

    @property
    def whole(self) -> Array:
        """The features of all places side by side, (N, L F): what a fully connected layer of a CNN sees."""
        return self.features.reshape(self.size, -1)


def scenes(size: int, seed: int, steps: int | None = None) -> Scenes:
    """Draw scenes of one or two objects, with captions such as `a red square above a blue circle`.

    The object that comes first row by row is named first; the other one is below it or, in the same row, beside it.
    One scene in four has one object only.

    Args:
        size: N.
        seed: of the draw.
        steps: T; by default 8, which the longest caption has with END.

    Raises:
        UsageError: the number of scenes or of steps is not positive.
    """
    if size < 1:
        raise UsageError("--batch must be at least 1")
    rng = np.random.default_rng((seed, 5))
    images = blank(size)
    length = _LONGEST if steps is None else steps
    captions, named = [], np.full((max(_LONGEST, length), size), -1)
    for row in range(size):
        places = np.sort(rng.choice(SIDE * SIDE, 1 if rng.random() < _ALONE else 2, replace=False))
        kinds = [OBJECTS[k] for k in rng.choice(len(OBJECTS), len(places), replace=False)]
        for place, (colour, shape) in zip(places, kinds, strict=True):
            paint(images[row], int(place), colour, shape)
        captions.append(_caption(kinds, places))
        for k, place in enumerate(places):
            named[4 * k + 1 : 4 * k + 3, row] = place
    images = noisy(images, rng)
    read, targets, counted = caption_batch(captions, VOCABULARY, length)
    return Scenes(
        VOCABULARY, read, targets, "scenes", features(images), (SIDE, SIDE), images, named[: len(targets)], counted
    )


def _caption(kinds: list[tuple[str, str]], places: Array) -> list[str]:
    said = [["a", *kind] for kind in kinds]
    if len(said) == 1:
        return said[0]
    rows = places // SIDE
    return [*said[0], RELATIONS[0] if rows[0] < rows[1] else RELATIONS[1], *said[1]]


def blank(size: int) -> Array:
    """Return images without an object, (N, height, width, 3)."""
    return np.full((size, SIDE * PIXELS, SIDE * PIXELS, 3), _GROUND)


def noisy(images: Array, rng: Generator) -> Array:
    """Return images with noise in every pixel."""
    return np.asarray(np.clip(images + _NOISE * rng.standard_normal(images.shape), 0, 1))


def paint(image: Array, place: int, colour: str, shape: str) -> None:
    """Paint one object into its place of an image (height, width, 3)."""
    row, column = divmod(place, SIDE)
    patch = image[row * PIXELS : (row + 1) * PIXELS, column * PIXELS : (column + 1) * PIXELS]
    patch[_mask(shape)] = COLOURS[colour]


def _mask(shape: str) -> Array:
    """Return which pixels of a place a shape covers."""
    y, x = np.mgrid[:PIXELS, :PIXELS] - (PIXELS - 1) / 2
    if shape == "square":
        return np.asarray((abs(x) < 3) & (abs(y) < 3))
    if shape == "circle":
        return np.asarray(x * x + y * y < 3.6**2)
    return np.asarray((y < 3) & (abs(x) < (y + 4) / 2))


def features(images: Array) -> Array:
    """Return what stands for a CNN's features: each place through fixed random filters and a ReLU, and where it is.

    Args:
        images: (N, height, width, 3), SIDE places a side.

    Returns:
        (N, L, F): L places row by row; F = 24 filters, then the row and the column as one-hot entries.
    """
    size = len(images)
    patches = images.reshape(size, SIDE, PIXELS, SIDE, PIXELS, 3).swapaxes(2, 3).reshape(size, SIDE * SIDE, -1)
    filtered = np.maximum((_GROUND - patches) @ filters(np.random.default_rng(15)), 0)
    where = np.indices((SIDE, SIDE)).reshape(2, -1)
    corner = np.concatenate([np.eye(SIDE)[where[0]], np.eye(SIDE)[where[1]]], axis=-1)
    return np.concatenate([filtered, np.broadcast_to(corner, (size, *corner.shape))], axis=-1)


def filters(rng: Generator) -> Array:
    """Draw the filters (pixels of a place times 3, 24)."""
    return rng.standard_normal((PIXELS * PIXELS * 3, FILTERS)) / np.sqrt(PIXELS * 3)
