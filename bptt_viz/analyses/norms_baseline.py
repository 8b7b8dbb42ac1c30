"""Compares a gradient report with one that was stored as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import log
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.results.norms import NormReport, Trend
from bptt_viz.results.norms_baseline import Comparison, Measured

_ROUNDING = 1e-6
"""Relative difference of rates that another BLAS may make."""

_SEVERITY = {Trend.HEALTHY: 0, Trend.UNDETERMINED: 1, Trend.VANISHING: 2, Trend.EXPLODING: 2, Trend.NON_FINITE: 3}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a stored report says.

    Attributes:
        file: its name, without its folder.
        run: the set-up that it is about, by name.
        measured: what was found.
    """

    file: str
    run: Mapping[str, Any]
    measured: Measured


def read_baseline(path: Path, schema_version: int) -> Baseline:
    """Read a document that `norms --json` wrote.

    Args:
        path: the file.
        schema_version: the version that is understood.

    Raises:
        UsageError: the file cannot be read, is no such document, or has another version.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--baseline {path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"--baseline {path} is no JSON document; write one with norms --json -o FILE") from None
    if not isinstance(found, dict) or found.get("kind") != "norms":
        raise UsageError(f"--baseline {path} is no document of norms --json")
    if found.get("schema_version") != schema_version:
        given = found.get("schema_version")
        raise UsageError(f"--baseline {path} has schema_version {given!r}, not {schema_version}; write it anew")
    try:
        return Baseline(
            path.name, {**found["run"], "seeds": (found["spread"] or {"seeds": 1})["seeds"]}, _stored(found)
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UsageError(f"--baseline {path} lacks what norms --json writes; write it anew") from None


def _stored(document: Mapping[str, Any]) -> Measured:
    """Return what a document says; numbers that are not finite are strings in it."""
    chain = document["chain"]
    line: dict[str, Any] = chain["decay"] or dict.fromkeys(("rate", "low", "high"))
    gone, band = chain["gone"], document["spread"]
    if band is not None and band["rate"] is not None:
        line = {**band["rate"], "rate": band["rate"]["median"]}
    rate, low, high = (None if line[name] is None else float(line[name]) for name in ("rate", "low", "high"))
    memory = None if gone is None else float(gone["distance"])
    return Measured(Trend(document["verdict"]), rate, low, high, memory, gone is not None and not gone["measured"])


def compare(report: NormReport, baseline: Baseline) -> Comparison:
    """Return what changed since the baseline.

    The rate is the one that the verdict names: of one row its interval is the fit's, of several draws or rows that of
    10 to 90 % of them. It got worse if it lies outside the stored interval and farther from 1; the memory, if it is
    shorter by more than a step than at the lower end of that interval. A worse verdict counts unless the rate is still
    inside the interval: then it has only crossed a limit that was near.

    Args:
        report: the new report.
        baseline: the stored one.

    Raises:
        UsageError: they are about different set-ups.
    """
    _same_run(_as_stored(report), baseline)
    before, after = baseline.measured, _measured(report)
    judged = {
        "verdict": (before.verdict is not after.verdict, _verdict_worse(before, after)),
        "rate": (_rate_changed(before, after), _rate_worse(before, after)),
        "memory": (_memory_changed(before, after), _memory_worse(before, after)),
    }
    changed = tuple(name for name, (is_changed, _) in judged.items() if is_changed)
    return Comparison(baseline.file, before, after, changed, tuple(name for name in changed if judged[name][1]))


def _as_stored(report: NormReport) -> Any:
    run = {**asdict(report.run), "seeds": report.spread.seeds if report.spread else 1}
    return json.loads(json.dumps(run))


def _same_run(run: Mapping[str, Any], baseline: Baseline) -> None:
    differing = [name for name in run if run[name] != baseline.run.get(name)]
    if differing:
        shown = ", ".join(f"{name} {_said(baseline.run.get(name))}, here {_said(run[name])}" for name in differing)
        raise UsageError(f"--baseline {baseline.file} is about another set-up: {shown}")


def _said(value: Any) -> str:
    return " ".join(f"{name}={item}" for name, item in value.items()) if isinstance(value, dict) else str(value)


def _measured(report: NormReport) -> Measured:
    """Return the rate that the verdict names: the median over draws and rows where there are several."""
    line, gone, band = report.chain.decay, report.chain.gone, report.spread and report.spread.rate
    rate, low, high = (line.rate, line.low, line.high) if line else (None, None, None)
    if band:
        rate, low, high = band.median, band.low, band.high
    memory = gone.distance if gone else None
    return Measured(report.verdict, rate, low, high, memory, gone is not None and not gone.measured)


def _rate_changed(before: Measured, after: Measured) -> bool:
    if before.rate is None or after.rate is None:
        return before.rate is not after.rate
    return abs(after.rate - before.rate) > _ROUNDING * before.rate


def _outside(before: Measured, rate: float) -> bool:
    """Tell whether a rate lies outside the stored interval, by more than rounding."""
    low = before.rate if before.low is None else before.low
    high = before.rate if before.high is None else before.high
    return low is None or high is None or not low * (1 - _ROUNDING) <= rate <= high * (1 + _ROUNDING)


def _rate_worse(before: Measured, after: Measured) -> bool:
    if before.rate is None or after.rate is None:
        return False
    return _outside(before, after.rate) and _from_one(after.rate) > _from_one(before.rate)


def _from_one(rate: float) -> float:
    return abs(log(rate)) if rate > 0 else float("inf")


def _verdict_worse(before: Measured, after: Measured) -> bool:
    if _SEVERITY[after.verdict] <= _SEVERITY[before.verdict]:
        return False
    return after.verdict is Trend.NON_FINITE or after.rate is None or _outside(before, after.rate)


def _memory_changed(before: Measured, after: Measured) -> bool:
    if before.memory is None or after.memory is None:
        return before.memory is not after.memory
    return abs(after.memory - before.memory) > max(1.0, before.memory) * (1e-3 if before.foretold else _ROUNDING)


def _memory_worse(before: Measured, after: Measured) -> bool:
    if after.memory is None:
        return False
    if before.memory is None:
        return after.rate is None or _rate_worse(before, after)
    return after.memory < before.memory * _shortening(before) - 1


def _shortening(before: Measured) -> float:
    """Return which share of the stored memory is left at the lower end of the rate's interval."""
    if before.rate is None or before.low is None or not 0 < before.low <= before.rate < 1:
        return 1.0
    return log(before.rate) / log(before.low)
