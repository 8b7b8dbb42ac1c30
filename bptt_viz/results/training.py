"""What a training run saw and left behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bptt_viz.arrays import Array


@dataclass(frozen=True, slots=True)
class Span:
    """Some neighbouring updates.

    Attributes:
        last: the number of the last of them.
        loss: mean loss a character, in nats.
        norm: median of the gradient's norm before clipping.
        clipped: share of the updates whose gradient was clipped.
    """

    last: int
    loss: float
    norm: float
    clipped: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back the gradient of one loss reached at some updates.

    Attributes:
        updates: when it was measured, (K,).
        norms: ‖∂L_T/∂(h, c)_t‖ over all layers jointly, (K, T); the last column is the loss's own step.
    """

    updates: Array
    norms: Array


@dataclass(frozen=True, slots=True)
class Training:
    """A training run up to now.

    Attributes:
        finding: one sentence.
        recipe: what was trained and how.
        text: the text's name.
        classes: V, how many characters there are.
        parameters: how many numbers are learned.
        updates: how many there have been.
        chance: loss a character of whoever knows nothing, ln V.
        spans: the run in a few pieces, in order.
        reach: how far gradients reached; None if it was not asked for.
        sample: text that the model writes at the end.
        stopped: why it stopped before its time, in one sentence; empty if it did not.
    """

    finding: str
    recipe: Mapping[str, Any]
    text: str
    classes: int
    parameters: int
    updates: int
    chance: float
    spans: tuple[Span, ...]
    reach: Reach | None
    sample: str
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """Text that a model wrote.

    Attributes:
        prompt: what stood before it.
        text: what it wrote.
    """

    prompt: str
    text: str
