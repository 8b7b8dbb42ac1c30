"""Whatever goes wrong becomes one line on standard error and an exit code; no traceback reaches a user."""

import os
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import typer

from bptt_viz.errors import BpttVizError, ClosedPipe, ExitCode, UsageError
from bptt_viz.render.characters import shown

PROGRAM = "bptt-viz"
TRACEBACK = "BPTT_VIZ_TRACEBACK"

# What `models.request` calls the modules that it makes of users' files.
_USERS_MODULES = "bptt_viz_user_"


class Interrupted(BpttVizError):  # noqa: N818 - the user's wish, no error
    """Ctrl-C."""

    exit_code = ExitCode.INTERRUPTED


class Ended(BpttVizError):  # noqa: N818 - somebody's wish, no error
    """SIGTERM, from `kill`, `timeout` or a CI service."""

    exit_code = ExitCode.TERMINATED


class Terminated(KeyboardInterrupt):
    """SIGTERM where it arrives: like Ctrl-C it passes all that handles errors, so that no process and no file stays."""


def heed_sigterm() -> None:
    """Let SIGTERM end this process in order; where it is ignored or handled already, it stays so."""
    import signal

    def end(*_: object) -> None:
        raise Terminated

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


@contextmanager
def shield() -> Iterator[None]:
    """Take Ctrl-C and closed pipes out of Typer's hands, whose exit codes for them differ between versions.

    Raises:
        Interrupted: Ctrl-C was pressed.
        Ended: the process was told to end.
        ClosedPipe: the reader of standard output has gone.
    """
    try:
        yield
    except Terminated:
        raise Ended("terminated") from None
    except KeyboardInterrupt:
        raise Interrupted("interrupted") from None
    except BrokenPipeError:
        raise ClosedPipe from None


@contextmanager
def outliving() -> Iterator[None]:
    """Survive loaded code that wants to end the process, which would look like a pass.

    Raises:
        UsageError: `exit` was called inside the block.
    """
    try:
        yield
    except SystemExit as leave:
        raise UsageError(f"the code that was loaded called exit({leave.code})") from leave


@contextmanager
def warnings_in_one_line() -> Iterator[None]:
    """Show Python's warnings in the form of the other messages, without this machine's paths."""

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        say(f"warning: {message}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


def failed(error: BaseException) -> ExitCode:
    """Report an error on standard error and return the process's exit code."""
    code, message = _judged(error)
    _settle_stdout()
    if code is ExitCode.CLOSED_PIPE:
        return code
    wanted = os.environ.get(TRACEBACK, "0") not in {"", "0"} and code is not ExitCode.INTERRUPTED
    if wanted and sys.stderr is not None:
        traceback.print_exception(error, file=sys.stderr)
    say(message)
    return code


def say(message: str) -> None:
    """Print one line on standard error, whatever characters a file's name or an error's text may have."""
    if sys.stderr is None:  # the caller closed it
        return
    line = re.sub(r"\s*[\r\n]\s*", " ", message.strip())
    with suppress(OSError):
        sys.stderr.write(f"{PROGRAM}: {shown(line)}\n")
        sys.stderr.flush()


def _settle_stdout() -> None:
    """Let go of a standard output that takes no more; Python would complain once more when it flushes it at exit."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


def _judged(error: BaseException) -> tuple[ExitCode, str]:
    """Return the exit code and the message of an error."""
    if isinstance(error, Terminated):
        return Ended.exit_code, "terminated"
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return ExitCode.INTERRUPTED, "interrupted"
    if isinstance(error, BpttVizError):
        place = _users_line(error) if error.exit_code is ExitCode.USAGE else ""
        return error.exit_code, f"{error}{place}"
    if hasattr(error, "format_message"):  # Typer's own usage errors
        return ExitCode.USAGE, _refused(error)
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, MemoryError):
        return ExitCode.USAGE, f"out of memory ({error or what}); ask for smaller sizes"
    if place := _users_line(error):
        return ExitCode.USAGE, f"{what}{place}"
    if isinstance(error, OSError):  # a full disk, too many open files: the machine's fault, not ours
        return ExitCode.USAGE, str(error.strerror or error).lower() + (f": {error.filename}" if error.filename else "")
    return ExitCode.INTERNAL, f"internal error: {what} (set {TRACEBACK}=1 to see where)"


def _refused(error: Any) -> str:
    """Return Typer's message with where the refused value came from and where to read on."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    origin = _origin(context, parameter)
    command = context.command_path if context is not None else PROGRAM
    return f"{words_of(error)}{f' (from {origin})' if origin else ''}; see {command} --help"


def words_of(error: Any) -> str:
    """Return Typer's own words for a value that does not fit."""
    said: str = error.format_message()
    return said.strip().rstrip(".").replace("Value error, ", "")  # pydantic's, in newer versions


def _origin(context: Any, parameter: Any) -> str | None:
    """Return which file or variable a parameter's value came from, if it was no flag."""
    if context is None or parameter is None:
        return None
    source = context.get_parameter_source(parameter.name)
    origins = getattr(context.default_map, "origins", {})
    return origins.get(parameter.name) if source is not None and source.name == "DEFAULT_MAP" else None


def _users_line(error: BaseException | None) -> str:
    """Return ` (file.py, line N)` where an error passed through a user's own file, else nothing."""
    found = ""
    while error is not None:
        for frame, number in traceback.walk_tb(error.__traceback__):
            if str(frame.f_globals.get("__name__", "")).startswith(_USERS_MODULES):
                found = f" ({Path(frame.f_code.co_filename).name}, line {number})"
        error = error.__cause__ or error.__context__
    return found
