"""The per-step gradient report: how gradients grow and shrink on their way back through time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bptt_viz.results.nonfinite import Place
from bptt_viz.results.norms_baseline import Comparison
from bptt_viz.results.norms_chain import GONE, GROWN, HORIZON, LOST, Chain, Crossing, Decay, Memory, Series, Trend
from bptt_viz.results.norms_entries import EntrySizes
from bptt_viz.results.norms_factors import Path, Split, StepJacobians
from bptt_viz.results.norms_parameters import ParameterNorms
from bptt_viz.results.norms_spread import Spread
from bptt_viz.results.origin import Origin

__all__ = [
    "GONE",
    "GROWN",
    "HORIZON",
    "LOST",
    "ActivationShare",
    "Advice",
    "Chain",
    "Crossing",
    "Decay",
    "LayerNorms",
    "Memory",
    "NormReport",
    "Run",
    "Series",
    "StateNorms",
    "Trend",
]


@dataclass(frozen=True, slots=True)
class StateNorms:
    """One state of one layer, such as `h` or `c`.

    Attributes:
        name: its name.
        value: ‖s_t‖.
        total: ‖∂L/∂s_t‖, L being the loss that was asked for; the sum of the next two vectors.
        local: norm of what comes from inside step t: through the readout, the layer above, or (for c) through h_t.
        back: norm of what comes back from later steps: through the state itself, or what attention read of it.
        last: ‖∂L_T/∂s_t‖.
        decay: the line fitted to `last`.
        entries: the sizes of the entries of ∂L/∂s_t.
    """

    name: str
    value: Series
    total: Series
    local: Series
    back: Series
    last: Series
    decay: Decay | None
    entries: EntrySizes


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
        depth: its row, 0 next to the input.
        label: what it is called: `layer 1`, `encoder`, `backward layer 0`.
        ending: what its parameters' names end in, in the whole model: `_l1`, `_enc`; empty where there is one layer.
        steps: the times of its steps, in the order in which it runs; all series are in this order.
        backward: it runs from later times to earlier ones; the last loss is then that at its own end, L_1.
        states: the states; the first is the one that is read out.
        chain: all states of the layer together, for the last loss alone.
        idle: share of units that pass nearly no gradient, over all activations; 0 where there is none.
        activations: the same one by one, in the order of the equations.
        weight: ‖dW_t‖, step t's share of the gradient of all recurrent matrices.
        recurrent: the recurrent matrices' names.
        radius: spectral radius of W_hh; None if it is not one square matrix, not finite, or large.
        singular: its largest singular value; None likewise.
        parameters: ‖dW_t‖ of each parameter and gate.
        keep: name of the gate that the state kept from step to step is multiplied by, if the cell is known to have one.
        split: the factors of its Jacobians, if it is a vanilla cell.
        path: the way along the state kept by `keep`.
    """

    depth: int
    label: str
    ending: str
    steps: tuple[int, ...]
    backward: bool
    states: tuple[StateNorms, ...]
    chain: Chain
    idle: Series
    activations: tuple[ActivationShare, ...]
    weight: Series
    recurrent: tuple[str, ...]
    radius: float | None
    singular: float | None
    parameters: tuple[ParameterNorms, ...]
    keep: str | None
    split: Split | None
    path: Path | None


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
        text: the name of the text, or of other data.
        init: how the recurrent weights were drawn.
        seed: of the draw.
        dtype: float64 or float32.
        reads_text: the data are windows of a text.
        origin: the weight file; None if the weights were drawn.
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
    reads_text: bool = True
    origin: Origin | None = None

    @property
    def drawn(self) -> str:
        """Where the weights are from, in words."""
        return f"init {self.init}, seed {self.seed}" if self.origin is None else f"weights {self.origin.file}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to try next.

    Attributes:
        sentence: why and what, one sentence.
        arguments: what to change on the command line: options, and first another MODEL if it does not start with a
            dash.
        threshold: where to clip the gradient's norm in training: its 90 % quantile over windows of the text; None if
            clipping is not advised, or a window's gradient is not finite.
    """

    sentence: str
    arguments: tuple[str, ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class NormReport:
    """The whole report.

    Attributes:
        verdict: judged by `chain`.
        advice: what to try next.
        nonfinite: the first number that is not finite, if there is one.
        run: what was measured.
        loss: which loss `StateNorms` and `LayerNorms.weight` are about: `all` (Σ L_t) or `last` (L_T).
        chain: all layers' states together, by step, for the last loss alone; of several draws, the median of the norms.
            A layer that runs backward counts from its own end, by the first loss.
        memory: how far `chain` reaches back.
        layers: from bottom to top.
        readout: ‖dW_t‖ of the parameters that belong to no layer: the readout's, and those of attention or embeddings.
        inputs: the first window's characters x_t; None where the topology has no input.
        targets: the characters that should follow; None where it has no output.
        losses: L_t; None where it has no output.
        spread: all draws and rows, where there is more than one; `layers` and what follows are the first draw's.
        jacobians: sizes of each step's Jacobian, if they were asked for and not too large.
        baseline: what changed since an earlier report, if one was named.
    """

    verdict: Trend
    advice: Advice
    nonfinite: Place | None
    run: Run
    loss: Literal["all", "last"]
    chain: Chain
    memory: Memory
    layers: tuple[LayerNorms, ...]
    readout: tuple[ParameterNorms, ...]
    inputs: tuple[str | None, ...]
    targets: tuple[str | None, ...]
    losses: tuple[float | None, ...]
    spread: Spread | None = None
    jacobians: StepJacobians | None = None
    baseline: Comparison | None = None
