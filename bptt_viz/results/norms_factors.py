"""What a step's Jacobian is made of: slopes and weights of a vanilla cell, the path along a state that a gate keeps."""

from dataclasses import dataclass

from bptt_viz.results.norms_chain import Decay, Series


@dataclass(frozen=True, slots=True)
class Split:
    """A vanilla cell's ∂h_t/∂h_{t−1} = W_hh · diag(φ′): its two factors.

    Attributes:
        slope: root mean square of φ′ over units and rows, by step.
        lowest: the smallest φ′ at each step.
        highest: the largest.
        slope_share: which share of ln(slope · radius) is the slope's, if both are at most 1 and not both are 1.
    """

    slope: Series
    lowest: Series
    highest: Series
    slope_share: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """The way along a kept state alone: the last loss's gradient at T times the gates passed on the way back.

    Attributes:
        gate: the gate's name, `f` of an LSTM or `z` of a GRU.
        state: the state that it keeps, `c` or `h`.
        mean: the gate's mean over units and rows, by step.
        norms: ‖∂L_T/∂s_T ⊙ gate_T ⊙ … ⊙ gate_{t+1}‖.
        decay: the line fitted to them.
        part: norms over ‖∂L_T/∂s_t‖ at step 1; None if nothing arrives there.
    """

    gate: str
    state: str
    mean: Series
    norms: Series
    decay: Decay | None
    part: float | None


@dataclass(frozen=True, slots=True)
class StepJacobians:
    """∂s_t/∂s_{t−1} of all states of all layers in one vector, of the batch's first row.

    Attributes:
        singular: largest singular value by step: no gradient grows by more.
        radius: spectral radius by step.
    """

    singular: Series
    radius: Series
