"""`bptt-viz surface`: what it prints and writes, and how it refuses."""

import json
import os
from pathlib import Path

import pytest

from bptt_viz.app import run

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "surface.md").read_text(encoding="utf-8")
SMALL = ["--grid", "9"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run where no pyproject.toml of this project is in reach, with no variables of the caller's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BPTT_VIZ_"):
            monkeypatch.delenv(name)


def ran(capsys, *arguments, code=0):
    assert run(["surface", *SMALL, *arguments]) == code
    return capsys.readouterr()


def test_options_reach_the_analysis(capsys):
    given = ["--w", "1,2", "--b=-1,1", "--point", "1.5,0", "--rate", "2", "--threshold", "0.5", "--steps", "7"]
    setting = json.loads(ran(capsys, *given, "--start", "0.25", "--target", "0.1", "--json").out)["setting"]
    assert setting == {
        "w_range": [1.0, 2.0],
        "b_range": [-1.0, 1.0],
        "grid": 9,
        "steps": 7,
        "start": 0.25,
        "target": 0.1,
        "rate": 2.0,
        "threshold": 0.5,
        "point": [1.5, 0.0],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--w", "5"], "--w wants two numbers"),
        (["--w", "a,b"], "--w wants two numbers"),
        (["--w", "5,4"], "--w wants LOW,HIGH"),
        (["--b", "0,inf"], "--b wants LOW,HIGH"),
        (["--point", "1,2,3"], "--point wants two numbers"),
        (["--point", "nan,2"], "--point must be finite"),
        (["--rate", "-1"], "--rate must be positive"),
        (["--threshold", "0"], "--threshold must be positive"),
        (["--steps", "0"], "--steps"),
        (["--grid", "1"], "--grid"),
        (["--start", "nan"], "--start"),
    ],
)
def test_nonsense_is_one_line_and_exit_code_two(capsys, arguments, said):
    out, err = ran(capsys, *arguments, code=2)
    assert out == ""
    assert err.count("\n") == 1
    assert said in err
