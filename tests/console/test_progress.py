"""The progress bar: on a terminal only, after a second only, on standard error only."""

import io
import sys

import pytest

from bptt_viz.console import progress as module
from bptt_viz.console.progress import progress


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(module, "_PATIENCE", 0.0)


def shown(monkeypatch, stream):
    """Return what a run prints on a standard error of its own."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        with progress("reading [i] x") as tick:
            tick(0.5)
            tick(1.0)
    return stream.getvalue() if stream else ""


def test_a_slow_run_shows_its_label_as_it_is(monkeypatch, capsys):
    text = shown(monkeypatch, Screen())
    assert "reading [i] x" in text
    assert "50%" in text
    assert capsys.readouterr().out == ""


def test_a_quick_run_shows_nothing(monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 60.0)
    assert "reading" not in shown(monkeypatch, Screen())


def test_a_dumb_terminal_shows_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert shown(monkeypatch, Screen()) == ""


def test_a_pipe_shows_nothing(monkeypatch):
    assert shown(monkeypatch, io.StringIO()) == ""


def test_a_closed_standard_error_does_no_harm(monkeypatch):
    assert shown(monkeypatch, None) == ""
