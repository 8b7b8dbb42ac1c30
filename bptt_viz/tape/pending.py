"""Cotangents that are not worked out before somebody asks, because many of them together are cheaper.

A weight used at T time steps gets T contributions. Each is kept as its factors; their sum is then one large
product instead of T small ones, and a step's own contribution can still be had alone.
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from bptt_viz.arrays import Array


class Pending:
    """A contribution to a cotangent, kept as a recipe. Never changed once made.

    A subclass is one kind of recipe: `combine` works out the sum of several of its instances at once.
    """

    __slots__ = ()
    # `array + pending` must reach __radd__ instead of being looped over by NumPy.
    __array_ufunc__: ClassVar[None] = None

    @classmethod
    def combine(cls, terms: Sequence[Any]) -> Array:
        """Return the sum of recipes of this kind as an array."""
        raise NotImplementedError

    def __add__(self, other: "Pending | Array") -> "Pending":
        return _Sum(self, other)

    __radd__ = __add__

    def dense(self) -> Array:
        """Work the sum out: one `combine` for each kind of recipe in it."""
        arrays: list[Array] = []
        kinds: dict[type[Pending], list[Pending]] = {}
        for term in _terms(self):
            if isinstance(term, Pending):
                kinds.setdefault(type(term), []).append(term)
            else:
                arrays.append(term)
        arrays += [kind.combine(terms) for kind, terms in kinds.items()]
        total = arrays[0]
        for array in arrays[1:]:
            total = total + array
        return total


class _Sum(Pending):
    """Two contributions, neither worked out; T additions make a chain, so it is walked without recursion."""

    __slots__ = ("left", "right")

    def __init__(self, left: "Pending | Array", right: "Pending | Array") -> None:
        self.left = left
        self.right = right


def _terms(pending: Pending) -> Iterator[Pending | Array]:
    stack: list[Pending | Array] = [pending]
    while stack:
        term = stack.pop()
        if isinstance(term, _Sum):
            stack += (term.left, term.right)
        else:
            yield term
