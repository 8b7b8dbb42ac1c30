"""What a check of somebody's own code found: more answers than pass and mismatch, told apart."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from bptt_viz.errors import UsageError
from bptt_viz.results.check import Check, Verdict


class Outcome(StrEnum):
    """The answers, by the names that JSON, JUnit and `--fail-on` use.

    `SCALED`, `CLIPPED`, `TRUNCATED` and `FLOAT32` are said only if the gradient beneath is right.
    """

    OK = "ok"
    WRONG = "wrong"
    SCALED = "scaled"
    CLIPPED = "clipped"
    TRUNCATED = "truncated"
    FLOAT32 = "float32"
    TODO = "todo"
    CRASHED = "crashed"
    PYTHON2 = "python2"
    NOT_RECOGNISED = "not-recognised"
    INCONCLUSIVE = "inconclusive"

    @property
    def words(self) -> str:
        """As it is printed."""
        return {"python2": "PYTHON 2"}.get(self, self.upper().replace("-", " "))


DEFAULT_FAIL_ON = frozenset({Outcome.WRONG, Outcome.CRASHED, Outcome.PYTHON2, Outcome.NOT_RECOGNISED})


def outcomes(names: Collection[str], option: str) -> frozenset[Outcome]:
    """Return outcomes by name, `none` standing for none of them.

    Args:
        names: of the outcomes; if there is none at all, those that fail a run by default.
        option: what they were given for, for messages.

    Raises:
        UsageError: there is no such outcome.
    """
    if not names:
        return DEFAULT_FAIL_ON
    known = [outcome for outcome in Outcome if outcome is not Outcome.OK]
    wanted = [name for name in names if name != "none"]
    for name in wanted:
        if name not in known:
            raise UsageError(f"{option}: no outcome {name!r}; choose from {', '.join(known)}, none")
    return frozenset(map(Outcome, wanted))


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a user's file.

    Attributes:
        file: as it was named on the command line.
        line: from 1.
        function: in which it stands; empty at the top of the file.
        text: the line.
        cell: in a notebook, the number of its code cell from 1, within which `line` counts; None in a file.
    """

    file: str
    line: int
    function: str = ""
    text: str = ""
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class TargetCheck(Check):
    """The check of a forward and backward pass that was not written for bptt_viz.

    Attributes:
        outcome: the answer; `diagnosis` says it in one sentence.
        hint: what the fault looks like, where that is certain enough to be said; else empty.
        factor: by which the gradient is scaled; None unless it is.
        law: what the factor is made of, such as `1/(T·N)`; empty if no law fits.
        bound: at which entries or the norm are clipped; None unless they are.
        bounded: what is bounded: `entries` or `norm`; empty unless something is.
        steps: after how many time steps the gradient is cut off; None unless it is.
        raised: the user's line that raised or was running when time was up; None if there is none.
        cell: in a notebook, the number of the code cell from 1 within which `line` counts; None in a file.
        longest: number of time steps of the longest sequence that was checked: with 1, nothing was handed on from one
            step to the next; None if there are no time steps, or nothing was checked.
        notes: what else is worth knowing, a sentence each, such as inputs that are changed in place.
    """

    outcome: Outcome = Outcome.OK
    hint: str = ""
    factor: float | None = None
    law: str = ""
    bound: float | None = None
    bounded: str = ""
    steps: int | None = None
    raised: SourceLine | None = None
    cell: int | None = None
    longest: int | None = None
    notes: tuple[str, ...] = ()


def judged(check: Check, fail_on: Collection[Outcome]) -> Check:
    """Return a check with the verdict that its outcome has in this run; a cell's own verdict stays."""
    if not isinstance(check, TargetCheck):
        return check
    return replace(check, verdict=verdict_of(check.outcome, fail_on))


def verdict_of(outcome: Outcome, fail_on: Collection[Outcome] = DEFAULT_FAIL_ON) -> Verdict:
    """Return mismatch for what fails the run, inconclusive for what could not be decided, else pass."""
    if outcome in fail_on:
        return Verdict.MISMATCH
    return Verdict.INCONCLUSIVE if outcome is Outcome.INCONCLUSIVE else Verdict.PASS
