"""What came of learning a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TaskPoint:
    """Where a run stood at one time.

    Attributes:
        updates: how many there had been.
        loss: mean since the point before: nats, or squared error.
        error: share of fresh sequences that were answered wrongly.
        norm: median of the gradient's norm before clipping, since the point before.
        clipped: share of updates whose gradient was clipped.
        omega: the regulariser's mean, 0 without it.
    """

    updates: int
    loss: float
    error: float
    norm: float
    clipped: float
    omega: float


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One network's attempt at a task.

    Attributes:
        finding: one sentence.
        task: its name.
        length: L.
        difficulty: what is published about it.
        chance: the loss of whoever remembers nothing.
        recipe: how it was learned.
        solved: whether fewer than 1 % of the last fresh sequences were wrong.
        updates: how many there were.
        error: share of the last fresh sequences that were wrong.
        points: the way there.
    """

    finding: str
    task: str
    length: int
    difficulty: str
    chance: float
    recipe: Mapping[str, Any]
    solved: bool
    updates: int
    error: float
    points: tuple[TaskPoint, ...]
