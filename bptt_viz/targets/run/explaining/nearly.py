"""How wrong is the gradient: by how much, of what, and is it nearly right, as beside `log(p + 1e-12)`."""

from collections.abc import Iterable

from bptt_viz.results.check import Case, Check, Verdict

NEARLY = 1e-6


def worst(cases: Iterable[Case]) -> float:
    """Return the largest error of all."""
    return max((each.error for case in cases for each in case.comparisons), default=0.0)


def failures(made: Check) -> int:
    """Return how many gradients are wrong, over all points."""
    return sum(not each.passed for case in made.cases for each in case.comparisons)


def is_nearly_right(case: Case) -> bool:
    """Tell whether all that is wrong is as small as what a 1e-12 in `log(p + 1e-12)` makes; no bug is that small."""
    return case.verdict is not Verdict.PASS and bool(case.comparisons) and worst([case]) <= NEARLY
