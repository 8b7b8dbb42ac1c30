"""All parameters laid end to end in one vector, and their gradients in another."""

from collections.abc import Mapping

import numpy as np

from bptt_viz.arrays import Array


class Flat:
    """Arrays that are parts of one vector: change either and the other sees it.

    Attributes:
        vector: all entries, in the order of the names.
        parts: the arrays by name.
    """

    def __init__(self, values: Mapping[str, Array]) -> None:
        """Copy the values into a new vector.

        Args:
            values: arrays of one floating type, by name.
        """
        self.vector: Array = np.concatenate([value.ravel() for value in values.values()])
        ends = np.cumsum([value.size for value in values.values()])
        pieces = np.split(self.vector, ends[:-1])
        self.parts = {
            name: piece.reshape(value.shape) for piece, (name, value) in zip(pieces, values.items(), strict=True)
        }

    def empty(self) -> "Flat":
        """Return zeros of the same names and shapes."""
        return Flat({name: np.zeros_like(value) for name, value in self.parts.items()})

    def norm(self) -> float:
        """Return the Euclidean norm; infinite where its square is."""
        return float(np.sqrt(self.vector.dot(self.vector)))
