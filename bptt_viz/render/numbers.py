"""Numbers in a few characters, and in words."""

from math import isfinite


def scientific(number: float) -> str:
    """Return a number in at most 7 characters, such as 1.2e-03."""
    if number == 0 or not isfinite(number):
        return f"{number:g}"
    short = f"{number:.1e}"
    return short if len(short) <= 7 else f"{number:.0e}"


def compact(number: float | None) -> str:
    """Return a number in about 5 characters where that takes no exponent; – for None."""
    if number is None:
        return "–"
    if not 0.01 <= abs(number) < 999.5:
        return scientific(number)
    return f"{number:#.3g}".rstrip(".") if abs(number) >= 0.1 else f"{number:.3f}"


def percent(share: float) -> str:
    """Return a share in percent, with a digit behind the point below 10 %, and as a plain share below .1 %."""
    if share >= 0.1:
        return f"{share:.0%}"
    return f"{share:.1%}" if share >= 0.001 else f"{share:.0e}"


def steps(number: float) -> str:
    """Return a number of time steps, such as `2.2 steps`."""
    shown = f"{number:.1f}" if number < 10 else f"{number:,.0f}"
    return f"{shown} steps"
