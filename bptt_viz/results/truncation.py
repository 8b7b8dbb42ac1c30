"""How truncated backpropagation through time compares with the full one."""

from dataclasses import dataclass

from bptt_viz.results.norms import Run


@dataclass(frozen=True, slots=True)
class TruncatedGradient:
    """One style at one length, beside full backpropagation.

    Attributes:
        style: full, chunked, true, uncarried, or bptt for BPTT(k1, k2).
        n: steps that are backpropagated; k2 for bptt.
        every: k1 for bptt, else None.
        contributions: (error, step) pairs that the gradient sums over.
        share: those beside full backpropagation's.
        cosine: of the angle between the two gradients, all parameters jointly.
        bias: ‖g − g_full‖ / ‖g_full‖.
        norm: ‖g‖ / ‖g_full‖.
        parameters: the bias of each parameter alone, by name.
        seconds: median time of the passes; None unless it was asked for.
        megabytes: most memory that recording and backpropagating took; None unless it was asked for.
    """

    style: str
    n: int
    every: int | None
    contributions: int
    share: float
    cosine: float
    bias: float
    norm: float
    parameters: dict[str, float]
    seconds: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True, slots=True)
class Truncation:
    """All styles and lengths.

    Attributes:
        finding: one sentence.
        run: what was run.
        steps: T.
        full: contributions of full backpropagation, T (T + 1) / 2.
        gradients: by style, then by length.
    """

    finding: str
    run: Run
    steps: int
    full: int
    gradients: tuple[TruncatedGradient, ...]
