"""The shapes and states a target is checked at, and what the pattern of its failures says."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bptt_viz.errors import UsageError
from bptt_viz.results.check import Case, Verdict


class Shape(NamedTuple):
    """One point of the sweep.

    Attributes:
        steps: T.
        size: N.
        zero_state: whether the initial states are zero.
    """

    steps: int
    size: int
    zero_state: bool


# One step hides the recurrence, one row the sum over the batch, a zero state whatever multiplies it.
DEFAULT_SHAPES = tuple(Shape(T, N, zero) for T in (1, 2, 5) for N in (1, 3) for zero in (True, False))


def parse_shapes(text: str) -> tuple[Shape, ...]:
    """Read `TxN` pairs separated by commas, each checked with zero and with random initial states.

    Raises:
        UsageError: a pair is not two positive integers with an x between.
    """
    shapes: list[Shape] = []
    for part in text.split(","):
        steps, _, size = part.strip().partition("x")
        if not (steps.isdecimal() and size.isdecimal() and int(steps) > 0 and int(size) > 0):
            raise UsageError(f"--shapes wants TxN pairs such as 1x1,5x3; got {part!r}")
        shapes += [Shape(int(steps), int(size), zero) for zero in (True, False)]
    return tuple(shapes)


_STATE = "only where the previous state is not zero: look at what multiplies it"


def pattern_of(shapes: Sequence[Shape], cases: Sequence[Case], lag: int | None = None) -> str:
    """Say what separates the points that fail from those that pass; empty if nothing does.

    Args:
        shapes: the points.
        cases: what was found at each.
        lag: the distance in time from which on the gradient is wrong, if it is known: a fault within a step that needs
            more than one needs a state that is not zero.
    """
    failed = {shape for shape, case in zip(shapes, cases, strict=True) if case.verdict is Verdict.MISMATCH}
    passed = set(shapes) - failed
    if not failed or not passed:
        return ""
    if _only(failed, passed, lambda shape: shape.steps > 1):
        return _STATE if lag == 0 else "only with more than one time step: look at what step t hands back to step t − 1"
    if _only(failed, passed, lambda shape: shape.size > 1):
        return "only with more than one row: look at the sums over the batch"
    if _only(failed, passed, lambda shape: not shape.zero_state or shape.steps > 1):
        return _STATE
    return f"at {len(failed)} of {len(shapes)} shapes"


def _only(failed: set[Shape], passed: set[Shape], suspect: Callable[[Shape], bool]) -> bool:
    return all(map(suspect, failed)) and not any(map(suspect, passed))
