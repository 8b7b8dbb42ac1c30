"""What one command line did: run in this process, in a folder of its own, and judged."""

import contextlib
import io
import os
import signal
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

from commands.artefacts import demand_usable
from rich.cells import cell_len

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

# What else than a pass a valid line of a command may end with: a verdict was asked for, or there is no answer.
_VERDICTS = {
    "attend": {ExitCode.MISMATCH},
    "check": {ExitCode.MISMATCH, ExitCode.INCONCLUSIVE},
    "doctor": {ExitCode.MISSING},
    "norms": {ExitCode.MISMATCH},
    "reproduce": {ExitCode.MISMATCH},
    "train": {ExitCode.MISMATCH},
}

# What a command writes without being told where to.
_UNASKED = {"report": {"report.html"}}

# After so many seconds a line does not end: two are usual, and a busy machine takes a hundred times as long.
_PATIENCE = 600


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind.

    Attributes:
        line: its arguments.
        columns: the width of the terminal that it was shown on; None for a pipe.
        code: its exit code.
        out: standard output, as bytes.
        err: standard error.
        files: the files that were not there before, by name.
        touched: names of those that were, and are gone or different.
    """

    line: tuple[str, ...]
    columns: int | None
    code: int
    out: bytes
    err: str
    files: dict[str, bytes]
    touched: frozenset[str]


class _Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


def outcome(line, folder, columns=None):
    """Run a command line in a folder, which is the working directory, and return what it did."""
    before = _contents(folder)
    kind = io.TextIOWrapper if columns is None else _Terminal
    out, err = kind(io.BytesIO(), "utf-8", newline=""), io.StringIO()
    with (
        _ending(),
        mock.patch.dict(os.environ, {"NO_COLOR": "1", "COLUMNS": str(columns or 40), "TERM": "xterm-256color"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(line))
        out.flush()
    after = _contents(folder)
    touched = frozenset(name for name, data in before.items() if after.pop(name, None) != data)
    return Outcome(tuple(line), columns, code, out.buffer.getvalue(), err.getvalue(), after, touched)


def _contents(folder):
    """Return what files of a folder hold, by name; what Python keeps of an imported file is left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and path.is_file()
    }


@contextlib.contextmanager
def _ending():
    """Stop what does not end by itself; the message is a traceback, which `judge` refuses."""

    def late(*_):
        raise AssertionError(f"still running after {_PATIENCE} s")

    kept = signal.signal(signal.SIGALRM, late)
    signal.alarm(_PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, kept)


def judge_valid(found):
    """Judge a line that is valid part by part; return whether it was carried out.

    What contradicts itself may be refused, with a message that names a part of the line.
    """
    verdicts = {ExitCode.PASS} | _VERDICTS.get(found.line[0], set())
    if found.code in {ExitCode.USAGE, ExitCode.MISSING} - verdicts:
        judge_refused(found)
        parts = {part for given in found.line for part in given.strip("-").split("=") if part}
        assert found.code == ExitCode.MISSING or any(part in found.err for part in parts), found.err
        return False
    assert found.code in verdicts, (found.code, found.err)
    _judge_messages(found)
    _judge_files(found)
    if found.out:
        demand_usable(_form(found), found.out)
        _judge_width(found)
    return True


def _judge_messages(found):
    """Standard error holds what the program says beside a result, and nothing that a library says."""
    told = (
        "bptt-viz: warning: ",
        "bptt-viz: the verdict is ",  # with --fail-on
        "bptt-viz: worse than ",  # with --baseline
        "update ",  # how a training goes, every two seconds
    )
    if "--sample-every" in found.line:
        assert "Traceback" not in found.err
    else:
        assert [line for line in found.err.splitlines() if not line.startswith(told)] == []


def _judge_files(found):
    """What was asked for is there and well formed; nothing else is, and nothing that was there has changed."""
    asked = {
        words[1] for words in zip(found.line, found.line[1:], strict=False) if words[0] in {"-o", "--output", "--save"}
    }
    asked |= _UNASKED.get(found.line[0], set()) if not asked else set()
    stores = {name for name in {*found.files, *found.touched} if ".sqlite" in name}
    assert not stores or found.line[:2] in {("sweep", "run"), ("sweep", "resume")}
    assert set(found.files) - stores == asked
    assert found.touched <= stores
    assert found.out or asked
    for name, data in found.files.items():
        demand_usable(Path(name).suffix or _form(found), data)


def _form(found):
    """Return the ending that fits what stands on standard output."""
    line = found.line
    if "--json" in line:
        return ".json"
    if "--format" in line:
        return {"text": ".txt", "github": ".txt"}.get(form := line[line.index("--format") + 1], f".{form}")
    if line[0] == "graph":
        return ".svg" if found.columns is None else ".txt"
    return ".csv" if line[:2] == ("sweep", "export") else ".txt"


def _judge_width(found):
    """A terminal is not overrun by text for people."""
    if found.columns is not None and _form(found) == ".txt":
        wide = [line for line in found.out.decode().splitlines() if cell_len(line) > found.columns]
        assert wide == [], f"wider than {found.columns}"


def judge_refused(found):
    """Judge a line that was refused: one line on standard error, and nothing else anywhere."""
    assert found.code in {ExitCode.USAGE, ExitCode.MISSING}, (found.code, found.err, found.out[:300])
    (line,) = found.err.splitlines()
    assert line.startswith("bptt-viz: ")
    assert line.isprintable(), repr(line)
    assert found.out == b""
    assert found.files == {}
    assert found.touched == set()


def same(one, other):
    """Tell whether a line did the same twice; how a training goes is told by the clock."""
    return replace(one, err="") == replace(other, err="")


def is_repeated(line):
    """Tell whether a line is one of the third that are run twice, and must do the same twice; not if it takes times."""
    timed = "--timings" in line or line[0] == "sweep"
    return not timed and zlib.crc32("\0".join(line).encode("utf-8", "surrogateescape")) % 3 == 0
