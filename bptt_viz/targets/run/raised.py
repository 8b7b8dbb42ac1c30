"""What users' code raises, with the line of theirs at which it did."""

import linecache
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np

from bptt_viz.results.targets import SourceLine

Phase = Literal["load", "object", "forward", "backward"]

_OURS = Path(__file__).parents[2]
_INSTALLED = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")} | {Path(np.__file__).parent}
_PACKAGES = {"site-packages", "dist-packages"}


class Raised(Exception):  # noqa: N818 - an answer about users' code
    """Users' code raised something.

    Attributes:
        phase: what was running.
        error: what it raised.
        at: the last line of the user's own code that it passed through; None if there is none.
        label: the point at which that was.
    """

    def __init__(self, phase: Phase, error: BaseException, at: SourceLine | None, label: str = "") -> None:
        super().__init__(f"{type(error).__name__}: {str(error).strip()}".removesuffix(": "))
        self.phase = phase
        self.error = error
        self.at = at
        self.label = label


def attempted(phase: Phase, file: str, shown: str, call: Callable[[], Any]) -> Any:
    """Call users' code.

    Args:
        phase: what it is.
        file: that the code was loaded from.
        shown: that file as the user named it.
        call: it.

    Raises:
        Raised: it raised something, whatever it was.
    """
    try:
        return call()
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise Raised(phase, error, last_line(error.__traceback__, file, shown)) from error


def last_line(trace: TracebackType | None, file: str, shown: str) -> SourceLine | None:
    """Return the last line of a traceback that is not of the library's or of an installed package's code."""
    found = None
    for frame in traceback.extract_tb(trace):
        if frame.filename == file:
            found = SourceLine(shown, frame.lineno or 0, frame.name, (frame.line or "").strip())
        elif _is_theirs(frame.filename):
            name = Path(shown).parent / Path(frame.filename).name
            found = SourceLine(str(name), frame.lineno or 0, frame.name, (frame.line or "").strip())
    return found


def _is_theirs(filename: str) -> bool:
    path = Path(filename)
    foreign = any(folder in path.parents for folder in (_OURS, *_INSTALLED)) or _PACKAGES & {*path.parts}
    return path.is_file() and not foreign


def remember_text(file: str, text: str) -> None:
    """Let tracebacks show lines of a text that was loaded under a file's name."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
