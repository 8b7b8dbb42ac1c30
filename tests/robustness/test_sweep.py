"""Command lines at random, as many for a new command as for an old one.

A few run in the suite, with every warning an error. ROBUSTNESS_LINES=2000 draws so many valid and so many broken ones
over all commands; docs/benchmarks.md says what came out.
"""

import shutil

import pytest
from hypothesis import assume, given

from robustness import values
from robustness.conftest import sweep
from robustness.lines import broken_lines, valid_lines
from robustness.options import COMMANDS
from robustness.outcome import judge_refused, judge_valid, outcome


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Return a function that empties the working directory, puts the files there that are named, and returns it."""
    monkeypatch.chdir(tmp_path)

    def emptied():
        for path in tmp_path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        values.lay_out(tmp_path)
        return tmp_path

    return emptied


@pytest.mark.parametrize("command", COMMANDS)
def test_a_valid_line_is_carried_out(fresh, command):
    @sweep
    @given(valid_lines(command))
    def carried_out(line):
        assume(judge_valid(outcome(line, fresh())))

    carried_out()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_line_is_refused_in_one_line_and_touches_nothing(fresh, command):
    @sweep
    @given(broken_lines(command))
    def refused(line):
        judge_refused(outcome(line, fresh()))

    refused()
