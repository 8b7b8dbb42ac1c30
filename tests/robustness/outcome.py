"""What one command line did: run in this process, in a folder of its own, and judged."""

import contextlib
import io
import signal
from dataclasses import dataclass
from pathlib import Path

from commands.artefacts import demand_usable

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

# What a random valid line may end with: a verdict that was asked for, or a check without an answer, is no fault.
_DONE = {ExitCode.PASS, ExitCode.MISMATCH, ExitCode.INCONCLUSIVE}

# After so many seconds a line counts as one that does not end; the slowest takes two on an idle machine.
_PATIENCE = 120


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind.

    Attributes:
        line: its arguments.
        code: its exit code.
        out: standard output, as bytes.
        err: standard error.
        files: the files that were not there before, by name.
    """

    line: tuple[str, ...]
    code: int
    out: bytes
    err: str
    files: dict[str, Path]


def outcome(line, folder):
    """Run a command line in a folder, which is the working directory, and return what it did."""
    before = set(folder.rglob("*"))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.StringIO()
    with _ending(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(list(line))
        out.flush()
    made = {path for path in set(folder.rglob("*")) - before if "__pycache__" not in path.parts}
    files = {str(path.relative_to(folder)): path for path in made if path.is_file()}
    return Outcome(tuple(line), code, out.buffer.getvalue(), err.getvalue(), files)


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
    if found.code in {ExitCode.USAGE, ExitCode.MISSING}:
        judge_refused(found)
        parts = {part for given in found.line for part in given.strip("-").split("=") if part}
        assert found.code == ExitCode.MISSING or any(part in found.err for part in parts), found.err
        return False
    assert found.code in _DONE, (found.code, found.err)
    assert "Traceback" not in found.err
    told = ("bptt-viz: warning: ", "bptt-viz: the verdict is ")  # the second goes with --fail-on
    assert all(line.startswith(told) for line in found.err.splitlines() if "bptt-viz" in line)
    assert found.out or found.files
    for name, path in found.files.items():
        demand_usable(Path(name).suffix, path.read_bytes())
    if "--json" in found.line and found.out:
        demand_usable(".json", found.out)
    return True


def judge_refused(found):
    """Judge a line that was refused: one line on standard error, and nothing else anywhere."""
    assert found.code in {ExitCode.USAGE, ExitCode.MISSING}, (found.code, found.err, found.out[:300])
    (line,) = found.err.splitlines()
    assert line.startswith("bptt-viz: ")
    assert line.isprintable(), repr(line)
    assert found.out == b""
    assert found.files == {}
