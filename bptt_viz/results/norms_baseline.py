"""A gradient report beside an earlier one of the same set-up."""

from dataclasses import dataclass

from bptt_viz.results.norms_chain import Trend


@dataclass(frozen=True, slots=True)
class Measured:
    """What two reports are compared by.

    Attributes:
        verdict: the finding.
        rate: factor per step back; None if no line could be fitted.
        low: lower end of the rate's interval; None if there is none.
        high: upper end.
        memory: steps back until less than 1/1000 of the start is left; None if it does not get there.
        foretold: `memory` is where the fitted line gets there, beyond the steps that were measured.
    """

    verdict: Trend
    rate: float | None
    low: float | None
    high: float | None
    memory: float | None
    foretold: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two reports.

    Attributes:
        file: the earlier report's name, without its folder.
        before: what was stored.
        after: what was measured now.
        changed: which of `verdict`, `rate` and `memory` differ by more than rounding.
        worse: those of them that got worse by more than the stored interval allows.
    """

    file: str
    before: Measured
    after: Measured
    changed: tuple[str, ...]
    worse: tuple[str, ...]
