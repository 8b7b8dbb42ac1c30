"""What came of a model that learned its own data."""

from dataclasses import dataclass

from bptt_viz.results.norms import Run


@dataclass(frozen=True, slots=True)
class FitPoint:
    """Where it stood at one time.

    Attributes:
        updates: how many there had been.
        loss: mean loss of a symbol that counts, on fresh data, in nats, with the true symbols fed.
        symbols: share of symbols that are right where the model's own answers are fed back.
        wholes: share of rows in which all are.
        norm: median of the gradient's norm before clipping, since the point before.
    """

    updates: int
    loss: float
    symbols: float
    wholes: float
    norm: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of fresh data: what is asked for, and what the model answers by itself."""

    asked: tuple[str, ...]
    written: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FitResult:
    """A model that has learned.

    Attributes:
        finding: one sentence.
        run: what was run.
        optimiser: its name and learning rate.
        rows: how many rows each trial asks.
        points: the way there, the first before any update.
        answers: rows of fresh data, as it answers at the end.
    """

    finding: str
    run: Run
    optimiser: str
    rows: int
    points: tuple[FitPoint, ...]
    answers: tuple[Answer, ...]
