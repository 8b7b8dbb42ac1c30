"""Errors that reach a user as one line, each with the exit code of the command-line contract."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; the same for every command."""

    PASS = 0
    MISMATCH = 1
    USAGE = 2
    MISSING = 3
    INTERNAL = 4
    INCONCLUSIVE = 5
    INTERRUPTED = 130
    CLOSED_PIPE = 141
    TERMINATED = 143


class BpttVizError(Exception):
    """Base of all errors that a user can cause and mend; the message is one line."""

    exit_code = ExitCode.INTERNAL


class UsageError(BpttVizError):
    """What was asked for makes no sense: an unknown name, a value out of range, an unreadable input."""

    exit_code = ExitCode.USAGE


class MissingError(BpttVizError):
    """An optional package or a renderer is not installed; the message holds the line that installs it."""

    exit_code = ExitCode.MISSING


class ClosedPipe(BpttVizError):  # noqa: N818 - no error to report: the reader has seen enough
    """Whoever reads the output has gone; the process ends quietly."""

    exit_code = ExitCode.CLOSED_PIPE
