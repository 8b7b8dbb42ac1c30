"""Where attention looks, word by word; and what is known of the gradient of a hard one."""

from dataclasses import dataclass

from bptt_viz.arrays import Array
from bptt_viz.results.norms import Run


@dataclass(frozen=True, slots=True)
class Look:
    """One word and where attention looked for it.

    Attributes:
        word: what was written.
        weights: α over the L places, (L,); their sum is 1.
        chosen: the place that a hard attention has drawn; None if it is soft.
        named: the place that the word names, where that is known and the word is right.
    """

    word: str
    weights: Array
    chosen: int | None
    named: int | None


@dataclass(frozen=True, slots=True)
class Attended:
    """One row of the data: what the model wrote by itself, what is true, and what was asked, if anything was."""

    looks: tuple[Look, ...]
    truth: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Mass:
    """How much attention lies where it should, over fresh rows with the true words fed.

    Attributes:
        rows: how many rows.
        words: how many words name a place.
        named: mean weight of the named place.
        largest: share of these words for which no place has a larger weight.
        uniform: what each place gets of an even attention, 1/L.
    """

    rows: int
    words: int
    named: float
    largest: float
    uniform: float


@dataclass(frozen=True, slots=True)
class Attending:
    """The attention maps of a model.

    Attributes:
        finding: one sentence.
        run: what was run.
        attention: `soft` or `hard`.
        grid: rows and columns of the places, row by row.
        places: what each place is called, in texts; empty for places of an image.
        shown: rows of the data.
        mass: how much of attention lies on what is named, where that is known.
    """

    finding: str
    run: Run
    attention: str
    grid: tuple[int, int]
    places: tuple[str, ...]
    shown: tuple[Attended, ...]
    mass: Mass | None


@dataclass(frozen=True, slots=True)
class ParameterEstimate:
    """What the estimator makes of one parameter's gradient.

    Attributes:
        name: the parameter's.
        exact: norm of the expectation's gradient, by enumeration.
        off: norm of the difference between the samples' mean and that.
        error: the mean's standard error, √(trace of the variance / samples).
    """

    name: str
    exact: float
    off: float
    error: float

    @property
    def ratio(self) -> float:
        """How many standard errors the mean is off."""
        return self.off / self.error if self.error else 0.0


@dataclass(frozen=True, slots=True)
class Variance:
    """One way to estimate the gradient.

    Attributes:
        name: what is taken off the cost, and which words are charged.
        value: trace of the estimator's variance over all parameters, for one sample.
        relative: that over the one without a baseline, charged with the whole caption.
        bias: norm of the difference between its expectation, by enumeration, and the exact gradient, over the
            latter's norm; None where it is only sampled.
    """

    name: str
    value: float
    relative: float
    bias: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The score-function estimator of a hard attention beside the gradient of the exact expectation.

    Attributes:
        finding: one sentence.
        run: what was run.
        places: L.
        words: T.
        paths: L^T, how many sequences of places there are.
        samples: how many were drawn.
        is_unbiased: whether the mean of the samples is within its standard error of the exact gradient.
        parameters: one by one.
        whole: all of them together.
        variances: with and without a baseline.
    """

    finding: str
    run: Run
    places: int
    words: int
    paths: int
    samples: int
    is_unbiased: bool
    parameters: tuple[ParameterEstimate, ...]
    whole: ParameterEstimate
    variances: tuple[Variance, ...]
