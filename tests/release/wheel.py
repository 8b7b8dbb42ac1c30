"""The wheel as a stranger has it: in an environment that holds nothing else, far from the checkout.

Not among the ordinary tests, for it installs packages: `pytest tests/release/wheel.py`. The commands, their examples
and the files that they promise are found in the application.
"""

import fcntl
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from commands.artefacts import demand_usable
from robustness.options import COMMANDS, EXAMPLES, options

from bptt_viz import __version__
from bptt_viz.errors import ExitCode

ROOT = Path(__file__).parents[2]
PIP = [sys.executable if importlib.util.find_spec("pip") else "python3", "-m", "pip"]

# What an ending wants besides the example.
BESIDES = {("credit", ".html"): ["--saliency", "3"]}

# Commands whose files come from what another line has made.
RUN = ["run", "example", "--jobs", "1"]
PLOT = ["plot", "example.sqlite", "--x", "init", "--value", "chain.decay.rate"]
AFTER = {"sweep": (RUN, ["export", "example.sqlite"], PLOT)}

# Named as files of optional packages, none of which the empty environment has.
EXTRAS = {".parquet"}


def ran(line, folder, **variables):
    """Run a line outside of the checkout, with nothing of it in the variables."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BPTT_VIZ_", "VIRTUAL"))
    }
    done = subprocess.run(
        line, cwd=folder, env=kept | variables, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """Install the wheel of this source into an environment of its own, once for all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    place = shared / "empty"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            install(shared / "built", place)
    return place / "bin" / "bptt-viz"


def install(built, place):
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(wheel, cwd=ROOT, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (made,) = built.iterdir()
    subprocess.run([*PIP, "-q", "--python", str(place), "install", str(made)], check=True)


def test_it_is_the_wheel_that_runs(program, tmp_path):
    ask = "import bptt_viz, pathlib; print(pathlib.Path(bptt_viz.__file__).resolve())"
    code, out, err = ran([program.with_name("python"), "-c", ask], tmp_path)
    assert (code, err) == (ExitCode.PASS, "")
    assert program.parents[1].resolve() in Path(out.decode().strip()).parents
    assert ran([program, "--version"], tmp_path) == (ExitCode.PASS, f"bptt-viz {__version__}\n".encode(), "")


def test_it_has_every_command(program, tmp_path):
    _, out, _ = ran([program, "--help"], tmp_path)
    assert set(re.findall(r"^  ([a-z]\w*)  ", out.decode().partition("Commands:")[2], re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_its_help_work_and_leave_what_they_promise(program, tmp_path, command):
    code, out, err = ran([program, command, "--help"], tmp_path)
    assert (code, err) == (ExitCode.PASS, "")
    told = re.search(r"^Examples?:\n((?:  .+\n)+)", out.decode(), re.MULTILINE)[1]
    examples = [line.strip().removeprefix("bptt-viz ") for line in told.splitlines()]
    assert examples
    for example in map(shlex.split, examples):
        code, out, err = ran([program, *example], tmp_path)
        assert (code, err) == (ExitCode.PASS, ""), example
        if "-o" in example:
            wanted = tmp_path / example[example.index("-o") + 1]
            demand_usable(wanted.suffix, wanted.read_bytes())
        assert out or "-o" in example
        assert b"\x1b" not in out


PROMISED = [
    (command, ending)
    for command in COMMANDS
    for option in options(command)
    for ending in option.endings
    if ending not in EXTRAS
]


@pytest.mark.parametrize(("command", "ending"), PROMISED)
def test_every_kind_of_file_that_its_help_promises_is_written(program, tmp_path, command, ending):
    line = line_for(command, ending, program, tmp_path)
    code, _, err = ran([program, command, *line, "-o", f"made{ending or '.txt'}"], tmp_path)
    assert (code, err) == (ExitCode.PASS, "")
    demand_usable(ending, (tmp_path / f"made{ending or '.txt'}").read_bytes())


def line_for(command, ending, program, folder):
    """Return the arguments that let a command write a kind of file: the example's, less the file that it writes."""
    if command in AFTER:
        before, data, picture = AFTER[command]
        ran([program, command, *before], folder)
        return data if ending in {".csv", ".json"} else picture
    line = list(EXAMPLES[command])
    if "-o" in line:
        at = line.index("-o")
        del line[at : at + 2]
    return [*line, *BESIDES.get((command, ending), ())]


def has_json(command):
    return any(each.flag == "--json" for each in options(command))


@pytest.mark.parametrize("command", [name for name in COMMANDS if has_json(name) and (name, ".json") not in PROMISED])
def test_json_that_no_ending_asks_for_keeps_to_the_published_schema(program, tmp_path, command):
    code, out, err = ran([program, command, *line_for(command, ".json", program, tmp_path), "--json"], tmp_path)
    assert (code, err) == (ExitCode.PASS, "")
    demand_usable(".json", out)


@pytest.mark.parametrize(
    ("line", "extra"),
    [(["check", "torch.nn:LSTM"], "torch"), (["sweep", "run", "example", "--scheduler", "tcp://127.0.0.1:1"], "dask")],
)
def test_what_needs_an_extra_says_which(program, tmp_path, line, extra):
    code, out, err = ran([program, *line], tmp_path)
    assert (code, out) == (ExitCode.MISSING, b"")
    assert err.count("\n") == 1
    assert extra in err


def test_it_completes(program, tmp_path):
    asked = {"_BPTT_VIZ_COMPLETE": "complete_bash", "COMP_WORDS": "bptt-viz spec", "COMP_CWORD": "1"}
    assert ran([program], tmp_path, **asked) == (ExitCode.PASS, b"spectrum\n", "")
