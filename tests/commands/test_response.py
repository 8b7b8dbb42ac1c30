"""`bptt-viz response`: what it prints and writes, and how it refuses."""

import json
import os
import re
from pathlib import Path

import pytest
import typer

from bptt_viz.app import app, run
from commands import processes

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "response.md").read_text(encoding="utf-8")
SMALL = ["--vector", "--hidden", "4", "--steps", "12", "--seeds", "2"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run where no pyproject.toml of this project is in reach, with no variables of the caller's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BPTT_VIZ_"):
            monkeypatch.delenv(name)


def ran(capsys, *arguments, code=0):
    assert run(["response", *arguments]) == code
    return capsys.readouterr()


def test_options_reach_the_analysis(capsys):
    given = ["--activation", "relu,identity", "--weight", "2,.5", "--bias", "0.5,0", "--start", "2", "--seed", "3"]
    found = json.loads(ran(capsys, *SMALL, *given, "--matrix", "random", "--json").out)
    setting = found["setting"]
    assert (setting["activations"], setting["weights"]) == (["relu", "identity"], [0.5, 2.0])
    assert (setting["biases"], setting["matrices"]) == ([0.0, 0.5], ["random"])
    assert (setting["start"], setting["seed"], setting["hidden"], setting["steps"]) == (2.0, 3, 4, 12)
    assert len(found["panels"]) == 4
    assert len(found["panels"][0]["runs"][0]["values"]) == 13


def test_same_seed_same_output(capsys):
    assert ran(capsys, *SMALL, "--json").out == ran(capsys, *SMALL, "--json").out
    assert ran(capsys, *SMALL, "--json").out != ran(capsys, *SMALL, "--json", "--seed", "1").out


@pytest.mark.parametrize(("name", "start"), [("x.svg", b"<?xml"), ("x.png", b"\x89PNG"), ("x.csv", b"activation,")])
def test_a_file_is_written_besides_the_report(capsys, tmp_path, name, start):
    assert "start forgotten" in ran(capsys, *SMALL, "-o", name).out
    data = (tmp_path / name).read_bytes()
    assert data.startswith(start)
    ran(capsys, *SMALL, "-o", name)
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize("name", ["x.txt", "x.json"])
def test_the_report_can_go_to_a_file_instead(capsys, tmp_path, name):
    assert ran(capsys, "-o", name).out == ""
    assert "581" in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--weight", "big"], "--weight: 'big' is not a number"),
        (["--weight", ","], "--weight names none"),
        (["--weight", "nan"], "--weight must be finite"),
        (["--vector", "--weight", "0"], "--weight with --vector is a spectral radius"),
        (["--bias", "inf"], "--bias must be finite"),
        (["--activation", "softplus"], "--activation must be one of"),
        (["--matrix", "diagonal"], "--matrix must be one of"),
        (["--start", "0"], "--start must be positive"),
        (["--steps", "0"], "--steps"),
        (["--seeds", "0"], "--seeds"),
        (["-o", "x.gif"], "must end in one of .svg"),
    ],
)
def test_nonsense_is_one_line_and_exit_code_two(capsys, arguments, said):
    out, err = ran(capsys, *arguments, code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_the_documented_example_prints_what_the_documentation_shows(capsys):
    command, shown = re.search(r"^\$ bptt-viz (.+)\n((?:.+\n|\n)+?)```", DOCUMENTATION, re.MULTILINE).groups()
    assert run(command.split()) == 0
    assert capsys.readouterr().out == shown


def test_every_option_is_documented():
    for parameter in typer.main.get_command(app).commands["response"].params:
        assert any(f"`{flag}" in DOCUMENTATION for flag in parameter.opts), parameter.name


@pytest.mark.parametrize("arguments", [[], SMALL])
def test_a_terminal_of_eighty_columns_cuts_nothing(arguments):
    code, shown = processes.run_on_terminal("response", *arguments, "--plot", NO_COLOR="1")
    assert code == 0
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
