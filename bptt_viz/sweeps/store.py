"""Where a sweep's results are kept: one SQLite file that loses nothing when a process is killed."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.sweeps.design import Design, key_of, read_design

_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    place INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'waiting',
    seconds REAL,
    fields TEXT,
    error TEXT
);
CREATE INDEX by_status ON runs (status, place);
"""
_FORMAT = "bptt_viz sweep 1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gave.

    Attributes:
        fields: the kept values by dotted name; empty if it failed.
        seconds: how long it took.
        error: one line, if it failed.
    """

    fields: Mapping[str, Any]
    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One run and what is known of it.

    Attributes:
        point: the values of the options that vary.
        status: `waiting`, `done` or `failed`.
        outcome: None while it waits.
    """

    point: Mapping[str, Any]
    status: str
    outcome: Outcome | None


class Store:
    """An open store."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @property
    def design(self) -> Design:
        """The sweep that it holds."""
        return read_design(self._about("design"))

    @property
    def shard(self) -> tuple[int, int]:
        """Which part of the sweep it holds: (i, n), counted from 1."""
        i, n = map(int, self._about("shard").split("/"))
        return i, n

    def _about(self, name: str) -> str:
        (value,) = self._connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(value)

    def counts(self) -> dict[str, int]:
        """Return how many runs wait, are done and failed."""
        found = dict(self._connection.execute("SELECT status, COUNT(*) FROM runs GROUP BY status").fetchall())
        return {status: found.get(status, 0) for status in ("waiting", "done", "failed")}

    def waiting(self, at_once: int = 1000) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Yield the runs that wait, by place, in order; what is finished meanwhile is not asked for again."""
        last = -1
        query = "SELECT place, key FROM runs WHERE status = 'waiting' AND place > ? ORDER BY place LIMIT ?"
        while rows := self._connection.execute(query, (last, at_once)).fetchall():
            for place, key in rows:
                yield place, json.loads(key)
            last = rows[-1][0]

    def finish(self, place: int, outcome: Outcome) -> None:
        """Keep an outcome; it is safe once this returns."""
        status = "failed" if outcome.error else "done"
        fields = json.dumps(outcome.fields, ensure_ascii=False)
        with self._connection:
            self._connection.execute(
                "UPDATE runs SET status = ?, seconds = ?, fields = ?, error = ? WHERE place = ?",
                (status, outcome.seconds, fields, outcome.error, place),
            )

    def retry_failed(self) -> None:
        """Let failed runs wait again."""
        with self._connection:
            self._connection.execute("UPDATE runs SET status = 'waiting', error = NULL WHERE status = 'failed'")

    def rows(self) -> Iterator[Row]:
        """Yield all runs in order."""
        query = "SELECT key, status, seconds, fields, error FROM runs ORDER BY place"
        for key, status, seconds, fields, error in self._connection.execute(query):
            outcome = None if status == "waiting" else Outcome(json.loads(fields), seconds, error or "")
            yield Row(json.loads(key), status, outcome)


@contextmanager
def reading(path: Path) -> Iterator[Store]:
    """Open a store to look at, also while a sweep is filling it.

    Raises:
        UsageError: there is none, or it is something else.
    """
    with _mended(path):
        if not path.is_file():
            raise UsageError(f"{path}: no such store")
        connection = _opened(path)
        try:
            yield Store(connection, path)
        finally:
            connection.close()


@contextmanager
def filling(path: Path, design: Design | None = None, shard: tuple[int, int] = (1, 1)) -> Iterator[Store]:
    """Open a store for one process alone to fill; it is made if it is not there.

    Args:
        path: the file.
        design: the sweep; None takes the store's.
        shard: which part of it.

    Raises:
        UsageError: another process fills it, it holds another sweep, or it cannot be written.
    """
    if design is None and not path.is_file():
        raise UsageError(f"{path}: no such store")
    with _mended(path), _alone(path):
        if not path.exists():
            assert design is not None, "only an existing store is opened without a design"
            _create(path, design, shard)
        connection = _opened(path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            store = Store(connection, path)
            if design is not None and (store.design.text, store.shard) != (design.text, shard):
                raise UsageError(f"{path} holds another sweep; name another store, or `resume` that one")
            yield store
        finally:
            connection.close()


@contextmanager
def _mended(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise UsageError(f"{path}: {error}") from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes off, until this one ends in whatever way."""
    lock = path.with_name(path.name + ".lock")
    guard = sqlite3.connect(lock, timeout=0, isolation_level=None)
    try:
        guard.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        guard.close()
        if "locked" in str(error):
            raise UsageError(f"{path}: another process is filling this store") from None
        raise
    try:
        yield
    finally:
        guard.close()


def _create(path: Path, design: Design, shard: tuple[int, int]) -> None:
    """Make a store with all runs waiting; it appears whole or not at all."""
    i, n = shard
    chosen: Sequence[Mapping[str, Any]] = design.points[i - 1 :: n]
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    connection = sqlite3.connect(new)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            about = {"format": _FORMAT, "design": design.text, "shard": f"{i}/{n}"}
            connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            connection.executemany("INSERT INTO runs (key) VALUES (?)", ((key_of(point),) for point in chosen))
    finally:
        connection.close()
    new.replace(path)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        row = connection.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
    except sqlite3.Error:
        row = None
    if row != (_FORMAT,):
        connection.close()
        raise UsageError(f"{path} is no store of a sweep")
    return connection
