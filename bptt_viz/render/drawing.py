"""Runs Graphviz on DOT text whose positions are complete: in this process if possible, else as a program.

What is large is drawn in a process of its own, which a time limit can end: `python -m bptt_viz.render.drawing FORM`
reads DOT text and writes the picture.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bptt_viz.errors import MissingError, UsageError

_INSTALL = "no Graphviz found; install it with `pip install pygraphviz` (it brings Graphviz along)"
# Newer versions of the library that writes PDF take the date from it.
_UNDATED = {"SOURCE_DATE_EPOCH": "0"}
# Said by the font library for settings files that are newer than it.
_NOISE = b"Fontconfig warning"

LARGE = 1_000_000
"""Letters of DOT text from which on a picture may take long; smaller ones take about a second."""
SECONDS = 120.0
"""How long a drawing may take."""


def draw(source: str, form: str, seconds: float = SECONDS) -> bytes:
    """Return the picture of DOT text that holds all positions.

    Args:
        source: DOT text.
        form: `svg`, `png` or `pdf`.
        seconds: the time limit where the drawing does not run in this process.

    Raises:
        MissingError: neither pygraphviz nor the programs of Graphviz are installed.
        UsageError: the time limit is reached.
    """
    if not _has_package():
        return _by_program(source, form, seconds)
    return _in_child(source, form, seconds) if len(source) > LARGE else _in_process(source, form)


def _has_package() -> bool:
    try:
        import pygraphviz  # noqa: F401
    except ImportError:
        return False
    return True


def _in_process(source: str, form: str) -> bytes:
    import pygraphviz

    with _without_noise():
        graph = pygraphviz.AGraph(string=source)
        graph.has_layout = True  # so it is drawn as it stands, with the engine nop2
        drawn: bytes = graph.draw(format=form)
    return drawn


def _in_child(source: str, form: str, seconds: float) -> bytes:
    # -P: what lies in the working directory is not the user's wish to import.
    line = [sys.executable, "-P", "-m", "bptt_viz.render.drawing", form]
    return _run(line, source, form, seconds, {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})


def _by_program(source: str, form: str, seconds: float) -> bytes:
    program = shutil.which("neato") or shutil.which("dot")
    if program is None:
        raise MissingError(_INSTALL)
    return _run([program, "-Knop2", f"-T{form}"], source, form, seconds, {})


def _run(line: Sequence[str], source: str, form: str, seconds: float, variables: dict[str, str]) -> bytes:
    try:
        run = subprocess.run(
            line,
            input=source.encode(),
            capture_output=True,
            env=os.environ | _UNDATED | variables,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"drawing {len(source) / 1e6:.1f} MB of DOT as {form} was stopped after {seconds:g} seconds;"
            " show fewer steps, or write .svg, which needs no drawing"
        ) from None
    if run.returncode or not run.stdout:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise MissingError(f"{line[0]} cannot draw {form} ({said[-1] if said else 'no output'}); {_INSTALL}")
    return run.stdout


@contextmanager
def _without_noise() -> Iterator[None]:
    """Keep a library's remarks about the machine's font settings off standard error; other lines pass."""
    try:
        saved = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            caught.seek(0)
            os.write(2, b"".join(line for line in caught if _NOISE not in line))


if __name__ == "__main__":
    sys.stdout.buffer.write(_in_process(sys.stdin.buffer.read().decode(), sys.argv[1]))
