"""What it comes to when two runs are set side by side."""

from math import isfinite, log10

from bptt_viz.results.norms import NormReport


def compared(first: tuple[str, NormReport], second: tuple[str, NormReport]) -> str:
    """Return which of two runs keeps more of its last loss's gradient on the way back, in a sentence.

    The longer run counts no further than the shorter one, so that both are asked about the same distance.

    Args:
        first: a label and its report.
        second: likewise.
    """
    distance = min(first[1].run.steps, second[1].run.steps) - 1
    shares = [_kept(report, distance) for _, report in (first, second)]
    if distance < 1 or None in shares:
        return f"{first[0]} and {second[0]} cannot be compared over time: one of them has no gradient to follow."
    (a, b), (one, other) = (float(share or 0) for share in shares), (first[0], second[0])
    if a < b:
        a, b, one, other = b, a, other, one
    back = f"{distance} step{'s' * (distance > 1)} back"
    if a == 0:
        return f"{back.capitalize()}, neither has anything of its last loss's gradient left."
    if b == 0:
        return f"{back.capitalize()}, {one} has {_share(a)} its last loss's gradient left, and {other} nothing."
    times = a / b
    if times < 1.05:
        return f"{back.capitalize()}, both have {_share(a)} their last loss's gradient left."
    much = f"{times:.3g} times" if log10(times) < 4 else f"10^{log10(times):.0f} times"
    return f"{back.capitalize()}, {one} has {_share(a)} its last loss's gradient left, {much} as much as {other}."


def _kept(report: NormReport, distance: int) -> float | None:
    """Return what is left so many steps back from the last step, as a share; None where nothing is to be told."""
    norms = report.chain.norms
    if not isfinite(norms[-1]) or norms[-1] == 0 or not isfinite(norms[-1 - distance]):
        return None
    return norms[-1 - distance] / norms[-1]


def _share(share: float) -> str:
    if 0.995 <= share < 1.05:
        return "all of"
    return f"{share:.2g} times" if share >= 1 else f"{share:.2%} of" if share >= 1e-3 else f"{share:.1e} of"
