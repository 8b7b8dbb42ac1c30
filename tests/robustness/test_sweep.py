"""Command lines at random, as many for a new command as for an old one.

A few run in the suite, with every warning an error. ROBUSTNESS_LINES=2000 draws so many valid and so many broken ones
over all commands and counts what became of them; docs/benchmarks.md says what came out.
"""

import shutil
import tempfile
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from robustness.conftest import sweep
from robustness.files import lay_out
from robustness.lines import broken_lines, valid_lines
from robustness.options import COMMANDS
from robustness.outcome import is_repeated, judge_refused, judge_valid, outcome, same

# Most lines write into a pipe; where a terminal shows them, it is a narrow or a wide one.
_WIDTHS = st.sampled_from([None, None, None, 40, 60, 132])


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Return a function that empties the working directory, lays out what a line is about, and returns it."""
    here, beside = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    beside.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(tempfile, "tempdir", str(beside))

    def emptied(line):
        for path in here.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        lay_out(here, line)
        return here

    yield emptied
    assert not [*beside.iterdir()]


@pytest.fixture
def count(record_property):
    """Return a counter of what became of the lines, which is shown at the end of a long run."""
    counted = Counter()
    yield counted
    record_property("lines", dict(counted))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_valid_line_is_carried_out(fresh, count, command):
    @sweep
    @given(valid_lines(command), _WIDTHS)
    def carried_out(line, columns):
        found = outcome(line, fresh(line), columns)
        done = judge_valid(found)
        count["carried out" if done else "refused as a contradiction"] += 1
        if is_repeated(line):
            count["run twice"] += 1
            assert same(outcome(line, fresh(line), columns), found)
        assume(done)

    carried_out()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_broken_line_is_refused_in_one_line_and_touches_nothing(fresh, count, command):
    @sweep
    @given(broken_lines(command))
    def refused(line):
        judge_refused(outcome(line, fresh(line)))
        count["broken, refused"] += 1

    refused()
