"""What the products of temporal Jacobians do to a gradient: growth rates in every direction of the state."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lyapunov:
    """Lyapunov exponents of a run, in natural logarithms a step.

    Attributes:
        exponents: λ_1 ≥ λ_2 ≥ …, mean log growth a step of each direction; −inf where a direction dies at once.
        running: by checkpoint, the exponents estimated up to there.
        checkpoints: the time steps of `running`, counted from the end of the transient.
        log_determinant: mean log|det J_t|, which all exponents must add up to; None if only the leading ones are known.
        dimension: Kaplan–Yorke dimension, of the set that the states settle on; None if too few exponents are known.
        transient: steps left out at the start.
        steps: steps averaged over.
    """

    exponents: tuple[float, ...]
    running: tuple[tuple[float, ...], ...]
    checkpoints: tuple[int, ...]
    log_determinant: float | None
    dimension: float | None
    transient: int
    steps: int

    @property
    def sum_gap(self) -> float | None:
        """|Σ λ_k − mean log|det J_t||, zero but for rounding; None if only the leading exponents are known."""
        if self.log_determinant is None:
            return None
        total = sum(self.exponents)
        return 0.0 if total == self.log_determinant else abs(total - self.log_determinant)


@dataclass(frozen=True, slots=True)
class Span:
    """Singular values of the product of the last `steps` Jacobians.

    Attributes:
        steps: how many Jacobians are multiplied.
        logarithms: natural logarithms of the singular values, largest first; −inf for 0.
    """

    steps: int
    logarithms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The whole report.

    Attributes:
        cell: the model's cell as it was asked for.
        size: S, the length of the joint state.
        layout: its blocks in words, such as `h, c`.
        lyapunov: growth rates over the whole run.
        spans: singular values over some spans of time.
        finding: what it means for a gradient, in one sentence.
    """

    cell: str
    size: int
    layout: str
    lyapunov: Lyapunov
    spans: tuple[Span, ...]
    finding: str
