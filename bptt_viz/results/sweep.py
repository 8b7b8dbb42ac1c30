"""What a sweep found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bptt_viz.arrays import Array


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed.

    Attributes:
        point: the values of the options that vary.
        error: what it said.
    """

    point: Mapping[str, Any]
    error: str


@dataclass(frozen=True, slots=True)
class SweepSummary:
    """How far a sweep is.

    Attributes:
        store: the store's file name.
        command: what is run.
        done: runs that gave a result.
        failed: runs that did not.
        waiting: runs that are left.
        seconds: median time of a run, in seconds; NaN before the first.
        failures: the failed runs, in order; at most a few.
    """

    store: str
    command: str
    done: int
    failed: int
    waiting: int
    seconds: float
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class SweepTable:
    """All runs of one or several stores as rows.

    Attributes:
        options: names of the options that vary.
        fields: names of the kept values.
        rows: by run: the options' values, status, seconds, error, the kept values; None where there is none.
    """

    options: tuple[str, ...]
    fields: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SweepPicture:
    """One kept value over one or two options; what else varied is summed up by its median.

    Attributes:
        value: the name of the kept value.
        x: option along the horizontal axis, with what all its values begin with, such as `init radius`.
        y: the same of the rows; empty if there is none.
        over: options that the median goes over.
        columns: values of x as they are written.
        rows: values of y as they are written; one empty text if there is no y.
        places: numbers of the columns; None if they are words.
        heights: numbers of the rows; None if they are words or there is no y.
        median: (rows, columns), NaN where no run gave a number.
        low: 10 % quantile (rows, columns).
        high: 90 % quantile.
        counts: runs behind each (rows, columns).
        command: what was run.
    """

    value: str
    x: str
    y: str
    over: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    places: tuple[float, ...] | None
    heights: tuple[float, ...] | None
    median: Array
    low: Array
    high: Array
    counts: Array
    command: str
