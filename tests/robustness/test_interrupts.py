"""Ctrl-C and SIGTERM in the middle of every command's longest work: one line, no partial file, no process left."""

import os
import shlex
import signal
import time
from pathlib import Path

import pytest
from commands.processes import BPTT_VIZ, finish, run, start

from bptt_viz.errors import ExitCode
from robustness.files import BACKWARD
from robustness.options import COMMANDS

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")

ENDLESS = BACKWARD.replace("    dz = ", "    while True:\n        pass\n    dz = ")
SWEEP = """
command = "norms"
model = "rnn"
keep = ["verdict"]

[options]
steps = 1500

[grid]
seed = { low = 0, high = 500, count = 501 }
"""

# Lines that would take minutes, and what may be left behind: what was finished before.
LONG = {
    "attend": (
        ["attention-captioner", "--set", "attention=hard", "--estimator", "--samples", "100000000", "-o", "out.txt"],
        set(),
    ),
    "bias": (["--updates", "1000000", "-o", "out.svg"], set()),
    "check": (["lstm", "--full", "--hidden", "60", "-o", "out.txt"], set()),
    "check code": (["endless.py", "--time-limit", "600", "-o", "out.txt"], set()),
    "clipping": (["lstm", "--updates", "1000000", "-o", "out.svg"], set()),
    "credit": (["lstm", "--steps", "1800", "--hidden", "64", "-o", "out.svg"], set()),
    "curves": (["--seeds", "10000", "-o", "out.svg"], set()),
    "graph": (["lstm", "--steps", "1800", "--level", "op", "--at", ":", "-o", "out.svg"], set()),
    "learn": (["vqa", "--updates", "100000000", "--save", "out.npz", "-o", "out.csv"], set()),
    "norms": (["lstm", "--steps", "1800", "--seeds", "1000", "-o", "out.svg"], set()),
    "phase": (["--grid", "500,500", "--seeds", "100", "-o", "out.svg"], set()),
    "report": (["lstm", "--steps", "1800", "--hidden", "64", "-o", "out.html"], set()),
    "reproduce": (["pascanu-fig7", "--jobs", "2", "-o", "out.svg"], set()),
    "response": (["--vector", "--seeds", "10000", "--hidden", "500", "-o", "out.svg"], set()),
    "sample": (["hello", "--length", "1000000", "-o", "out.txt"], set()),
    "spectrum": (["lstm", "--steps", "1800", "--hidden", "200", "-o", "out.svg"], set()),
    "surface": (["--grid", "2000", "--steps", "100000", "-o", "out.svg"], set()),
    "sweep": (["run", "long.toml", "--jobs", "2"], {"long.sqlite", "long.sqlite.lock"}),
    "task": (["copy", "--length", "100", "--updates", "100000000", "--every", "100000000", "-o", "out.csv"], set()),
    "trace": (["lstm", "--steps", "1800", "--hidden", "1000", "-o", "out.txt"], set()),
    "train": (["--updates", "100000000", "--save", "out.npz", "--every", "100000000", "-o", "out.svg"], set()),
    "truncation": (["lstm", "--steps", "1800", "--hidden", "200", "-o", "out.svg"], set()),
}

# Lines of other commands end by themselves before anybody presses a key.
SHORT = {
    "doctor": "looks at what is installed",
    "list": "names what there is",
    "weights": "reads one file",
}


def test_every_command_is_interrupted_or_said_to_be_short():
    assert {name.split()[0] for name in LONG} | set(SHORT) == set(COMMANDS)
    assert not set(LONG) & set(SHORT)


def fields(pid):
    """Return what the kernel tells of a process, from its state on; nothing of one that has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def family(pid):
    """Return a process's living descendants, which may be in sessions of their own, with their seconds of computing."""
    parents = {int(entry.name): fields(entry.name) for entry in Path("/proc").glob("[0-9]*")}
    found, new = {}, {pid}
    while new:
        found |= {each: sum(map(int, parents[each][11:15])) / os.sysconf("SC_CLK_TCK") for each in new}
        new = {each for each, told in parents.items() if told and int(told[1]) in new and told[0] != "Z"}
    return found


def alive(pid):
    return bool(fields(pid)) and fields(pid)[0] != "Z"


@pytest.fixture
def end(tmp_path, monkeypatch):
    """Return a function that ends a long line in the middle of its work and tells its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "endless.py").write_text(ENDLESS)
    (tmp_path / "long.toml").write_text(SWEEP)

    def ended(name, by):
        arguments, may_stay = LONG[name]
        process = start(name.split()[0], *arguments, start_new_session=True)
        while sum(family(process.pid).values()) < 1:  # imports take less, the work takes minutes
            assert process.poll() is None
            time.sleep(0.05)
        members = set(family(process.pid))
        by(process.pid)
        code, out, err = finish(process)
        assert out == ""
        assert "Traceback" not in err
        assert not [pid for pid in members if alive(pid)]
        left = {path.name for path in tmp_path.iterdir()} - {"endless.py", "long.toml", "__pycache__"}
        assert left <= may_stay
        return code, err.splitlines()[-1]

    return ended


@ON_LINUX
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_leaves_no_partial_file_and_no_process(end, name):
    def ctrl_c(pid):
        os.killpg(pid, signal.SIGINT)  # as a terminal does it: to the workers too

    assert end(name, ctrl_c) == (ExitCode.INTERRUPTED, "bptt-viz: interrupted")


@ON_LINUX
@pytest.mark.parametrize("name", ["check code", "norms", "sweep"])
def test_sigterm_to_the_process_alone_leaves_nothing_either(end, name):
    assert end(name, lambda pid: os.kill(pid, signal.SIGTERM)) == (ExitCode.TERMINATED, "bptt-viz: terminated")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_is_ignored_stays_so(how):
    ignoring = f"trap '' {how.name[3:]}; {shlex.join(BPTT_VIZ)} list texts & sleep 0; kill -{how.name[3:]} $!; wait $!"
    code, out, err = run("-c", ignoring, command=("/bin/sh",))
    assert (code, err) == (ExitCode.PASS, "")
    assert "hello" in out
