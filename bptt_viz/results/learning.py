"""How a model learned from data of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """Means over the updates since the point before.

    Attributes:
        updates: how many there have been.
        loss: L, in nats.
        right: share of the outputs whose true class has the largest score.
        norm: of the gradient before clipping.
    """

    updates: int
    loss: float
    right: float
    norm: float


@dataclass(frozen=True, slots=True)
class Learning:
    """The way there, and a trial on fresh data.

    Attributes:
        finding: one sentence.
        recipe: what was learned and how.
        loss: L on fresh data.
        right: share of fresh outputs that were right, with the true ones fed where outputs are fed back.
        wholes: share of fresh rows that are right as a whole, with its own outputs fed back; None where none are.
        points: the way there.
    """

    finding: str
    recipe: Mapping[str, Any]
    loss: float
    right: float
    wholes: float | None
    points: tuple[LearningPoint, ...]
