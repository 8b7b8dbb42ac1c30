"""A store's runs as a summary, as a table, and as one value over one or two options."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bptt_viz.errors import UsageError
from bptt_viz.results.sweep import Failure, SweepPicture, SweepSummary, SweepTable
from bptt_viz.sweeps.store import Row, Store

_SHOWN_FAILURES = 5
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?")


def summary(store: Store, name: str) -> SweepSummary:
    """Return how far a sweep is.

    Args:
        store: the open store.
        name: of its file.
    """
    counts = store.counts()
    seconds: list[float] = []
    failures: list[Failure] = []
    for row in store.rows():
        if row.outcome is not None:
            seconds.append(row.outcome.seconds)
            if row.outcome.error and len(failures) < _SHOWN_FAILURES:
                failures.append(Failure(row.point, row.outcome.error))
    middle = float(np.median(seconds)) if seconds else float("nan")
    command = " ".join([store.design.command, *store.design.arguments])
    return SweepSummary(name, command, counts["done"], counts["failed"], counts["waiting"], middle, tuple(failures))


def sweep_table(stores: Iterable[Store]) -> SweepTable:
    """Return all runs of some stores, such as the shards of one sweep.

    Raises:
        UsageError: the stores hold different sweeps.
    """
    options: dict[str, None] = {}
    fields: dict[str, None] = {}
    rows: list[dict[str, Any]] = []
    texts = set()
    for store in stores:
        texts.add(store.design.text)
        for row in store.rows():
            options |= dict.fromkeys(row.point)
            fields |= dict.fromkeys(row.outcome.fields if row.outcome else ())
            rows.append(_flat(row))
    if len(texts) > 1:
        raise UsageError("the stores hold different sweeps")
    return SweepTable(tuple(options), tuple(fields), tuple(rows))


def _flat(row: Row) -> dict[str, Any]:
    outcome = row.outcome
    about = {"status": row.status, "seconds": outcome and outcome.seconds, "error": (outcome and outcome.error) or None}
    return {**row.point, **about, **(outcome.fields if outcome else {})}


def sweep_picture(table: SweepTable, command: str, value: str, x: str, y: str = "") -> SweepPicture:
    """Sum one kept value up by its median over everything but one or two options.

    Args:
        table: the runs.
        command: what was run.
        value: a kept value that is a number.
        x: an option.
        y: another; empty for none.

    Raises:
        UsageError: no such option or value, or no run gave a number.
    """
    for name, known, what in (
        (value, table.fields, "field"),
        (x, table.options, "option"),
        (y, table.options, "option"),
    ):
        if name and name not in known:
            raise UsageError(f"the sweep has no {what} {name!r}; choose from {', '.join(known)}")
    columns, rows = _levels(table, x), _levels(table, y) if y else [""]
    found: dict[tuple[int, int], list[float]] = {}
    for row in table.rows:
        number = _number(row.get(value))
        if number is not None:
            at = rows.index(row[y]) if y else 0, columns.index(row[x])
            found.setdefault(at, []).append(number)
    if not found:
        raise UsageError(f"no run gave a number for {value!r}")
    low, median, high = (_grid(found, (len(rows), len(columns)), q) for q in (0.1, 0.5, 0.9))
    counts = np.array([[len(found.get((r, c), ())) for c in range(len(columns))] for r in range(len(rows))])
    over = tuple(name for name in table.options if name not in {x, y} and len(_levels(table, name)) > 1)
    across, along = _axis(x, columns), _axis(y, rows)
    return SweepPicture(
        value,
        across.name,
        along.name,
        over,
        across.ticks,
        along.ticks,
        across.places,
        along.places,
        median,
        low,
        high,
        counts,
        command,
    )


class _Axis(NamedTuple):
    """An option as an axis: its name, and each value as it is written and as a number, if it is one."""

    name: str
    ticks: tuple[str, ...]
    places: tuple[float, ...] | None


def _axis(option: str, values: Sequence[Any]) -> _Axis:
    places = _places(values)
    texts = [_written(value) for value in values]
    heads = {text.rpartition("=")[0] for text in texts}
    if places is None or heads == {""}:
        return _Axis(option, tuple(texts), places)
    return _Axis(f"{option} {heads.pop()}", tuple(text.rpartition("=")[2] for text in texts), places)


def _levels(table: SweepTable, option: str) -> list[Any]:
    """Return an option's values, numbers in order."""
    values = list({str(row.get(option)): row.get(option) for row in table.rows}.values())
    places = _places(values)
    return (
        values
        if places is None
        else [value for _, value in sorted(zip(places, values, strict=True), key=lambda p: p[0])]
    )


def _places(values: Sequence[Any]) -> tuple[float, ...] | None:
    """Return the values as numbers, `radius=1.5` being 1.5; None if one is no number."""
    found = [_number(value.rpartition("=")[2] if isinstance(value, str) else value) for value in values]
    heads = {value.rpartition("=")[0] if isinstance(value, str) else "" for value in values}
    return (
        None if len(heads) > 1 or any(number is None for number in found) else tuple(n for n in found if n is not None)
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None if value is None else float(value)
    if isinstance(value, int | float):
        return float(value)
    return float(value) if _NUMBER.fullmatch(value) or value in {"nan", "inf", "-inf"} else None


def _grid(found: Mapping[tuple[int, int], list[float]], shape: tuple[int, int], quantile: float) -> np.ndarray:
    grid = np.full(shape, np.nan)
    for at, numbers in found.items():
        if np.all(np.isfinite(numbers)):
            grid[at] = np.quantile(numbers, quantile)
        else:  # between infinities there is nothing to interpolate
            grid[at] = np.quantile(numbers, quantile, method="nearest")
    return grid


def _written(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
