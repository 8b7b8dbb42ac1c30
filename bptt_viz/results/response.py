"""How long a unit remembers where it started: what was asked for, and what came out."""

from dataclasses import dataclass
from typing import Literal

from bptt_viz.arrays import Array

Fate = Literal["forgets", "keeps", "lingers", "grows"]

VECTOR_WEIGHTS = (0.5, 0.9, 1.0, 1.1)
"""The spectral radii that vectors are run at if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class ResponseSetting:
    """The units whose response is wanted: h(t) = f(w h(t−1) + b) without input, from +start and from −start.

    Attributes:
        vector: a vector of H units, h(t) = f(W h(t−1) + b), instead of a scalar one.
        activations: f, each of sigmoid, tanh, relu or identity.
        weights: w; for vectors |λ|, the spectral radius to which W is scaled.
        biases: b, the same for every unit.
        matrices: how W is drawn, each of random, symmetric or orthogonal; none for scalar units.
        start: h before the first step; a vector starts with this norm and equal entries.
        steps: T, the last step plotted; None takes 20, or 50 for vectors.
        hidden: H, 1 for scalar units.
        seeds: S, matrices drawn of each kind, 1 for scalar units.
        seed: of every random draw.
    """

    vector: bool = False
    activations: tuple[str, ...] = ("sigmoid", "tanh", "relu")
    weights: tuple[float, ...] = (0.01, 0.1, 0.5, 0.9, 0.99, 1.0, 1.1)
    biases: tuple[float, ...] = (0.0,)
    matrices: tuple[str, ...] = ("random", "symmetric", "orthogonal")
    start: float = 1.0
    steps: int | None = None
    hidden: int = 64
    seeds: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One weight's runs from both starts; arrays are (T+1,), and their first entry is what one application of f gives.

    Attributes:
        weight: w, or |λ| of W.
        values: h(t) from +start; for vectors ‖h(t)‖, median over the seeds.
        mirrored: the same from −start.
        power: start · |w|^(t+1), what a linear unit would do.
        rate: mean factor a step of |h(t)| over the second half of the plotted steps; NaN if it is not measurable.
        fate: of most seeds. `forgets`: both runs agree; `keeps`: they came to rest apart; `grows`: they outgrew 1,000
            times the start and have not come to rest; `lingers`: none of these by the horizon.
        agree: applications of f until both runs agree to the tolerance, median over the seeds that forget; None
            unless `forgets`.
        settled: where the run from +start comes to rest (for vectors its norm); infinite if it grows, NaN if it has
            not come to rest by the horizon.
        slope: |w f′| there, the factor by which a gradient shrinks or grows a step back; NaN for vectors and where
            nothing comes to rest.
    """

    weight: float
    values: Array
    mirrored: Array
    power: Array
    rate: float
    fate: Fate
    agree: int | None
    settled: float
    slope: float


@dataclass(frozen=True, slots=True)
class ResponsePanel:
    """All runs of one activation, one kind of matrix and one bias.

    Attributes:
        activation: its name on the command line.
        name: how it is written in text, such as ReLU.
        matrix: how W is drawn; empty for scalar units.
        bias: b.
        finding: what they show, in one sentence.
        runs: by ascending weight.
    """

    activation: str
    name: str
    matrix: str
    bias: float
    finding: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """Responses of units left to themselves.

    Attributes:
        finding: what they show, in one sentence.
        setting: what was run, with T filled in.
        horizon: applications of f after which a run that has not come to rest is given up.
        tolerance: two runs agree once they are this close (Euclidean distance), as a share of the start.
        times: t = 0 … T.
        panels: by bias, matrix and activation, the activation running fastest.
    """

    finding: str
    setting: ResponseSetting
    horizon: int
    tolerance: float
    times: Array
    panels: tuple[ResponsePanel, ...]
