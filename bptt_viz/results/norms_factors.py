"""What the decay is made of: slopes and weights of a vanilla cell, the way along a state that a gate keeps, spans."""

from dataclasses import dataclass

from bptt_viz.results.norms_chain import Decay, Series

Factors = tuple[float | None, ...]
"""One factor a time step t, of the way from t + 1 back to t; None at T and where there is nothing to divide by."""


@dataclass(frozen=True, slots=True)
class Split:
    """A vanilla cell's ∂L_T/∂h_t = W_hh (φ′ ⊙ ∂L_T/∂h_{t+1}), taken apart into its two factors.

    Attributes:
        slope: root mean square of φ′ over units and rows, by step.
        lowest: the smallest φ′ at each step.
        highest: the largest.
        by_slope: ‖φ′ ⊙ g‖ / ‖g‖ of the gradient g that arrives at t + 1.
        by_weight: ‖W_hh (φ′ ⊙ g)‖ / ‖φ′ ⊙ g‖. Both multiply to ‖∂L_T‖ at t over that at t + 1 in the layer that is
            read out; those below get more from the layer above.
        slope_rate: the mean factor of the slopes, weighted as the fitted line weighs the steps; None without a line.
        weight_rate: that of the weights. Both multiply to the line's rate, up to `other_rate`.
        other_rate: that of what else reads the state, the layer above or attention, adds; 1 where nothing else does.
        slope_share: which share of the logarithm of both rates is the slope's, if both are at most 1 and not both 1.
    """

    slope: Series
    lowest: Series
    highest: Series
    by_slope: Factors
    by_weight: Factors
    slope_rate: float | None
    weight_rate: float | None
    other_rate: float | None
    slope_share: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """The way along a kept state alone: the last loss's gradient at T times the gates passed on the way back.

    Attributes:
        gate: the gate's name, `f` of an LSTM or `z` of a GRU.
        state: the state that it keeps, `c` or `h`.
        mean: the gate's mean over units and rows, by step.
        lowest: its smallest value at each step.
        highest: its largest.
        norms: ‖∂L_T/∂s_T ⊙ gate_T ⊙ … ⊙ gate_{t+1}‖.
        through: the norm of the rest of ∂L_T/∂s_t, which left the state at least once: through h, or a GRU's n.
        decay: the line fitted to `norms`.
        part: `norms` over ‖∂L_T/∂s_t‖ at step 1; None if nothing arrives there.
    """

    gate: str
    state: str
    mean: Series
    lowest: Series
    highest: Series
    norms: Series
    through: Series
    decay: Decay | None
    part: float | None


@dataclass(frozen=True, slots=True)
class SpanSizes:
    """The product of the last Jacobians, by QR; natural logarithms of singular values, −inf for 0.

    Attributes:
        steps: how many are multiplied.
        largest: no gradient keeps more over so many steps.
        median: the middle one.
        smallest: the smallest.
        kept: logarithm of what is left of ‖∂L_T‖ so many steps back.
    """

    steps: int
    largest: float
    median: float
    smallest: float
    kept: float


@dataclass(frozen=True, slots=True)
class StepJacobians:
    """∂s_t/∂s_{t−1} of all states of all layers in one vector, of the batch's first row.

    Attributes:
        singular: largest singular value by step: no gradient grows by more.
        median: the middle singular value.
        smallest: the smallest.
        radius: spectral radius.
        spans: products of the last ones over growing numbers of steps; empty if a number is not finite.
    """

    singular: Series
    median: Series
    smallest: Series
    radius: Series
    spans: tuple[SpanSizes, ...]
