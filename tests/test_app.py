"""One command line in, one exit code out: what `run` makes of everything that can go wrong."""

import errno
import json
import warnings

import pytest
import typer

from bptt_viz import __version__
from bptt_viz.app import run
from bptt_viz.errors import ClosedPipe, ExitCode, MissingError, UsageError


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.fixture
def failing_list(monkeypatch):
    """Make `bptt-viz list` raise what the test wants."""
    return lambda error: monkeypatch.setattr("bptt_viz.analyses.inventory.inventory", raising(error))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UsageError("no such cell"), ExitCode.USAGE, "bptt-viz: no such cell\n"),
        (MissingError("pip install it"), ExitCode.MISSING, "bptt-viz: pip install it\n"),
        (ClosedPipe(), ExitCode.CLOSED_PIPE, ""),
        (BrokenPipeError(errno.EPIPE, "gone"), ExitCode.CLOSED_PIPE, ""),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "bptt-viz: interrupted\n"),
        (typer.Abort(), ExitCode.INTERRUPTED, "bptt-viz: interrupted\n"),
        (MemoryError("no room"), ExitCode.USAGE, "bptt-viz: out of memory (no room); ask for smaller sizes\n"),
        (OSError(errno.EMFILE, "Too many open files", "x"), ExitCode.USAGE, "bptt-viz: too many open files: x\n"),
        (SystemExit(0), ExitCode.USAGE, "bptt-viz: the code that was loaded called exit(0)\n"),
        (
            KeyError("h"),
            ExitCode.INTERNAL,
            "bptt-viz: internal error: KeyError: 'h' (set BPTT_VIZ_TRACEBACK=1 to see where)\n",
        ),
        (
            AssertionError(),
            ExitCode.INTERNAL,
            "bptt-viz: internal error: AssertionError (set BPTT_VIZ_TRACEBACK=1 to see where)\n",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_an_error_is_one_line_and_its_exit_code(failing_list, capsys, error, code, said):
    failing_list(error)
    assert run(["list"]) == code
    assert capsys.readouterr() == ("", said)


def test_a_message_of_many_lines_and_control_characters_becomes_one_harmless_line(failing_list, capsys):
    failing_list(UsageError("first \n  second \x1b[31mred [i] \udc80"))
    run(["list"])
    assert capsys.readouterr().err == "bptt-viz: first second \\x1b[31mred [i] \\udc80\n"


@pytest.mark.parametrize("wanted", ["1", "yes"])
def test_a_traceback_is_shown_to_those_who_ask_for_it(failing_list, capsys, monkeypatch, wanted):
    monkeypatch.setenv("BPTT_VIZ_TRACEBACK", wanted)
    failing_list(KeyError("h"))
    assert run(["list"]) == ExitCode.INTERNAL
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert err.splitlines()[-1].startswith("bptt-viz: internal error: KeyError")


def test_a_traceback_is_not_shown_when_the_variable_says_no(failing_list, capsys, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_TRACEBACK", "0")
    failing_list(KeyError("h"))
    run(["list"])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_warning_is_one_line_on_standard_error(monkeypatch, capsys):
    from bptt_viz.analyses.inventory import inventory

    def warned():
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("overflow in exp", RuntimeWarning, stacklevel=1)
        return inventory()

    monkeypatch.setattr("bptt_viz.analyses.inventory.inventory", warned)
    assert run(["list"]) == 0
    out, err = capsys.readouterr()
    assert err == "bptt-viz: warning: overflow in exp\n"
    assert "overflow" not in out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["nope"], "bptt-viz: No such command 'nope'"),
        (["list", "--nope"], "bptt-viz: No such option"),
        (["--nope"], "bptt-viz: No such option"),
        (["check", "--seed", "x"], "bptt-viz: Invalid value for '--seed': "),
        (["check", "--seed", "-1"], "bptt-viz: Invalid value for '--seed': "),
        (["check", "--seed"], "bptt-viz: Option '--seed' requires an argument"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(capsys, line, said):
    assert run(line) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith(said)
    assert err.endswith(" --help\n")


def test_no_command_is_a_usage_error_that_shows_the_help(capsys):
    assert run([]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: bptt-viz")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_goes_to_standard_output(capsys, flag):
    assert run([flag]) == ExitCode.PASS
    out, err = capsys.readouterr()
    assert out.startswith("Usage: bptt-viz")
    assert err == ""


def test_version(capsys):
    assert run(["--version"]) == ExitCode.PASS
    assert capsys.readouterr() == (f"bptt-viz {__version__}\n", "")


USERS_CELL = """
from bptt_viz.cells import Cell

class Wrong(Cell):
    def parameters(self):
        return {"W": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        return {"h": BODY}
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("p.nothing", "no attribute 'nothing'"),
        ("1 / 0", "ZeroDivisionError"),
        ("x @ p.W", "matmul: shapes"),
    ],
)
def test_a_mistake_in_a_users_cell_is_shown_where_it_is(tmp_path, capsys, body, said):
    path = tmp_path / "wrong.py"
    path.write_text(USERS_CELL.replace("BODY", body))
    assert run(["check", f"{path}:Wrong"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 1
    assert said in err
    assert err.endswith(" (wrong.py, line 9)\n")
    assert out == ""


def test_what_a_users_file_prints_goes_to_standard_error(tmp_path, capsys):
    path = tmp_path / "chatty.py"
    path.write_text("from bptt_viz.cells.lstm import LSTM\nprint('hello')\n")
    assert run(["check", f"{path}:LSTM", "--json"]) == ExitCode.PASS
    out, err = capsys.readouterr()
    assert json.loads(out)["kind"] == "check"
    assert err == "hello\n"


def test_a_users_file_that_exits_is_no_pass(tmp_path, capsys):
    path = tmp_path / "leaving.py"
    path.write_text("exit(0)\n")
    assert run(["check", f"{path}:Cell"]) == ExitCode.USAGE
    assert "leaving.py cannot be imported: SystemExit: 0 (leaving.py, line 1)" in capsys.readouterr().err
