"""`bptt-viz clipping`: what it prints and writes, and how it refuses."""

import json
from pathlib import Path

from bptt_viz.app import run

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "clipping.md").read_text(encoding="utf-8")
SMALL = ["rnn", "--hidden", "4", "--steps", "5", "--windows", "6"]


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


def test_an_unknown_model_is_refused(capsys):
    assert run(["clipping", "transformer"]) == 2
    assert "unknown model 'transformer'" in capsys.readouterr().err
