"""Where results go: standard output as text or JSON, or a file that appears whole or not at all."""

import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bptt_viz import __version__
from bptt_viz.errors import ClosedPipe, UsageError
from bptt_viz.results.provenance import Provenance

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

# Wide enough that no table is cut when nobody's terminal sets the width.
_PIPE_WIDTH = 10_000


def console() -> "Console":
    """Return a console on standard output: as wide as the terminal, or as wide as needed when piped."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(width=width, markup=False, highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def emit(text: "str | RenderableType", output: Path | None = None) -> None:
    """Print a result, or write it to a file as plain text.

    Raises:
        ClosedPipe: the reader of standard output has gone.
        UsageError: the file cannot be written.
    """
    if output is not None:
        write_file(output, _plain(text).encode())
        return
    try:
        if isinstance(text, str):
            sys.stdout.write(text if text.endswith("\n") else text + "\n")
        else:
            console().print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedPipe from None


def _plain(text: "str | RenderableType") -> str:
    if isinstance(text, str):
        return text if text.endswith("\n") else text + "\n"
    from rich.console import Console

    plain = Console(width=_PIPE_WIDTH, markup=False, highlight=False, emoji=False, soft_wrap=True, no_color=True)
    with plain.capture() as captured:
        plain.print(text)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: into a temporary one beside it, then renamed over it.

    Raises:
        UsageError: the place is a directory or cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a directory; name a file")
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or that a new file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def provenance(command: str, options: Mapping[str, Any]) -> Provenance:
    """Return what was run, for the artefacts: versions, command and options; no time and no path of this machine."""
    import numpy as np

    shown = {name: Path(value).name if isinstance(value, Path) else value for name, value in options.items()}
    return Provenance(command, dict(shown), __version__, np.__version__, platform.python_version())
