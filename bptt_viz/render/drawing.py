"""Runs Graphviz on DOT text whose positions are complete: in this process if possible, else as a program."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from bptt_viz.errors import MissingError

_INSTALL = "no Graphviz found; install it with `pip install pygraphviz` (it brings Graphviz along)"
# Newer versions of the library that writes PDF take the date from it.
_UNDATED = {"SOURCE_DATE_EPOCH": "0"}
# Said by the font library for settings files that are newer than it.
_NOISE = b"Fontconfig warning"


def draw(source: str, form: str) -> bytes:
    """Return the picture of DOT text that holds all positions.

    Args:
        source: DOT text.
        form: `svg`, `png` or `pdf`.

    Raises:
        MissingError: neither pygraphviz nor the programs of Graphviz are installed.
    """
    try:
        import pygraphviz
    except ImportError:
        return _by_program(source, form)
    with _without_noise():
        graph = pygraphviz.AGraph(string=source)
        graph.has_layout = True  # so it is drawn as it stands, with the engine nop2
        drawn: bytes = graph.draw(format=form)
    return drawn


def _by_program(source: str, form: str) -> bytes:
    program = shutil.which("neato") or shutil.which("dot")
    if program is None:
        raise MissingError(_INSTALL)
    line = [program, "-Knop2", f"-T{form}"]
    run = subprocess.run(line, input=source.encode(), capture_output=True, env=os.environ | _UNDATED, check=False)
    if run.returncode or not run.stdout:
        said = run.stderr.decode(errors="replace").strip().splitlines()
        raise MissingError(f"{program} cannot draw {form} ({said[0] if said else 'no output'}); {_INSTALL}")
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
