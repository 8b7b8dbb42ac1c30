"""Runs the commands that a page shows, each on a terminal of its own, and keeps what they said and wrote.

A page has one working directory: what its first block writes is there for the second. Runs are kept below `build/`, by
the commands, the files that were there, the package's source and the versions of what it draws and computes with.
"""

import contextlib
import hashlib
import json
import os
import pty
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "docs-runs"
WIDTH = 96
SECONDS = 600

_FOREIGN = ("BPTT_VIZ_", "COV_", "NO_COLOR", "FORCE_COLOR", "LINES", "COLORTERM", "GITHUB_")


class CommandError(Exception):
    """A command of a page ended otherwise than the page says."""


@dataclass(frozen=True)
class Ran:
    """What the commands of one block left behind.

    Attributes:
        shown: for each command line, what the terminal showed, with ANSI colours.
        written: for each file that was written, its name and where its contents are kept.
    """

    shown: tuple[str, ...]
    written: dict[str, Path]


def run(lines: list[str], before: dict[str, Path], allowed: tuple[int, ...] = (0,), columns: int = WIDTH) -> Ran:
    """Run the command lines of one block, or look up what they said the last time.

    Args:
        lines: each begins with `bptt-viz`.
        before: the files in the working directory, by name.
        allowed: the exit codes that the last command may have; all others end with 0.
        columns: width of the terminal; 0 where output goes to no terminal.

    Raises:
        CommandError: a command ended otherwise, or took longer than SECONDS.
    """
    place = KEPT / _key(lines, before, allowed, columns)
    if not (place / "shown.json").exists():
        _fill(place, lines, before, allowed, columns)
    shown = json.loads((place / "shown.json").read_text(encoding="utf-8"))
    names = sorted(path.relative_to(place / "written").as_posix() for path in (place / "written").rglob("*.*"))
    return Ran(tuple(shown), {name: place / "written" / name for name in names})


def _key(lines: list[str], before: dict[str, Path], allowed: tuple[int, ...], columns: int) -> str:
    files = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(before.items())}
    asked = json.dumps([lines, files, allowed, columns, _software()])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


@cache
def _software() -> str:
    """Return a digest of all that a command's output depends on besides its options."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "bptt_viz").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    versions = [version(name) for name in ("numpy", "matplotlib", "rich", "typer")]
    return found.hexdigest() + repr((sys.version_info[:2], versions))


def _fill(place: Path, lines: list[str], before: dict[str, Path], allowed: tuple[int, ...], columns: int) -> None:
    """Run the commands in a fresh directory and keep the result, whole or not at all."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as made:
        folder, result = Path(made) / "work", Path(made) / "result"
        _lay_out(folder, before)
        codes = [*([(0,)] * (len(lines) - 1)), allowed]
        shown = [_one(line, folder, ends, columns) for line, ends in zip(lines, codes, strict=True)]
        for name in _changed(folder, before):
            (result / "written" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / name, result / "written" / name)
        result.mkdir(exist_ok=True)
        (result / "shown.json").write_text(json.dumps(shown), encoding="utf-8")
        with contextlib.suppress(OSError):  # another process may have been first
            result.rename(place)


def _lay_out(folder: Path, before: dict[str, Path]) -> None:
    folder.mkdir()
    for name, path in before.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)


def _changed(folder: Path, before: dict[str, Path]) -> list[str]:
    names = [
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts
    ]
    return [n for n in names if n not in before or (folder / n).read_bytes() != before[n].read_bytes()]


def _one(line: str, folder: Path, allowed: tuple[int, ...], columns: int) -> str:
    """Return what a terminal shows of one command line: standard output, then standard error."""
    words = shlex.split(line, comments=True)
    if words[0] != "bptt-viz":
        raise CommandError(f"only bptt-viz is run, got: {line}")
    command = [sys.executable, "-m", "bptt_viz", *words[1:]]
    for option, value in pairwise(words):
        if option == "-o":
            (folder / value).parent.mkdir(parents=True, exist_ok=True)
    code, out, err = (_on_terminal if columns else _in_pipe)(command, folder, _variables(columns))
    if code not in allowed:
        raise CommandError(f"exit code {code} where {allowed[0]} was expected: {line}\n{err or out}")
    return "".join(f"{each.rstrip()}\n" for each in (out + err).replace(str(ROOT), "~/bptt_viz").splitlines())


def _variables(columns: int) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    width = {"COLUMNS": str(columns)} if columns else {}
    return variables | width | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


def _limited(command: list[str]) -> list[str]:
    return ["timeout", str(SECONDS), *command] if shutil.which("timeout") else command


def _in_pipe(command: list[str], folder: Path, variables: dict[str, str]) -> tuple[int, str, str]:
    """Run a process whose output is piped; return its exit code and both streams."""
    done = subprocess.run(
        _limited(command),
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def _on_terminal(command: list[str], folder: Path, variables: dict[str, str]) -> tuple[int, str, str]:
    """Run a process whose standard output is a terminal; return its exit code and both streams."""
    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            _limited(command),
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=errors,
        )
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says EIO when the other side has gone
            while part := os.read(ours, 65536):
                shown += part
        os.close(ours)
        code = process.wait()
        errors.seek(0)
        return code, shown.decode().replace("\r\n", "\n"), errors.read().decode()
