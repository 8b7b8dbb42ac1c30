"""How far back credit reaches: distances at which a gradient passes a share of what it was at its loss, in words."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.results.credit import Reach


def median_distance(rows: Sequence[Array], share: float) -> int | None:
    """Return the median distance at which ‖∂L_k/∂h_t‖ first passes `share` times ‖∂L_k/∂h_k‖.

    A loss at step k sees k − 1 distances. One that has not passed the share by then is not left out, which would
    favour the short distances, but counts as still on its way for as long as it was seen (Kaplan & Meier 1958). Where
    every loss passes, this is the plain median.

    Args:
        rows: for each loss, the norms at t = 1 … k.
        share: below 1 to fall below it, else to rise above it.

    Returns:
        Steps, or None if fewer than half of the losses pass.
    """
    seen = [_passed(row, share) for row in rows if len(row) and np.isfinite(row[-1]) and row[-1] > 0]
    left = 1.0
    for distance in sorted({at for at, passes in seen if passes}):
        waiting = sum(at >= distance for at, _ in seen)
        passing = sum(passes and at == distance for at, passes in seen)
        left *= 1 - passing / waiting
        if left <= 0.5:
            return distance
    return None


def _passed(row: Array, share: float) -> tuple[int, bool]:
    """Return the first distance at which the share is passed, or the last one seen and False."""
    back = row[::-1] / row[-1]
    passed = np.flatnonzero(back < share if share < 1 else back > share)
    return (int(passed[0]), True) if passed.size else (len(row) - 1, False)


def profile(rows: Sequence[Array]) -> Array:
    """Return quantiles over the losses of ‖∂L_k/∂h_{k−d}‖ / ‖∂L_k/∂h_k‖: 10 %, median and 90 %, (3, d = 0 …)."""
    usable = [row[::-1] / row[-1] for row in rows if len(row) and np.isfinite(row).all() and row[-1] > 0]
    farthest = max(map(len, usable), default=0)
    found = np.empty((3, farthest))
    for distance in range(farthest):
        found[:, distance] = np.quantile([row[distance] for row in usable if len(row) > distance], (0.1, 0.5, 0.9))
    return found


def finding(state: str, losses: Sequence[int], rows: Sequence[Array], reach: Sequence[Reach]) -> str:
    """Say in one sentence how far back credit reaches.

    Args:
        state: what the gradients are by.
        losses: the steps that have a loss.
        rows: for each loss, the norms at t = 1 … k.
        reach: the distances of both falls and of the rise.
    """
    bad = next(((k, _last_bad(row)) for k, row in zip(losses, rows, strict=True) if not np.isfinite(row).all()), None)
    if bad:
        return f"Gradients are not finite: the first loss with one is that of step {bad[0]}, met at state {bad[1]}."
    if not any(row[-1] > 0 for row in rows):
        return "No loss sends any gradient to the state of its own step."
    farthest = max(losses) - 1
    if farthest == 0:
        return "There is a single step, and no way back in time to measure."
    tenth, thousandth, tenfold = (at.distance for at in reach)
    return f"{_course(tenth, thousandth, tenfold, farthest)} ({_of(state)}, {_over(len(losses))})."


def _last_bad(row: Array) -> int:
    return int(np.flatnonzero(~np.isfinite(row))[-1]) + 1


def _course(tenth: int | None, thousandth: int | None, tenfold: int | None, farthest: int) -> str:
    if tenfold is not None and (tenth is None or tenfold < tenth):
        return f"Going back, credit grows: above 10 times its start {_steps(tenfold)} back"
    if tenth is None:
        return f"Credit reaches back: above 1/10 of its start for all {_steps(farthest)}"
    deeper = f"below 1/1000 {_steps(thousandth)} back" if thousandth else f"not below 1/1000 in all {farthest}"
    return f"Credit fades: below 1/10 of its start {_steps(tenth)} back, {deeper}"


def _steps(count: int) -> str:
    return f"{count} step{'s' * (count != 1)}"


def _over(count: int) -> str:
    return f"medians of {count} losses" if count > 1 else "one loss"


def _of(state: str) -> str:
    return "by all states jointly" if state == "joint" else f"by {state}"
