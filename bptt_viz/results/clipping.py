"""What clipping does to a model's gradients: how often it acts, how much it shortens, whether it turns them."""

from dataclasses import dataclass

from bptt_viz.arrays import Array
from bptt_viz.results.norms import Run


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to clip, over W windows.

    Attributes:
        name: `norm`, g ← g θ/‖g‖ if ‖g‖ ≥ θ, jointly over all parameters; or `elementwise`, each entry held to ±c.
        limit: θ or c.
        measured: whether the limit is the measured quantile rather than given.
        acts: the share of windows whose gradient it changes or, for `norm`, whose norm is at least θ.
        after: ‖g‖ afterwards, (W,).
        cosine: of the angle between g before and after, (W,); 1 for a gradient of 0.
    """

    name: str
    limit: float
    measured: bool
    acts: float
    after: Array
    cosine: Array


@dataclass(frozen=True, slots=True)
class Part:
    """One parameter's gradient in the window that is shown.

    Attributes:
        name: of the parameter.
        before: its norm.
        by_norm: its norm after norm clipping.
        by_element: its norm after elementwise clipping.
        cosine: of the angle by which elementwise clipping turns it.
        cut: the share of its entries that elementwise clipping changes.
    """

    name: str
    before: float
    by_norm: float
    by_element: float
    cosine: float
    cut: float


@dataclass(frozen=True, slots=True)
class ClippedRun:
    """Some updates of plain gradient descent, with one way to clip or without any; arrays are (updates,).

    Attributes:
        name: `none`, `norm` or `elementwise`.
        limit: θ or c; None without clipping.
        losses: the mean loss of a step at each update, in nats.
        norms: ‖g‖ before it was clipped.
        acted: whether clipping changed it.
        acts: the share of updates at which it did.
        tenths: the same over each tenth of the run.
        first: the mean of the losses over the first tenth.
        last: the same over the last.
        stopped: the update, from 1, whose loss or gradient is not finite, which ends the run; None if none is.
    """

    name: str
    limit: float | None
    losses: Array
    norms: Array
    acted: Array
    acts: float
    tenths: tuple[float, ...]
    first: float
    last: float
    stopped: int | None


@dataclass(frozen=True, slots=True)
class Clipping:
    """Clipping over windows of a text, and in one of them step by step.

    A step's share of the total gradient is g_t, all parameters' dW_t laid end to end. Clipping scales it as it scales
    the total, entry by entry, so that the clipped shares sum to the clipped total. Arrays by step are (T,).

    Attributes:
        finding: what it shows, in one sentence.
        run: what was run.
        quantile: the quantile over the windows by which limits are set that nobody gave.
        norms: ‖g‖ of each window with a finite gradient, (W,).
        largest: its largest entry in size, (W,).
        nonfinite: windows left out because their gradient is not finite.
        norm: norm clipping.
        elementwise: elementwise clipping.
        shown: which window is shown step by step, from 0: the one with the largest gradient.
        before: ‖g_t‖ in that window.
        by_norm: ‖g_t‖ after norm clipping.
        by_element: ‖g_t‖ after elementwise clipping.
        cosine: of the angle by which elementwise clipping turns g_t; 1 where g_t is 0.
        parts: the total gradient of each parameter in that window, and of all together.
        rate: the learning rate of the runs.
        runs: what happens in training from these weights: without clipping, by norm and elementwise; empty if none
            was wanted, or the model cannot learn so.
    """

    finding: str
    run: Run
    quantile: float
    norms: Array
    largest: Array
    nonfinite: int
    norm: Rule
    elementwise: Rule
    shown: int
    before: Array
    by_norm: Array
    by_element: Array
    cosine: Array
    parts: tuple[Part, ...]
    rate: float
    runs: tuple[ClippedRun, ...]
