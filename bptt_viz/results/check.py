"""What a gradient check found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The three answers of a check."""

    PASS = "pass"
    MISMATCH = "mismatch"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Judgement:
    """By what a gradient was judged.

    Attributes:
        rtol: largest norm-relative error that passes; None for the method's own.
        atol: noise floor, as a share of the largest gradient's norm: gradients are judged as if at least that large.
        eps: step of a real difference; None for the method's own.
    """

    rtol: float | None = None
    atol: float = 1e-3
    eps: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """An analytic against a numeric gradient, for one input or one gate's block of it.

    Attributes:
        name: the input's name, with the gate's behind a colon for a block.
        error: ‖a − n‖ / (‖a‖ + ‖n‖), with the noise floor in the denominator.
        analytic: ‖a‖.
        numeric: ‖n‖.
        ratio: ⟨a, n⟩ / ⟨n, n⟩, the factor by which a is off if it is off by a factor; NaN where n is 0.
        entries: how many numbers were compared: all entries, or the random directions of the gate tier.
        size: how many entries the input has.
        worst: index of the entry that differs most, with its analytic and its numeric value; None for projections.
        passed: whether the error is within the tolerance.
    """

    name: str
    error: float
    analytic: float
    numeric: float
    ratio: float
    entries: int
    size: int
    worst: tuple[tuple[int, ...], float, float] | None
    passed: bool


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Relative errors of slices of a gradient, such as gates by time steps.

    Attributes:
        rows: what each row is, such as a gate.
        columns: what each column is, such as a time step.
        errors: one row of relative errors for each of `rows`, one number for each of `columns`; NaN and inf may occur.
        label: the point it was measured at, which need not be that of the case it is shown with.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    errors: tuple[tuple[float, ...], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One point at which a target was checked.

    Attributes:
        label: shape and state, such as `T=5 N=3 random state`.
        tier: `gate` (random projections) or `full` (every entry).
        method: how the numeric side was found.
        verdict: pass, mismatch or inconclusive.
        reason: what is wrong or stands in the way; empty for a pass.
        comparisons: one an input.
        gates: one a gate's block of a packed input, for a full tier.
        heat: where in the gradient the error sits; None if that was not looked for.
    """

    label: str
    tier: str
    method: str
    verdict: Verdict
    reason: str
    comparisons: tuple[Comparison, ...]
    gates: tuple[Comparison, ...] = ()
    heat: HeatMap | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Where a wrong gradient goes wrong.

    Attributes:
        input: the input whose gradient is wrong, if it is one alone.
        gate: the gate whose block is wrong, if it is one.
        lag: the smallest distance in time at which it is wrong; None if that cannot be told.
        path: the state or output through which the fault acts; empty if it is several.
        ratio: the factor by which the analytic gradient is off there.
        uniform: whether everything that is wrong is off by that one factor.
        heat: relative errors by input or gate and time.
        primitive: on a recorded graph, the operation whose VJP is wrong, in words.
        state: whether the input is an initial state.
    """

    input: str
    gate: str
    lag: int | None
    path: str
    ratio: float
    uniform: bool
    heat: HeatMap
    primitive: str = ""
    state: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A target's check over all its cases.

    Attributes:
        target: its name.
        verdict: mismatch if any case is one, else inconclusive if any is, else pass.
        diagnosis: one sentence a person can act on; empty for a pass.
        judgement: the tolerances.
        cases: in the order they were run.
        file: the file that defines the target, as it was named; empty for a built-in cell.
        line: the line of its definition, from 1; None if it is not known.
    """

    target: str
    verdict: Verdict
    diagnosis: str
    judgement: Judgement
    cases: tuple[Case, ...]
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of all targets of one run."""

    verdict: Verdict
    targets: tuple[Check, ...]
