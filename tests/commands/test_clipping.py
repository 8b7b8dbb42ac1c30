"""`bptt-viz clipping`: what it prints and writes, and how it refuses."""

import json
import os
import re
from pathlib import Path

import pytest
import typer

from bptt_viz.app import app, run
from commands import processes

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "clipping.md").read_text(encoding="utf-8")
SMALL = ["rnn", "--hidden", "4", "--steps", "5", "--windows", "6"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run where no pyproject.toml of this project is in reach, with no variables of the caller's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BPTT_VIZ_"):
            monkeypatch.delenv(name)


def ran(capsys, *arguments, code=0):
    assert run(["clipping", *SMALL, *arguments]) == code
    return capsys.readouterr()


def test_options_reach_the_analysis(capsys):
    given = ["--threshold", "2", "--limit", "0.5", "--layers", "2", "--batch", "2", "--seed", "3", "--json"]
    found = json.loads(ran(capsys, *given).out)
    assert (found["norm"]["limit"], found["elementwise"]["limit"]) == (2.0, 0.5)
    assert (found["run"]["layers"], found["run"]["batch"], found["run"]["seed"]) == (2, 2, 3)
    assert len(found["norms"]) == 6
    assert len(found["before"]) == 5
    assert found["provenance"]["options"]["threshold"] == 2.0


def test_same_seed_same_output(capsys):
    assert ran(capsys, "--json").out == ran(capsys, "--json").out
    assert ran(capsys, "--json").out != ran(capsys, "--json", "--seed", "1").out


@pytest.mark.parametrize(("name", "start"), [("x.svg", b"<?xml"), ("x.png", b"\x89PNG"), ("x.csv", b"kind,number")])
def test_a_file_is_written_besides_the_report(capsys, tmp_path, name, start):
    assert "lowest cosine" in ran(capsys, "-o", name).out
    data = (tmp_path / name).read_bytes()
    assert data.startswith(start)
    ran(capsys, "-o", name)
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize("name", ["x.txt", "x.json"])
def test_the_report_can_go_to_a_file_instead(capsys, tmp_path, name):
    assert ran(capsys, "-o", name).out == ""
    assert "Norm clipping at θ" in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--threshold", "0"], "--threshold must be positive"),
        (["--threshold", "inf"], "--threshold must be positive"),
        (["--limit", "-1"], "--limit must be positive"),
        (["--windows", "0"], "--windows"),
        (["--hidden", "0"], "--hidden"),
        (["--steps", "1000000"], "--steps"),
        (["--text", "nowhere.txt"], "nowhere.txt"),
        (["-o", "x.gif"], "must end in one of .svg"),
    ],
)
def test_nonsense_is_one_line_and_exit_code_two(capsys, arguments, said):
    out, err = ran(capsys, *arguments, code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


def test_an_unknown_model_is_refused(capsys):
    assert run(["clipping", "transformer"]) == 2
    assert "unknown model 'transformer'" in capsys.readouterr().err


def test_the_documented_example_prints_what_the_documentation_shows(capsys):
    command, shown = re.search(r"^\$ bptt-viz (.+)\n((?:.+\n|\n)+?)```", DOCUMENTATION, re.MULTILINE).groups()
    assert run(command.split()) == 0
    assert capsys.readouterr().out == shown


def test_every_option_is_documented():
    for parameter in typer.main.get_command(app).commands["clipping"].params:
        flags = parameter.opts if parameter.param_type_name == "option" else ["MODEL"]
        assert any(f"`{flag}" in DOCUMENTATION for flag in flags), parameter.name


def test_a_terminal_of_eighty_columns_cuts_nothing():
    code, shown = processes.run_on_terminal("clipping", *SMALL, "--plot", NO_COLOR="1")
    assert code == 0
    assert max(map(len, shown.splitlines())) <= 80
