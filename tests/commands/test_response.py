"""`bptt-viz response`: what it prints and writes, and how it refuses."""

import json
from pathlib import Path

from bptt_viz.app import run

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "response.md").read_text(encoding="utf-8")
SMALL = ["--vector", "--hidden", "4", "--steps", "12", "--seeds", "2"]


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
