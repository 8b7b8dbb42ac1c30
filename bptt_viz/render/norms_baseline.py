"""What changed since an earlier report, in words."""

from collections.abc import Callable, Mapping

from bptt_viz.render.numbers import compact
from bptt_viz.results.norms_baseline import Comparison, Measured


def baseline_words(found: Comparison) -> list[str]:
    """Return one line for each thing that changed, or one that says that nothing did."""
    if not found.changed:
        return [f"as in {found.file}: {_verdict(found.before)}, {_rate(found.before)}, {_memory(found.before)}"]
    return [
        f"{_SAID[name](found.before)} in {found.file}, now {_SAID[name](found.after)}{_judged(found, name)}"
        for name in found.changed
    ]


def worse_words(found: Comparison) -> str:
    """Return one line on what got worse."""
    return f"worse than {found.file}: {'; '.join(_step(found, name) for name in found.worse)}"


def _step(found: Comparison, name: str) -> str:
    return f"{name} {_SAID[name](found.before)}, now {_SAID[name](found.after)}"


def _judged(found: Comparison, name: str) -> str:
    if name in found.worse:
        return ": worse"
    return ", within its interval" if name == "rate" and _inside(found) else ""


def _inside(found: Comparison) -> bool:
    low, high, rate = found.before.low, found.before.high, found.after.rate
    return low is not None and high is not None and rate is not None and low <= rate <= high


def _verdict(measured: Measured) -> str:
    return measured.verdict.value


def _rate(measured: Measured) -> str:
    if measured.rate is None:
        return "no rate"
    between = f" ({compact(measured.low)} to {compact(measured.high)})" if measured.low is not None else ""
    return f"×{compact(measured.rate)}{between} a step"


def _memory(measured: Measured) -> str:
    if measured.memory is None:
        return "no end of its memory in sight"
    return f"1/1000 left after {'about ' if measured.foretold else ''}{measured.memory:,.0f} steps"


_SAID: Mapping[str, Callable[[Measured], str]] = {"verdict": _verdict, "rate": _rate, "memory": _memory}
