"""Which steps each error is carried back to: full backpropagation through time and its truncations.

Every style is a list of windows. A window runs forward from a state that is taken as it is, and backward from the
errors of its last steps; the gradient of the style is the sum over its windows.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bptt_viz.errors import UsageError


class Window(NamedTuple):
    """Steps that are backpropagated together.

    Attributes:
        first: its first step, from 1; the state before it counts as a constant.
        last: its last step.
        seeded: the first step whose error starts a backward pass; all later ones of the window do too.
        carries: whether it starts from the state that the steps before left, rather than from zero.
    """

    first: int
    last: int
    seeded: int
    carries: bool = True

    @property
    def contributions(self) -> int:
        """How many (error, step) pairs the window's gradient sums over."""
        return sum(t - self.first + 1 for t in range(self.seeded, self.last + 1))


def full(T: int, n: int) -> list[Window]:
    """Every error reaches every step before it."""
    return [Window(1, T, 1)]


def chunked(T: int, n: int) -> list[Window]:
    """Pieces of n steps, the state carried from one to the next: an error reaches the start of its piece."""
    return [Window(t, min(t + n - 1, T), t) for t in range(1, T + 1, n)]


def uncarried(T: int, n: int) -> list[Window]:
    """Pieces of n steps, each from a zero state: nothing goes from piece to piece, forward or backward."""
    return [window._replace(carries=False) for window in chunked(T, n)]


def true(T: int, n: int) -> list[Window]:
    """Every error reaches exactly n steps, its own among them (Williams & Peng 1990, BPTT(h) with h = n)."""
    return every(T, 1, n)


def every(T: int, k1: int, k2: int) -> list[Window]:
    """BPTT(k1, k2): after every k1 steps their errors are carried back over the last k2 steps."""
    ends = [*range(k1, T, k1), T]
    return [Window(max(1, end - k2 + 1), end, before + 1) for before, end in zip([0, *ends], ends, strict=False)]


STYLES: Mapping[str, Callable[[int, int], list[Window]]] = {
    "full": full,
    "chunked": chunked,
    "true": true,
    "uncarried": uncarried,
}
"""Styles that one number n describes, by name."""


def windows(style: str, T: int, n: int, every_steps: int | None = None) -> list[Window]:
    """Return the windows of a style.

    Args:
        style: one of `STYLES`, or `bptt` for BPTT(k1, k2).
        T: the sequence length.
        n: how many steps are backpropagated; k2 for `bptt`.
        every_steps: k1.

    Raises:
        UsageError: no such style, a number below 1, or k1 > k2, which would leave out errors' own steps.
    """
    if min(T, n, every_steps or 1) < 1:
        raise UsageError(f"truncation needs at least one step, got n = {n}")
    if style == "bptt":
        k1 = 1 if every_steps is None else every_steps
        if k1 > n:
            raise UsageError(f"BPTT(k1, k2) needs k1 ≤ k2, got k1 = {k1} and k2 = {n}")
        return every(T, k1, n)
    if style not in STYLES:
        raise UsageError(f"unknown truncation style {style!r}; choose from {', '.join([*STYLES, 'bptt'])}")
    return STYLES[style](T, n)


def contributions(parts: list[Window]) -> int:
    """Return how many (error, step) pairs a style sums over."""
    return sum(window.contributions for window in parts)
