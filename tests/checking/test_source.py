"""Where a target stands in a file: told without running the file."""

from dataclasses import replace

import pytest

from bptt_viz.checking.source import located
from bptt_viz.results.check import Check, Checks, Judgement, Verdict

FILE = '''"""A file that must not run."""

raise SystemExit


class Cell:
    class Inner:
        pass


def backward():
    pass


alias = Cell


class Cell:  # this one counts: it comes last
    pass
'''


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return where a target is found."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cells.py").write_text(FILE)
    (tmp_path / "broken.py").write_text("class Cell(:\n")
    (tmp_path / "zero.py").write_bytes(b"class Cell: pass\0")

    def found(target):
        check = Check(target, Verdict.PASS, "", Judgement(), ())
        (made,) = located(Checks(Verdict.PASS, (check,))).targets
        assert replace(made, file="", line=None) == check
        return made.file, made.line

    return found


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("cells.py:Cell", FILE.splitlines().index("class Cell:  # this one counts: it comes last") + 1),
        ("cells.py::backward", FILE.splitlines().index("def backward():") + 1),
        ("cells.py:alias", FILE.splitlines().index("alias = Cell") + 1),
        ("cells.py:Inner", None),
        ("cells.py", None),
        ("broken.py:Cell", None),
        ("zero.py:Cell", None),
        ("missing.py:Cell", None),
    ],
)
def test_a_target_in_a_file_has_its_file_and_its_line_if_that_can_be_told(place, target, line):
    assert place(target) == (target.partition(":")[0], line)


@pytest.mark.parametrize("target", ["lstm", "", "package.module:Cell", "cells.pyc:Cell"])
def test_other_targets_have_neither(place, target):
    assert place(target) == ("", None)
