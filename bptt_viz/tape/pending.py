"""Contributions to a cotangent that are not worked out before somebody asks, because together they are cheaper.

A weight used at T time steps gets T contributions. Each is kept as its factors; their sum is then one large
product instead of T small ones, and a step's own contribution can still be had alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array


class Pending:
    """One contribution, kept as a recipe. Never changed once made.

    A subclass is one kind of recipe: `combine` works out the sum of several of its instances at once.
    """

    __slots__ = ()

    @classmethod
    def combine(cls, terms: Sequence[Any]) -> Array:
        """Return the sum of recipes of this kind as an array."""
        raise NotImplementedError


Message = Array | Pending | list[Any]
"""What reaches a node from one of its consumers: an array, a recipe, or all that an alias has gathered."""


def merged(held: Message | None, message: Message) -> Message:
    """Return what a node holds once `message` has come in; of what it was given, only a held list grows."""
    if type(held) is list:
        if type(message) is list:
            held.extend(message)
        else:
            held.append(message)
        return held
    if type(held) is ndarray and type(message) is ndarray:
        return held + message
    if held is None:
        return message.copy() if type(message) is list else message
    return [held, *message] if type(message) is list else [held, message]


def dense(gathered: Message) -> Array:
    """Work out the sum of arrays and recipes, with one `combine` for each kind of recipe."""
    terms: list[Any] = gathered if type(gathered) is list else [gathered]
    kinds = set(map(type, terms))
    if len(kinds) == 1 and isinstance(terms[0], Pending):
        return np.asarray(terms[0].combine(terms))
    totals: list[Array] = []
    for kind in sorted(kinds, key=_kind_name):
        chosen = [term for term in terms if type(term) is kind]
        totals.append(kind.combine(chosen) if issubclass(kind, Pending) else np.add.reduce(chosen, axis=0))  # type: ignore[arg-type]
    return np.asarray(np.add.reduce(totals, axis=0))


def _kind_name(kind: type) -> str:
    # Sorted by name, because a set's order would change the rounding from run to run.
    return kind.__name__
