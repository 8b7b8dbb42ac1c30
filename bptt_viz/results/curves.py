"""Gradient norm against distance back in time: what was asked for, and what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bptt_viz.arrays import Array
from bptt_viz.results.network import Network

Verdict = Literal["vanishes", "explodes", "dies", "neither", "unmeasured"]


@dataclass(frozen=True, slots=True)
class CurvesSetting:
    """The networks whose curves are wanted: cells over a text, with a loss at the last step only.

    Attributes:
        cells: built-in cells, or `file.py:ClassName`.
        activations: φ of the vanilla cell, each of tanh, sigmoid, relu or identity.
        radii: spectral radii of each gate's recurrent matrix, positive.
        seeds: S, how many networks are drawn for each kind and radius.
        matrices: how they are drawn before they are scaled to the radius: normal, orthogonal or identity.
        hidden: H.
        steps: T; None takes 50, or as many as the text allows.
        text: an embedded text's name or a UTF-8 file; its first characters are the input.
        seed: of every random draw.
        dtype: float64 or float32.
        input_scale: factor on W_xh, 0 or more; 0 leaves the network without input.
        start: every entry of the initial states.
        bias: deviation of the cell's biases, drawn normal; comes on top of a forget bias.
        settings: the other cells' own options by name, as texts, such as forget_bias.
        by: what a panel stands for: a `network`, with one curve a radius, or a `radius`, with one curve a network.
    """

    cells: tuple[str, ...] = ("rnn",)
    activations: tuple[str, ...] = ("tanh", "sigmoid", "relu")
    radii: tuple[float, ...] = (0.5, 0.9, 1.0, 1.1, 1.5, 2.0)
    seeds: int = 10
    matrices: tuple[str, ...] = ("normal",)
    hidden: int = 64
    steps: int | None = None
    text: str = "sonnets"
    seed: int = 0
    dtype: str = "float64"
    input_scale: float = 1.0
    start: float = 0.0
    bias: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)
    by: str = "network"


@dataclass(frozen=True, slots=True)
class Curve:
    """‖∂L_T/∂s_{T−k}‖ / ‖∂L_T/∂s_T‖ of one network at one radius, over all seeds; arrays are (T+1,), k = 0 … T.

    s is h, and c where there is one.

    Attributes:
        label: what tells it from the other curves of its panel.
        network: its kind.
        radius: spectral radius of W_hh.
        median: over the seeds that could be measured and did not die, or over those that died if no other is left;
            0 or infinite from where the middle seed is out of range.
        lower: the lower quantile, over the same seeds.
        upper: the upper quantile, over the same seeds.
        bound: (γ λ1)^k, with γ the steepest slope of the activation and λ1 the largest singular value of W_hh, median
            over the same seeds; NaN for cells with gates.
        bound_rate: γ λ1, the bound's factor a step; None likewise.
        foretold: √χ, the factor a step that mean-field theory foretells a wide network of independent weights or an
            orthogonal matrix; None for others.
        guaranteed: whether γ λ1 < 1, so that the gradient is bound to vanish.
        rate: the median's mean factor a step, from k = 0 to `reach`; NaN if `reach` is 0.
        half_life: steps in which the gradient halves (doubles, if `rate` > 1) at that rate; infinite at rate 1.
        reach: the largest k up to which the median is in range.
        died: seeds whose gradient became exactly 0 at once, as when no unit of a ReLU layer is on.
        underflowed: seeds whose gradient sank below the smallest normal number of the dtype.
        overflowed: seeds whose gradient outgrew the dtype.
        unmeasured: seeds with a gradient of 0, or not finite, at the last step; left out of the quantiles.
        verdict: `vanishes` if the whole band has sunk below 1/10 at k = T, `explodes` if it has risen above 10,
            `dies` if at least half of the seeds died, `unmeasured` if no seed was measured, else `neither`.
    """

    label: str
    network: Network
    radius: float
    median: Array
    lower: Array
    upper: Array
    bound: Array
    bound_rate: float | None
    foretold: float | None
    guaranteed: bool
    rate: float
    half_life: float
    reach: int
    died: int
    underflowed: int
    overflowed: int
    unmeasured: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Panel:
    """All curves of one network, or of one radius.

    Attributes:
        name: how it is written in text, such as ReLU.
        gamma: γ, the activation's steepest slope; None if it has none, or there are several.
        curves: by ascending radius, or in the order of the networks.
    """

    name: str
    gamma: float | None
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """Vanishing and exploding curves.

    Attributes:
        finding: what they show, in one sentence.
        setting: what was run, with T filled in.
        quantiles: which ones `lower` and `upper` are.
        distance: k = 0 … T, steps back in time from the last.
        heading: what the labels of the curves are: `radius` or `network`.
        panels: one for each network, in the order asked for, or for each radius.
    """

    finding: str
    setting: CurvesSetting
    quantiles: tuple[float, float]
    distance: Array
    heading: str
    panels: tuple[Panel, ...]
