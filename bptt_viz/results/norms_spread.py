"""How far draws of the weights and rows of the batch differ in what becomes of their gradients."""

from collections.abc import Mapping
from dataclasses import dataclass

from bptt_viz.results.norms_chain import Series

LOW, HIGH = 0.1, 0.9
"""The quantiles reported beside the median."""


@dataclass(frozen=True, slots=True)
class RateBand:
    """Rates of single rows, each fitted to the gradient of its own last loss.

    Attributes:
        median: the middle one, a factor a step.
        low: the `LOW` quantile.
        high: the `HIGH` quantile.
        half_life: steps after which half is left at the median rate; None if the gradient does not shrink.
        doubling: steps after which it has doubled; None if it does not grow.
        count: how many rows have a rate.
    """

    median: float
    low: float
    high: float
    half_life: float | None
    doubling: float | None
    count: int


@dataclass(frozen=True, slots=True)
class NormBand:
    """Quantiles over draws and rows of ‖∂(the row's own L_T)/∂(its states at t)‖.

    Attributes:
        low: the `LOW` quantile at each step.
        median: the middle.
        high: the `HIGH` quantile.
    """

    low: Series
    median: Series
    high: Series


@dataclass(frozen=True, slots=True)
class Spread:
    """All draws of the weights and all rows of the batch together.

    Attributes:
        seeds: K; draw k has the run's seed + k.
        rows: N.
        verdicts: how many draws have which verdict; those that none has are left out.
        rate: of the rows; None if none has one.
        norms: all layers together.
        layers: each layer by itself, from bottom to top.
    """

    seeds: int
    rows: int
    verdicts: Mapping[str, int]
    rate: RateBand | None
    norms: NormBand
    layers: tuple[NormBand, ...]
