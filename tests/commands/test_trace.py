"""`bptt-viz trace`: the table in a terminal and elsewhere, the document, mistakes."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from commands import processes

SMALL = ["--text", "hello", "--hidden", "3"]
DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "trace.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def printed(capsys, *arguments, cell="rnn"):
    assert run(["trace", cell, *SMALL, *arguments]) == ExitCode.PASS
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_the_page_shows_what_is_printed(capsys):
    lines = {" ".join(line.split()) for line in printed(capsys).splitlines()}
    shown = DOCUMENTATION.partition("```text\n")[2].partition("\n```")[0].splitlines()
    assert len(shown) > 10
    for line in shown:
        wanted = " ".join(line.split())
        assert any(found.startswith(wanted.partition(" …")[0]) for found in lines), wanted


def test_a_pipe_gets_one_line_a_line(capsys):
    lines = printed(capsys, cell="lstm").splitlines()
    (line,) = (line for line in lines if line.strip().startswith("to c_3"))
    assert " ".join(line.split()).startswith("to c_3 1 − tanh(c_3)² (1 − tanh(c_3)²) ⊙ dh_3 ⊙ o [")
    assert lines[-1] == "·: the cotangent that comes in; ★_c, ★_h: what comes back from other steps"


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_terminal_is_filled_but_not_overrun(columns):
    code, shown = processes.run_on_terminal("trace", "lstm", *SMALL, columns=columns, NO_COLOR="1")
    assert code == ExitCode.PASS
    widest = max(cell_len(line.rstrip()) for line in shown.splitlines())
    assert columns * 0.7 < widest <= columns
    heading = next(line for line in shown.splitlines() if line.startswith("operation"))
    assert ("numbers" in heading) == (columns >= 112)


def test_the_document_holds_every_number(capsys):
    found = json.loads(printed(capsys, "--json", "--step", "2", cell="gru"))
    assert found["kind"] == "trace"
    assert (found["t"], found["steps"]) == (2, 4)
    assert found["provenance"]["options"]["step"] == 2
    (state,) = (row for row in found["rows"] if row["value"] == "h_2")
    assert {share["source"] for share in state["arrivals"]} == {"step 3", "h_2 W_hy"}
    assert all(set(sent["numbers"]) == {"shape", "norm", "low", "high", "text"} for sent in state["sends"])


def test_a_file_gets_what_a_pipe_gets(capsys, tmp_path):
    wanted = printed(capsys)
    assert printed(capsys, "-o", "trace.txt") == ""
    assert (tmp_path / "trace.txt").read_text(encoding="utf-8") == wanted


@pytest.mark.parametrize(("arguments", "said"), [(["--step", "9"], "1 to 4"), (["--step", "0"], "--step")])
def test_mistakes_are_one_line(capsys, arguments, said):
    assert run(["trace", "rnn", *SMALL, *arguments]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_names_of_users_are_text(capsys, tmp_path):
    (tmp_path / "own.py").write_text(
        "from bptt_viz import Cell, ops\n\n\nclass Own(Cell):\n    def parameters(self):\n"
        "        return {'W': (self.input_size, self.hidden_size)}\n\n    def step(self, p, x, s):\n"
        "        return {'h': ops.tanh(x @ p.W, '[bold]a\\x1b[31m') + s.h}\n"
    )
    out = printed(capsys, cell="own.py:Own")
    assert "[bold]a\\x1b[31m" in out
    assert "\x1b" not in out
