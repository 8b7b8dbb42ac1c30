"""How the entries of a gradient are spread at each time step: their sizes, exact zeros, and what is not finite."""

from dataclasses import dataclass

from bptt_viz.results.norms_chain import Series


@dataclass(frozen=True, slots=True)
class EntrySizes:
    """The sizes |g_j| of a gradient's entries over units and rows, by step.

    Attributes:
        entries: how many there are at each step.
        smallest: the smallest that is finite and not 0; NaN if none is.
        median: the middle one of those; NaN likewise.
        largest: the largest of those; NaN likewise.
        zeros: how many are exactly 0, as behind a dead ReLU unit.
        nan: how many are NaN.
        infinite: how many are infinite.
        exponents: logarithms to base 10 at the borders of the bins, ascending; empty if there is nothing to count.
        bins: by step, how many of the finite and nonzero ones fall into each bin.
    """

    entries: int
    smallest: Series
    median: Series
    largest: Series
    zeros: tuple[int, ...]
    nan: tuple[int, ...]
    infinite: tuple[int, ...]
    exponents: tuple[float, ...]
    bins: tuple[tuple[int, ...], ...]
