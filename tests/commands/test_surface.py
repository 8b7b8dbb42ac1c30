"""`bptt-viz surface`: what it prints and writes, and how it refuses."""

import json
from pathlib import Path

from bptt_viz.app import run

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "surface.md").read_text(encoding="utf-8")
SMALL = ["--grid", "9"]


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
