"""`bptt-viz graph`: what it writes where, and how it refuses."""

import json
import os
import sys
from pathlib import Path

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from commands import processes

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "graph.md").read_text(encoding="utf-8")
SMALL = ["--text", "hello", "--hidden", "3"]
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-", "dot": b"// ", "json": b"{", "txt": b"LSTM"}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Run where no pyproject.toml of this project is in reach, with no variables of the caller's."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("BPTT_VIZ_"):
            monkeypatch.delenv(name)


def drawn(capfdbinary, *arguments, cell="lstm"):
    assert run(["graph", cell, *SMALL, *arguments]) == ExitCode.PASS
    return capfdbinary.readouterr()


def refused(capsys, *arguments):
    assert run(["graph", "rnn", *SMALL, *arguments]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "dot"])
def test_the_paper_can_be_chosen(capfdbinary, form):
    auto, light, dark = (
        drawn(capfdbinary, "--format", form, "--theme", name).out for name in ("auto", "light", "dark")
    )
    assert dark != light
    assert (b"prefers-color-scheme" in auto) == (form == "svg")
    assert (auto == light) == (form != "svg")


def test_without_a_file_the_svg_goes_to_standard_output(capfdbinary):
    out, err = drawn(capfdbinary)
    assert out.startswith(MAGIC["svg"])
    assert out.endswith(b"</svg>\n")
    assert err == b""


@pytest.mark.parametrize("form", MAGIC)
@pytest.mark.parametrize("more", [[], ["--level", "op", "--gradients", "--at", "2:3"]])
def test_the_files_name_says_what_is_written(capfdbinary, tmp_path, form, more):
    assert drawn(capfdbinary, *more, "-o", f"graph.{form.upper()}") == (b"", b"")
    assert (tmp_path / f"graph.{form.upper()}").read_bytes().startswith(MAGIC[form])


@pytest.mark.parametrize("form", MAGIC)
def test_the_option_wins_over_the_name(capfdbinary, tmp_path, form):
    drawn(capfdbinary, "--format", form, "-o", "picture")
    assert (tmp_path / "picture").read_bytes().startswith(MAGIC[form])
    assert drawn(capfdbinary, "--format", form, "-o", "-").out.startswith(MAGIC[form])


def test_the_document_holds_the_picture(capfdbinary, tmp_path):
    found = json.loads(drawn(capfdbinary, "--json", "--level", "op", "--gradients").out)
    assert found["kind"] == "graph"
    assert found["level"] == "op"
    assert found["provenance"]["options"]["gradients"] is True
    assert {"id", "kind", "label", "x", "y", "tooltip"} <= set(found["nodes"][0])
    assert {"source", "target", "path", "norm", "labels"} <= set(found["edges"][0])
    assert found["scale"]["low"] < found["scale"]["high"]
    both = json.loads(drawn(capfdbinary, "--json", "-o", "both.svg").out)
    assert both["level"] == "step"
    assert (tmp_path / "both.svg").read_bytes().startswith(MAGIC["svg"])


def test_the_same_seed_gives_the_same_bytes(capfdbinary):
    arguments = ["--gradients", "--level", "op"]
    assert drawn(capfdbinary, *arguments).out == drawn(capfdbinary, *arguments).out
    assert drawn(capfdbinary, *arguments).out != drawn(capfdbinary, *arguments, "--seed", "1").out


def test_no_folder_of_the_machine_gets_into_the_file(capfdbinary, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "words.txt").write_text("hello world, how are you")
    (tmp_path / "secret" / "own.py").write_text(OWN)
    place = tmp_path / "secret"
    arguments = [f"{place / 'own.py'}:Own", "--text", str(place / "words.txt"), "--steps", "3"]
    assert run(["graph", *arguments]) == ExitCode.PASS
    out = capfdbinary.readouterr().out
    assert b"own.py:Own" in out
    assert b"words.txt" in out
    assert b"secret" not in out


OWN = '''
from dataclasses import dataclass
from bptt_viz import Cell, ops


@dataclass(frozen=True)
class Own(Cell):
    """A cell with a name that <needs> & "care"."""

    def parameters(self):
        return {"W_x": (self.input_size, self.hidden_size), "b": (self.hidden_size,)}

    def step(self, p, x, s):
        return {"h": 0.5 * ops.tanh(x @ p.W_x + s.h + p.b, name="<한국어 & '\\\\n\\"")}
'''


@pytest.mark.parametrize("level", ["step", "gate", "op"])
@pytest.mark.parametrize("form", ["svg", "png", "pdf", "dot", "txt", "json"])
def test_a_cell_of_ones_own(capfdbinary, tmp_path, level, form):
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    out, err = drawn(capfdbinary, "--level", level, "--gradients", "--format", form, cell="own.py:Own")
    assert out.startswith(MAGIC[form] if form != "txt" else b"Own")
    assert err == b""
    if form == "svg" and level == "op":
        assert "&lt;한국어 &amp;".encode() in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--level", "neuron"], "gate"),
        (["--fold", "0"], "--fold"),
        (["--fold", "2", "--no-fold"], "contradict"),
        (["--focus", "9"], "--focus 9 lies outside the recorded steps, 1 to 4"),
        (["--hide", "cells"], "input, output, loss, weights"),
        (["--truncate", "two"], "such as 7+6+6"),
        (["--truncate", "3+3"], "makes 6 steps, but there are 4"),
        (["--truncate", "2+2", "--truncation", "true"], "one number"),
        (["--topology", "many-to-one", "--loss", ":2"], "no loss"),
        (["--level", "op", "--truncate", "2"], "--level op"),
        (["--level", "op", "--at", "9"], "steps, 1 to 4"),
        (["--level", "op", "--at", "two"], "'two'"),
        (["--at", "2"], "--level op"),
        (["--values"], "--level op"),
        (["--norms"], "--level op"),
        (["--scale", "1:2"], "--gradients"),
        (["--gradients", "--scale", "2:1"], "1e-3:10"),
        (["--theme", "blue"], "blue"),
        (["-o", "graph.gif"], ".svg, .png, .pdf, .dot"),
        (["-o", "nowhere/graph.svg"], "cannot be written"),
        (["-o", "."], "name must end in"),
        (["--format", "gif"], "gif"),
        (["--json", "--format", "svg"], "-o"),
        (["--format", "txt", "-o", "picture.SVG"], "--format"),
        (["--topology", "all-to-all"], "all-to-all"),
    ],
)
def test_mistakes_are_one_line(capsys, arguments, said):
    assert said in refused(capsys, *arguments)


def test_a_directory_cannot_be_written(capsys, tmp_path):
    (tmp_path / "graph.svg").mkdir()
    assert "directory" in refused(capsys, "-o", "graph.svg")


def test_no_renderer_is_exit_code_3(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert run(["graph", "rnn", *SMALL, "--format", "png"]) == ExitCode.MISSING
    assert "pip install pygraphviz" in capsys.readouterr().err
    for form in ("svg", "dot"):
        assert run(["graph", "rnn", *SMALL, "--format", form]) == ExitCode.PASS


def test_a_terminal_gets_words_and_no_bytes():
    code, shown = processes.run_on_terminal("graph", "rnn", *SMALL)
    assert code == ExitCode.PASS
    assert shown.startswith("VanillaRNN")
    assert "-o graph.svg" in shown
    assert processes.run_on_terminal("graph", "rnn", *SMALL, "--format", "png")[0] == ExitCode.USAGE
    assert processes.run_on_terminal("graph", "rnn", *SMALL, "--format", "svg")[1].startswith("<?xml")


def test_fifty_steps_of_operations_are_drawn(capfdbinary):
    assert run(["graph", "lstm", "--level", "op", "--at", ":", "--steps", "50"]) == ExitCode.PASS
    out = capfdbinary.readouterr().out
    assert out.count(b'class="node op') > 50 * 12


def test_a_run_that_overflows_is_drawn_without_warnings(capfdbinary):
    line = "graph rnn --init radius=40 --activation relu --steps 300 --gradients"
    assert run(line.split()) == ExitCode.PASS
    assert capfdbinary.readouterr().err == b""


def test_the_page_names_every_option():
    for option in (
        "--level", "--at", "--fold", "--no-fold", "--focus", "--compact", "--hide", "--truncate", "--truncation",
        "--loss", "--gradients", "--scale", "--values", "--norms", "--theme", "--format", "-o", "--json",
    ):  # fmt: skip
        assert option in DOCUMENTATION
