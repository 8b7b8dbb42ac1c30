"""Where results go: standard output as text or JSON, or a file that appears whole or not at all."""

import codecs
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bptt_viz import __version__
from bptt_viz.errors import ClosedPipe, UsageError
from bptt_viz.results.provenance import Provenance

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

# Wide enough that no table is cut when nobody's terminal sets the width.
_PIPE_WIDTH = 10_000

_results: ContextVar[TextIO | None] = ContextVar("_results")


@contextmanager
def results_alone() -> Iterator[None]:
    """Keep standard output for results: what loaded code prints inside the block goes to standard error."""
    token = _results.set(sys.stdout)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _results.reset(token)


def stdout() -> TextIO | None:
    """Return the stream that results go to, or None if the caller closed it."""
    return _results.get(sys.stdout)


def console() -> "Console":
    """Return a console like standard output: as wide as the terminal (or COLUMNS says), or as needed when piped."""
    from rich.console import Console

    terminal = on_terminal()
    columns, lines = shutil.get_terminal_size((80, 24))
    return Console(
        width=columns if terminal else _PIPE_WIDTH,
        height=lines,  # rich takes every dumb terminal for 80 columns unless it is told both
        force_terminal=terminal,
        color_system=_colours(terminal),
        no_color=False,  # that is decided by now, and not by rich, whose versions differ
        soft_wrap=not terminal,
    )


def to_terminal(output: Path | None = None) -> bool:
    """Tell whether a result goes to somebody who looks at a terminal, not to a file or a program."""
    return _is_standard(output) and on_terminal()


def on_terminal() -> bool:
    """Tell whether standard output is a terminal."""
    stream = stdout()
    return stream is not None and stream.isatty()


def colours() -> bool:
    """Tell whether standard output gets colours."""
    return _colours(on_terminal()) is not None


def _colours(terminal: bool) -> Any:
    if os.environ.get("NO_COLOR"):
        return None
    if os.environ.get("FORCE_COLOR"):
        return "standard"
    return "auto" if terminal and os.environ.get("TERM") not in {"dumb", "unknown"} else None


def emit(text: "str | RenderableType", output: Path | None = None) -> None:
    """Print a result, or write it to a file as plain text; `-` is standard output.

    Raises:
        ClosedPipe: the reader of standard output has gone.
        UsageError: the file, or standard output, cannot be written.
    """
    if output is not None and not _is_standard(output):
        write_file(output, _plain(text).encode("utf-8", _ESCAPE))
        return
    _write(_ended(text) if isinstance(text, str) else _rendered(text, console()))


def emit_bytes(data: bytes, output: Path | None = None) -> None:
    """Write a picture or the like to a file, or as it is to standard output; `-` is standard output too.

    Raises:
        ClosedPipe: the reader of standard output has gone.
        UsageError: the file, or standard output, cannot be written.
    """
    if output is not None and not _is_standard(output):
        write_file(output, data)
        return
    stream = stdout()
    if stream is None:
        raise UsageError("standard output is closed")
    with _to_stdout():
        stream.flush()
        stream.buffer.write(data)
        stream.flush()


def _is_standard(output: Path | None) -> bool:
    return output is None or str(output) == "-"


def _plain(text: "str | RenderableType") -> str:
    if isinstance(text, str):
        return _ended(text)
    from bptt_viz.render.plain import plain

    return _ended(plain(text))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _rendered(text: "RenderableType", on: "Console") -> str:
    """Return what rich would print, without the padding if no terminal shows it."""
    with on.capture() as captured:
        on.print(text, markup=False, highlight=False, emoji=False)
    shown = captured.get()
    return shown if on.is_terminal else "".join(f"{line.rstrip()}\n" for line in shown.splitlines())


def _write(text: str) -> None:
    stream = stdout()
    if stream is None:
        raise UsageError("standard output is closed")
    encoding = stream.encoding or "utf-8"
    with _to_stdout():
        stream.write(text.encode(encoding, _ESCAPE).decode(encoding))
        stream.flush()


def flush() -> None:
    """Hand over what has been printed.

    Raises:
        ClosedPipe: the reader of standard output has gone.
        UsageError: standard output cannot be written.
    """
    stream = stdout()
    if stream is not None:
        with _to_stdout():
            stream.flush()


@contextmanager
def _to_stdout() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ClosedPipe from None
    except OSError as error:
        raise UsageError(f"standard output cannot be written: {(error.strerror or str(error)).lower()}") from None


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as JSON does, so that a JSON document stays one."""
    assert isinstance(error, UnicodeEncodeError), "it is registered for encoding only"
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_ESCAPE = "bptt_viz.escape"
codecs.register_error(_ESCAPE, _escaped)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: into a temporary one beside it, then renamed over it. A link's target is written.

    Raises:
        UsageError: the place is a directory or cannot be written.
    """
    try:
        path = path.resolve()
        if path.is_symlink():  # a loop, which older versions of Python refuse to resolve by themselves
            raise UsageError(f"{path} cannot be written: too many levels of symbolic links")
        if path.is_dir():
            raise UsageError(f"{path} is a directory; name a file")
        if path.exists() and not path.is_file():  # a device or a named pipe: there is nothing to replace
            path.write_bytes(data)
        else:
            _replace(path, data)
    except BrokenPipeError:
        raise ClosedPipe from None
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a NUL in the name, RuntimeError: a loop of links
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path} cannot be written: {reason.lower()}") from None


def _replace(path: Path, data: bytes) -> None:
    mode = _mode(path)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".bptt-viz.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
        temporary = None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or that a new file would get.

    Raises:
        PermissionError: the file is there and may not be written; renaming over it would get around that.
    """
    if path.exists():
        mode = path.stat().st_mode & 0o777
        if not (mode & 0o222 and os.access(path, os.W_OK)):
            raise PermissionError(0, "the file is read-only")
        return mode
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def provenance(command: str, options: Mapping[str, Any]) -> Provenance:
    """Return what was run, for the artefacts: versions, command and options; no time and no path of this machine."""
    shown = {name: _nameless(value) for name, value in options.items()}
    return Provenance(command, shown, __version__, version_of("numpy"), platform.python_version())


def _nameless(value: Any) -> Any:
    """Return an option's value with files by their names alone, also within a mapping of settings."""
    if isinstance(value, Mapping):
        return {name: _nameless(each) for name, each in value.items()}
    if isinstance(value, Path) or (isinstance(value, str) and Path(value).is_absolute()):
        return Path(value).name
    return value


def version_of(package: str) -> str:
    """Return the version of an installed package, or `missing`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
