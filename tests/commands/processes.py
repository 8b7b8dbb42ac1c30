"""Command lines run as processes of their own, where the streams, signals and exit codes are the real ones."""

import contextlib
import os
import pty
import signal
import subprocess
import sys

BPTT_VIZ = (sys.executable, "-m", "bptt_viz")
QUIET = {name: value for name, value in os.environ.items() if not name.startswith(("BPTT_VIZ_", "COV_"))} | {
    "TERM": "xterm-256color"
}
for _name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM"):
    QUIET.pop(_name, None)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it for what it starts in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(*arguments, command=BPTT_VIZ, variables=None, **more):
    """Start a command line; standard streams are pipes unless `more` says otherwise."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*command, *arguments], env=QUIET | (variables or {}), **(pipes | more))


def finish(process):
    """Return exit code, standard output and standard error as text."""
    out, err = process.communicate(timeout=60)
    return process.returncode, (out or b"").decode(), (err or b"").decode()


def run(*arguments, **more):
    """Run a command line to its end."""
    return finish(start(*arguments, **more))


def run_on_terminal(*arguments, columns=80, **variables):
    """Run a command line whose standard output is a terminal, and return exit code and what it shows."""
    ours, theirs = pty.openpty()
    process = start(*arguments, variables={"COLUMNS": str(columns)} | variables, stdout=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # Linux says EIO when the other side has gone
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    process.communicate(timeout=60)
    return process.returncode, shown.decode().replace("\r\n", "\n")
