"""The entries of an input, each moved alone by a copy of its own: directions that are never written out in full."""

import numpy as np

from bptt_viz.arrays import Array


class Units:
    """Directions (*shape, P): copy `copies[k]` is 1 at entry `entries[k]` of one input and 0 elsewhere.

    Attributes:
        shape: the input's, then P.
        copies: which copies move this input.
        entries: the entry that each of them moves, counted in C order.
    """

    def __init__(self, shape: tuple[int, ...], copies: slice, entries: slice) -> None:
        self.shape = shape
        self.copies = copies
        self.entries = entries

    def at(self, places: Array) -> Array | None:
        """Return the directions at some entries, (*places.shape, P); None if no copy moves any of them."""
        numbers = places.ravel()
        hit = np.flatnonzero((numbers >= self.entries.start) & (numbers < self.entries.stop))
        if not hit.size:
            return None
        found = np.zeros((numbers.size, self.shape[-1]))
        found[hit, self.copies.start + numbers[hit] - self.entries.start] = 1.0
        return found.reshape(*places.shape, -1)

    def dense(self) -> Array:
        """Write the directions out."""
        found = np.zeros(self.shape)
        moved = found.reshape(-1, self.shape[-1])[self.entries, self.copies]
        np.fill_diagonal(moved, 1.0)
        return found

    def add_from_the_left(self, x: Array, total: Array) -> None:
        """Add x @ direction for every copy to `total` (N, M, P): entry (a, b) adds column a of x (N, K) to column b."""
        a, b = self._places()
        total[:, b, self._numbers()] += x[:, a]

    def add_from_the_right(self, y: Array, total: Array) -> None:
        """Add direction @ y for every copy to `total` (K, N, P): entry (a, b) adds row b of y (M, N) to row a."""
        a, b = self._places()
        total[a, :, self._numbers()] += y[b]

    def _places(self) -> tuple[Array, Array]:
        return np.divmod(np.arange(self.entries.start, self.entries.stop), self.shape[-2])

    def _numbers(self) -> Array:
        return np.arange(self.copies.start, self.copies.stop)
