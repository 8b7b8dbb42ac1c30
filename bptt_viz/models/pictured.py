"""Data about images: their features, what these are of, and the place that each answer is about."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models.batch import Batch


@dataclass(frozen=True)
class Pictured(Batch):
    """A batch with an image to each row.

    Attributes:
        features: v of each image (N, F), or of each of L places of it (N, L, F).
        grid: rows and columns of the L places, row by row.
        images: what the features are of, (N, height, width, 3) with entries from 0 to 1, where it is known.
        named: the place that each target is about, as the targets; −1 where it is about none or it is not known.
    """

    features: Array = field(default_factory=lambda: np.zeros((0, 1)))
    grid: tuple[int, int] = (1, 1)
    images: Array | None = None
    named: Array | None = None

    def question(self, row: int) -> str:  # noqa: ARG002, few data ask one
        """Return what is asked about one image, where it is put in words."""
        return ""

    def rows(self, which: slice) -> Self:
        """Return some of the images with what is asked of them."""
        images = None if self.images is None else self.images[which]
        named = None if self.named is None else self.named[:, which]
        return replace(super().rows(which), features=self.features[which], images=images, named=named)
