"""The command-line contract, held to by every command: exit codes, streams, pipes, Ctrl-C, cheap help, examples."""

import contextlib
import json
import os
import re
import shlex
import signal
import sys
import sysconfig
import time
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

from bptt_viz import app
from bptt_viz.errors import ExitCode
from commands.processes import BPTT_VIZ, finish, run, run_on_terminal, start

COMMANDS = typer.main.get_command(app.app).commands
CHOOSY = {"attend", "bias"}
"""Commands that take some models only, or a minute by themselves."""


def options(name):
    return {flag for parameter in COMMANDS[name].params for flag in parameter.opts}


def plainest(name):
    """Return the shortest command line that a command takes; its example where it must be told more than any model."""
    if {each.name for each in COMMANDS[name].params if each.required} - {"model"} or name in CHOOSY:
        return examples(name)[0]
    return [name, *(["rnn"] if {"model", "targets"} & {each.name for each in COMMANDS[name].params} else [])]


def examples(name):
    """Return the example command lines of a command's help, without the program's name."""
    found = re.findall(r"^ *(?:Examples?:)? *bptt-viz (.+)$", COMMANDS[name].callback.__doc__, re.MULTILINE)
    return [shlex.split(line) for line in found]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_that_works(name, capsys):
    assert examples(name), f"the help of {name} has no line with an example"
    for arguments in examples(name):
        assert arguments[0] == name
        assert app.run(arguments) in {ExitCode.PASS, ExitCode.MISSING}, capsys.readouterr().err


def test_every_command_is_summed_up_in_a_whole_sentence(capsys):
    app.run(["--help"])
    listed = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    summaries = dict(entry.split(maxsplit=1) for entry in re.split(r"\n  (?=\S)", listed.strip()))
    assert set(summaries) == set(COMMANDS)
    assert all(text.endswith(".") and not text.endswith("...") for text in summaries.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained(name):
    for parameter in COMMANDS[name].params:
        assert parameter.help, f"{name} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("name", [name for name in COMMANDS if "--json" in options(name)])
def test_json_is_one_document(name, capsys):
    arguments = examples(name)[0]
    code = app.run([*arguments, "--json"])
    if code == ExitCode.MISSING:
        pytest.skip("this machine has no renderer")
    assert code == ExitCode.PASS
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["schema_version"] == 1
    assert document["kind"] == name
    assert document["provenance"]["command"] == name
    assert err == ""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)], ids=str)
def test_help_is_cheap(arguments):
    """Asked of a process of its own: which of the heavy packages has it loaded at its end?"""
    ask = (
        "import sys, bptt_viz.app\n"
        f"code = bptt_viz.app.run({arguments!r})\n"
        "heavy = {'numpy', 'matplotlib', 'graphviz', 'pygraphviz', 'jinja2'} & set(sys.modules)\n"
        "print(code, sorted(heavy), file=sys.stderr)"
    )
    _, out, err = run("-c", ask, command=(sys.executable,))
    assert err == "0 []\n"
    assert out


def test_the_installed_program_and_the_module_are_the_same():
    installed = Path(sysconfig.get_path("scripts")) / "bptt-viz"
    assert run("--help", command=(str(installed),)) == run("--help")


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"], ["list", "--help"], ["check", "rnn"]])
def test_a_closed_pipe_is_quiet(arguments):
    process = start(*arguments)
    process.stdout.close()
    process.stdout = None
    code, _, err = finish(process)
    assert err == ""
    assert code == ExitCode.CLOSED_PIPE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]])
def test_a_full_disk_is_one_line(arguments):
    with Path("/dev/full").open("wb") as full:
        code, _, err = run(*arguments, stdout=full)
    assert code == ExitCode.USAGE
    assert len(err.splitlines()) == 1
    assert "no space left on device" in err


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_do_no_harm(closed):
    line = f"{shlex.join(BPTT_VIZ)} list {closed}"
    code, out, err = run("-c", line, command=("/bin/sh",))
    assert code == (ExitCode.USAGE if closed.startswith(">") else ExitCode.PASS)
    assert ("topologies" in out) == (code == ExitCode.PASS)
    assert err in {"", "bptt-viz: standard output is closed\n"}


SLOW = """
import pathlib, time
from bptt_viz.cells import Cell

class Slow(Cell):
    def parameters(self):
        return {"W": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        pathlib.Path("started").touch()
        time.sleep(60)
"""


@pytest.mark.parametrize("blind", [False, True])
def test_ctrl_c_is_one_line_and_leaves_nothing(tmp_path, blind):
    (tmp_path / "slow.py").write_text(SLOW)
    process = start("check", "slow.py:Slow", "-o", "report.txt", variables={"BPTT_VIZ_TRACEBACK": "1" if blind else ""})
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert finish(process) == (ExitCode.INTERRUPTED, "", "bptt-viz: interrupted\n")
    left = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}
    assert left == {"slow.py", "started"}


def test_ctrl_c_while_python_still_imports(tmp_path):
    (tmp_path / "typer.py").write_text("import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)\n")
    process = start(
        "list", variables={"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    )
    while not (tmp_path / "started").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert finish(process) == (ExitCode.INTERRUPTED, "", "bptt-viz: interrupted\n")


def test_a_pipe_is_neither_boxed_nor_coloured_nor_cut():
    code, out, err = run("list", "cells", variables={"COLUMNS": "40"})
    assert (code, err) == (ExitCode.PASS, "")
    assert not set(out) & set("─│┃━┏┓\x1b…")
    assert "c_t = f ⊙ c_{t−1} + i ⊙ g; h_t = o ⊙ tanh(c_t)" in out


@pytest.mark.parametrize("name", [name for name in COMMANDS if "--output" in options(name)])
def test_a_file_is_like_a_pipe_even_if_a_terminal_asks_for_it(tmp_path, name):
    code, shown = run_on_terminal(*plainest(name), "-o", "asked.txt", columns=60)
    assert shown == ""
    assert code in {ExitCode.PASS, ExitCode.MISSING}
    assert not set((tmp_path / "asked.txt").read_text(encoding="utf-8")) & set("─│┃━┏┓\x1b…")


@pytest.mark.parametrize("columns", [60, 80, 132])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_is_not_overrun(name, columns):
    code, shown = run_on_terminal(*plainest(name), columns=columns, NO_COLOR="1")
    assert code in {ExitCode.PASS, ExitCode.MISSING}
    assert max(cell_len(line) for line in shown.splitlines()) <= columns
    assert "\x1b" not in shown


def test_a_terminal_has_colours_unless_it_is_dumb():
    assert "\x1b[" in run_on_terminal("list")[1]
    assert "\x1b[" not in run_on_terminal("list", TERM="dumb")[1]


def test_standard_output_in_another_encoding_does_no_harm():
    code, out, err = run("list", "--json", variables={"PYTHONIOENCODING": "ascii"})
    assert (code, err) == (ExitCode.PASS, "")
    assert "σ" in json.loads(out)["cells"]["lstm"]["summary"]
    assert run("list", variables={"PYTHONIOENCODING": "ascii"})[0] == ExitCode.PASS


def test_a_name_that_is_no_text_does_no_harm():
    code, out, err = run(b"check", b"\xff[i].py:Cell")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "\\udcff[i].py" in err


def test_it_runs_where_nothing_can_be_written(tmp_path):
    """No cache, no log and no configuration file of its own."""
    tmp_path.chmod(0o555)
    with contextlib.ExitStack() as later:
        later.callback(tmp_path.chmod, 0o755)
        code, _, err = run("list", variables={"HOME": str(tmp_path)})
    assert (code, err) == (ExitCode.PASS, "")
    assert not list(tmp_path.iterdir())
