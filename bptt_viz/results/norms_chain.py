"""A gradient on its way back through time: its norms, its rate, where it passes limits, and the verdict on it."""

from dataclasses import dataclass
from enum import StrEnum

Series = tuple[float, ...]
"""One number a time step, t = 1 … T."""

LOST = 0.1
"""A gradient below this share of its start has vanished."""

GROWN = 10.0
"""A gradient above so many times its start has exploded."""

GONE = 1e-3
"""Below this share of its start nothing worth having is left; where that happens is reported beside the verdict."""

FLOAT32, FLOAT16 = 2.0**-24, 2.0**-11
"""Half the distance from 1 to the next larger number (IEEE 754): what is smaller beside 1 is rounded away."""

UNDERFLOW16 = 6e-8
"""The smallest number above 0 that float16 has, 2^-24: a gradient whose norm is smaller has no larger entry."""

HORIZON = 24
"""How many steps back a shorter sequence is judged over as well, by the fitted line."""


class Trend(StrEnum):
    """What becomes of the last loss's gradient on its way from step T to step 1."""

    VANISHING = "vanishing"
    EXPLODING = "exploding"
    HEALTHY = "healthy"
    NON_FINITE = "non-finite"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Decay:
    """A straight line through log ‖·‖ against the distance T − t.

    Attributes:
        rate: factor per step back.
        low: lower end of the rate's 95 % confidence interval; None if two points leave no scatter to judge by.
        high: upper end.
        error: standard error of ln rate; None likewise.
        half_life: steps after which half is left; None if the gradient does not shrink.
        doubling: steps after which it has doubled; None if the gradient does not grow.
        r_squared: share of the variance of log ‖·‖ that the line explains. Small for a rate near 1, where there is
            little to explain.
        intercept: the line's value at distance 0, the natural logarithm of a norm.
        nearest: smallest distance fitted, in steps; those before it are transient.
        farthest: largest distance fitted; behind it the gradient is 0, under the float's normal range, or not finite.
    """

    rate: float
    low: float | None
    high: float | None
    error: float | None
    half_life: float | None
    doubling: float | None
    r_squared: float
    intercept: float
    nearest: int
    farthest: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a gradient falls below a share of its start, or rises above one that is larger than 1.

    Attributes:
        share: the limit.
        distance: steps back from T.
        measured: seen in the rollout; else where the fitted line would get there in a longer one.
    """

    share: float
    distance: float
    measured: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """How the gradient of the last loss alone travels back.

    Attributes:
        norms: ‖∂L_T/∂(states at t)‖.
        ratios: norms at t over norms at t + 1; None at T and where there is nothing to divide by.
        share: what arrives at step 1 of what starts at step T; NaN if nothing starts.
        decay: the fitted line; None with fewer than two points.
        crossing: when the gradient passes `LOST` or `GROWN`; None if no such trend can be told.
        gone: when it passes `GONE`; None likewise.
    """

    norms: Series
    ratios: tuple[float | None, ...]
    share: float
    decay: Decay | None
    crossing: Crossing | None
    gone: Crossing | None


@dataclass(frozen=True, slots=True)
class Memory:
    """After how many steps back the last loss's gradient counts for nothing; None where it cannot be told.

    Attributes:
        thousandth: below `GONE` of its start.
        float16: below `FLOAT16` of its start, so that a sum in half precision leaves it out.
        float32: below `FLOAT32` of its start, likewise in single precision.
        underflow16: below `UNDERFLOW16` as an absolute number: half precision has 0 for it.
    """

    thousandth: Crossing | None
    float16: Crossing | None
    float32: Crossing | None
    underflow16: Crossing | None
