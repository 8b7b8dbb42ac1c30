"""The options of `bptt-viz norms`, and what they make of its exit code."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.lists import items
from bptt_viz.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bptt_viz.results.norms import NormReport


class Loss(StrEnum):
    """Whose gradient the per-step norms are about."""

    ALL = "all"
    LAST = "last"


_VERDICTS = {"vanishing": "vanishing", "exploding": "exploding", "nonfinite": "non-finite"}

WhichLoss = Annotated[
    Loss, typer.Option("--loss", help="Norms of the gradient of all losses, or of the last one alone.")
]
Seeds = Annotated[
    int, typer.Option("--seeds", help="How often the weights are drawn, from --seed on.", min=1, max=10**6)
]
Parameters = Annotated[
    bool, typer.Option("--parameters", help="Show what each step adds to the gradient of every parameter and gate.")
]
Why = Annotated[
    bool, typer.Option("--why", help="Take the decay apart: each step's factors, Jacobians, products over spans.")
]
Entries = Annotated[bool, typer.Option("--entries", help="Show the sizes of each gradient's entries, zeros and NaN.")]
Plot = Annotated[
    bool, typer.Option("--plot", help="Draw the last loss's gradient against distance in the terminal too.")
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="VERDICT,...",
        help="Exit code 1 if the verdict is one of these: vanishing, exploding, nonfinite; several by commas.",
    ),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="A document of norms --json to compare with; exit code 1 if the gradient got worse since.",
    ),
]


def verdicts(given: list[str] | None) -> frozenset[str]:
    """Return the verdicts that were listed by commas, by repeating the option, or both.

    Raises:
        UsageError: one of them is unknown.
    """
    words = [word.lower() for word in items("fail-on", given or ())]
    for word in words:
        if word.replace("-", "") not in _VERDICTS:
            raise UsageError(f"--fail-on: {word!r} is none of {', '.join(_VERDICTS)}")
    return frozenset(_VERDICTS[word.replace("-", "")] for word in words)


def exit_code(report: "NormReport", failing: frozenset[str]) -> ExitCode:
    """Return the exit code that was asked for, and say on standard error why if it is no pass."""
    from bptt_viz.console.failures import say
    from bptt_viz.render.norms_baseline import worse_words

    code = ExitCode.PASS
    if report.verdict in failing:
        say(f"the verdict is {report.verdict}, on which --fail-on fails")
        code = ExitCode.MISMATCH
    if report.baseline is not None and report.baseline.worse:
        say(worse_words(report.baseline))
        code = ExitCode.MISMATCH
    return code
