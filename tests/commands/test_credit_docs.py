"""The lines that docs/credit.md shows work."""

import re
import shlex
from pathlib import Path

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

PAGE = (Path(__file__).parents[2] / "docs" / "credit.md").read_text(encoding="utf-8")
LINES = re.findall(r"^bptt-viz (.+?)(?:  +#.*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_examples_work(line, capsys):
    assert run(shlex.split(line)) == ExitCode.PASS, capsys.readouterr().err


def test_there_are_some():
    assert len(LINES) == 4
