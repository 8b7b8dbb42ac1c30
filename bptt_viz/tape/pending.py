"""Contributions to a cotangent that are not worked out before somebody asks, because together they are cheaper.

A weight used at T time steps gets T contributions. Each is kept as its factors; their sum is then one large
product instead of T small ones, and a step's own contribution can still be had alone.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array

Join = Callable[[Sequence[Array]], Array]


def joined(arrays: Sequence[Array]) -> Array:
    """Put the rows of all arrays one below the other."""
    return np.concatenate(arrays, axis=-2)


def remembering() -> Join:
    """Return a `joined` that copies the same arrays only once; they must live for as long as it is used.

    A cell's weights all get the very same cotangents as factors, and copying these is no small part of a pass.
    """
    made: dict[tuple[int, ...], Array] = {}

    def join(arrays: Sequence[Array]) -> Array:
        key = tuple(map(id, arrays))
        if key not in made:
            made[key] = joined(arrays)
        return made[key]

    return join


class Pending:
    """One contribution, kept as a recipe. Never changed once made.

    A subclass is one kind of recipe: `combine` works out the sum of several of its instances at once.
    """

    __slots__ = ()

    @classmethod
    def combine(cls, terms: Sequence[Any], join: Join = joined) -> Array:
        """Return the sum of recipes of this kind as an array; `join` puts rows together where it needs that."""
        raise NotImplementedError


Message = Array | Pending
"""What one consumer of a node sends back to it."""

Gathered = Message | list[Message]
"""What a node has been sent: an array as long as all are arrays, else a list once there are several."""


def merged(held: Gathered | None, message: Message) -> Gathered:
    """Return what a node holds once `message` has come in; of what it was given, only a held list grows."""
    if held is None:
        return message
    if isinstance(held, list):
        held.append(message)
        return held
    if type(held) is ndarray and type(message) is ndarray:
        return held + message
    return [held, message]


def dense(gathered: Gathered, join: Join = joined) -> Array:
    """Work out the sum of arrays and recipes, with one `combine` for each kind of recipe."""
    terms: list[Any] = gathered if type(gathered) is list else [gathered]
    kinds = set(map(type, terms))
    if len(kinds) == 1 and isinstance(terms[0], Pending):
        return np.asarray(terms[0].combine(terms, join))
    totals: list[Array] = []
    for kind in sorted(kinds, key=_kind_name):
        chosen = [term for term in terms if type(term) is kind]
        totals.append(kind.combine(chosen, join) if issubclass(kind, Pending) else np.add.reduce(chosen, axis=0))  # type: ignore[arg-type]
    return np.asarray(np.add.reduce(totals, axis=0))


def _kind_name(kind: type) -> str:
    # Sorted by name, because a set's order would change the rounding from run to run.
    return kind.__name__
