"""`bptt-viz response`: what it prints and writes, and how it refuses."""

import json
import os
from pathlib import Path

import pytest

from bptt_viz.app import run

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
    ],
)
def test_nonsense_is_one_line_and_exit_code_two(capsys, arguments, said):
    out, err = ran(capsys, *arguments, code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
