"""The per-step gradient report: how gradients grow and shrink on their way back through time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Series = tuple[float, ...]
"""One number a time step, t = 1 … T."""

LOST = 0.1
"""A gradient below this share of its start has vanished."""

GROWN = 10.0
"""A gradient above so many times its start has exploded."""

GONE = 1e-3
"""Below this share of its start nothing worth having is left; where that happens is reported beside the verdict."""

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
class Place:
    """Where the first number stands that is not finite.

    Attributes:
        phase: `forward` for a value; `backward` for a cotangent, met walking back from the loss.
        step: t, or None outside time.
        layer: depth, 0 next to the input; None outside the layers.
        role: parameter, input, state, cell, readout or loss.
        name: its name in the equations, else what the operation is called.
        primitive: the operation.
    """

    phase: Literal["forward", "backward"]
    step: int | None
    layer: int | None
    role: str
    name: str
    primitive: str


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
class StateNorms:
    """One state of one layer, such as `h` or `c`.

    Attributes:
        name: its name.
        value: ‖s_t‖.
        total: ‖∂L/∂s_t‖, L being the loss that was asked for; the sum of the next two vectors.
        local: norm of what comes from inside step t: through the readout, the layer above, or (for c) through h_t.
        back: norm of what comes back from step t + 1 through the state itself.
        last: ‖∂L_T/∂s_t‖.
        decay: the line fitted to `last`.
    """

    name: str
    value: Series
    total: Series
    local: Series
    back: Series
    last: Series
    decay: Decay | None


@dataclass(frozen=True, slots=True)
class ActivationShare:
    """What the units behind one activation do.

    Attributes:
        name: the node's name in the cell's equations, such as `f`.
        kind: tanh, sigmoid or relu.
        idle: share of units that pass (nearly) no gradient: |tanh| > .97, a sigmoid within .03 of 0 or 1, a ReLU at 0.
        mean: mean value over steps, batch and units.
        slope: root of the mean squared slope over all of them.
    """

    name: str
    kind: str
    idle: Series
    mean: float
    slope: float


@dataclass(frozen=True, slots=True)
class LayerNorms:
    """One layer's report.

    Attributes:
        depth: 0 next to the input.
        states: the states; the first is the one that is read out.
        chain: all states of the layer together, for the last loss alone.
        idle: share of units that pass nearly no gradient, over all activations; 0 where there is none.
        activations: the same one by one, in the order of the equations.
        weight: ‖dW_t‖, step t's share of the gradient of all recurrent matrices.
        recurrent: the recurrent matrices' names.
        radius: spectral radius of W_hh; None if it is not one square matrix, not finite, or large.
        singular: its largest singular value; None likewise.
        keep: name of the gate that the state kept from step to step is multiplied by, if the cell is known to have one.
    """

    depth: int
    states: tuple[StateNorms, ...]
    chain: Chain
    idle: Series
    activations: tuple[ActivationShare, ...]
    weight: Series
    recurrent: tuple[str, ...]
    radius: float | None
    singular: float | None
    keep: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """The rollout that was measured.

    Attributes:
        cell: the cell's name.
        options: its own options.
        hidden: H.
        layers: how many are stacked.
        steps: T.
        batch: N.
        topology: at which steps inputs go in and outputs come out.
        text: the text's name.
        init: how the recurrent weights were drawn.
        seed: of the draw.
        dtype: float64 or float32.
    """

    cell: str
    options: Mapping[str, str]
    hidden: int
    layers: int
    steps: int
    batch: int
    topology: str
    text: str
    init: str
    seed: int
    dtype: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to try next.

    Attributes:
        sentence: why and what, one sentence.
        arguments: what to change on the command line: options, and first another MODEL if it does not start with a
            dash.
    """

    sentence: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NormReport:
    """The whole report.

    Attributes:
        verdict: judged by `chain`.
        advice: what to try next.
        nonfinite: the first number that is not finite, if there is one.
        run: what was measured.
        loss: which loss `StateNorms` and `LayerNorms.weight` are about: `all` (Σ L_t) or `last` (L_T).
        chain: all layers' states together, for the last loss alone.
        layers: from bottom to top.
        inputs: the first window's characters x_t; None where the topology has no input.
        targets: the characters that should follow; None where it has no output.
        losses: L_t; None where it has no output.
    """

    verdict: Trend
    advice: Advice
    nonfinite: Place | None
    run: Run
    loss: Literal["all", "last"]
    chain: Chain
    layers: tuple[LayerNorms, ...]
    inputs: tuple[str | None, ...]
    targets: tuple[str | None, ...]
    losses: tuple[float | None, ...]
