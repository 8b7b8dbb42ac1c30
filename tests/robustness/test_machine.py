"""A full disk, places that may not be written, two writers at once: one line, and what was there stays."""

import contextlib
import io
import resource
from pathlib import Path

import pytest
from commands.processes import finish, start

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from robustness.files import lay_out
from robustness.options import COMMANDS, EXAMPLES

# Makes every command short; an option that is given twice has the second value.
_SMALL = {"hidden": 3, "seeds": 1, "updates": 2, "windows": 2, "fresh": 10}
_WRITERS = [name for name, given in COMMANDS.items() if any(each.name == "output" for each in given)]


def line(command):
    """Return a short valid line of a command that writes no file."""
    given = EXAMPLES[command]
    small = [part for each in COMMANDS[command] if each.name in _SMALL for part in (each.flag, str(_SMALL[each.name]))]
    if command == "attend":  # its example has learned, with a hidden size of its own
        given = ["attention-captioner"]
    return [command, *(given[: given.index("-o")] if "-o" in given else given), *small]


def place(command):
    """Return a file name that a command takes after -o."""
    (output,) = [each for each in COMMANDS[command] if each.name == "output"]
    return f"out{output.endings[0] or '.txt'}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path)


@contextlib.contextmanager
def files_no_longer_than(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def refused(arguments, stdout=None):
    err = io.StringIO()
    with contextlib.redirect_stdout(stdout or io.StringIO()), contextlib.redirect_stderr(err):
        code = run(arguments)
    assert code == ExitCode.USAGE, err.getvalue()
    (said,) = err.getvalue().splitlines()
    assert said.startswith("bptt-viz: ")
    return said


@pytest.mark.parametrize("command", _WRITERS)
def test_a_disk_that_fills_up_leaves_the_file_that_was_there(tmp_path, command):
    output = tmp_path / place(command)
    output.write_text("kept")
    there = set(tmp_path.iterdir())
    with files_no_longer_than(4):
        refused([*line(command), "-o", output.name])
    assert output.read_text() == "kept"
    assert not {path for path in set(tmp_path.iterdir()) - there if path.name.startswith((".", "out"))}


@pytest.mark.parametrize("command", _WRITERS)
def test_a_file_that_may_not_be_written_is_kept(tmp_path, command):
    output = tmp_path / place(command)
    output.write_text("kept")
    output.chmod(0o444)
    assert "read-only" in refused([*line(command), "-o", output.name])
    assert output.read_text() == "kept"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", COMMANDS)
def test_standard_output_on_a_full_disk_is_one_line(command):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert "no space left" in refused(line(command), full)
        with contextlib.suppress(OSError):
            full.close()


def test_a_checkpoint_on_a_full_disk_leaves_the_one_that_was_there(tmp_path):
    train = ["train", "hello", "--hidden", "4", "--steps", "4", "--save", "kept.npz"]
    assert run([*train, "--updates", "1"]) == ExitCode.PASS
    before = (tmp_path / "kept.npz").read_bytes()
    with files_no_longer_than(4):
        assert "too large" in refused([*train, "--updates", "2"])
    assert (tmp_path / "kept.npz").read_bytes() == before


def test_two_processes_that_write_one_file_leave_it_whole(tmp_path):
    lines = [["norms", "rnn", "--steps", str(steps), "--json", "-o", "one.json"] for steps in (5, 300)]
    alone = []
    for arguments in lines:
        assert run(arguments) == ExitCode.PASS
        alone.append((tmp_path / "one.json").read_bytes())
    there = set(tmp_path.iterdir())
    for process in [start(*arguments) for arguments in lines * 2]:
        assert finish(process)[0] == ExitCode.PASS
    assert (tmp_path / "one.json").read_bytes() in alone
    assert set(tmp_path.iterdir()) == there
