"""`bptt-viz report` from the outside: what it writes, prints and refuses."""

import json

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

SMALL = ("--steps", "5", "--hidden", "3")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def printed(capsys, *arguments):
    assert run(["report", *arguments]) == ExitCode.PASS, capsys.readouterr().err
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_page_is_written_and_its_verdict_printed(tmp_path, capsys):
    lines = printed(capsys, "lstm", *SMALL).splitlines()
    assert lines[0].startswith("lstm  VANISHING  Going back from step 5, ")
    assert lines[1].startswith("lstm  gradient check PASS: 12 cases, ")
    assert lines[2] == "page: report.html"
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_goes_to_standard_output(tmp_path, capsys):
    page = printed(capsys, "rnn", *SMALL, "-o", "-")
    printed(capsys, "rnn", *SMALL, "-o", "r.html")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == page


def test_verdicts_and_data_go_to_files_of_their_own(tmp_path, capsys):
    lines = printed(capsys, "rnn", *SMALL)
    assert printed(capsys, "rnn", *SMALL, "-o", "r.txt") == printed(capsys, "rnn", *SMALL, "-o", "r.json") == ""
    assert (tmp_path / "r.txt").read_text(encoding="utf-8") == lines.replace("page: report.html\n", "")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["kind"] == "report"


def test_json_has_everything_but_the_pictures(tmp_path, capsys):
    document = json.loads(printed(capsys, "gru", "rnn", *SMALL, "--json"))
    assert document["kind"] == "report"
    first, second = document["subjects"]
    assert (first["norms"]["run"]["cell"], second["norms"]["run"]["cell"]) == ("gru", "rnn")
    assert {"credit", "spectrum", "curves", "check", "activations"} <= first.keys()
    assert set(first["flow"]) == {"reason"}
    assert (tmp_path / "report.html").exists()


def test_a_model_has_options_of_its_own(tmp_path, capsys):
    out = printed(capsys, "lstm --set forget_bias=3 --hidden 4", "lstm", *SMALL)
    assert out.splitlines()[0].startswith("4 steps back, lstm --set forget_bias=3 --hidden 4 has ")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "lstm forget_bias=3.0, H=4 T=5" in page
    assert "lstm forget_bias=1.0, H=3 T=5" in page
    assert "bptt-viz credit lstm --hidden 4 --steps 5 --set forget_bias=3" in page


def test_the_commands_on_the_page_make_the_same_run(tmp_path, capsys):
    printed(capsys, "lstm --seed 3", "rnn", *SMALL, "--init", "orthogonal")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "bptt-viz credit lstm --hidden 3 --steps 5 --init orthogonal --seed 3<" in page
    assert run(["credit", "lstm", "--hidden", "3", "--steps", "5", "--init", "orthogonal", "--seed", "3"]) == 0
    finding = capsys.readouterr().out.splitlines()[0]
    assert finding.split(" (")[0] in page


def test_a_cell_of_one_s_own_with_spaces_in_its_file(tmp_path, capsys):
    (tmp_path / "my cell.py").write_text(
        "from bptt_viz import Cell, ops\n"
        "class Plain(Cell):\n"
        "    def parameters(self):\n"
        "        return {'W_xh': (self.input_size, self.hidden_size), 'W_hh': (self.hidden_size, self.hidden_size)}\n"
        "    def step(self, p, x, s):\n"
        "        return {'h': ops.tanh(x @ p.W_xh + s.h @ p.W_hh)}\n"
    )
    out = printed(capsys, "my cell.py:Plain --steps 4", "rnn", "--hidden", "3")
    assert "my cell.py:Plain --steps 4  gradient check PASS" in out


def test_trained_weights_stand_beside_fresh_ones(tmp_path, capsys):
    line = ["train", "hello", "--cell", "lstm", "--hidden", "5", "--steps", "4", "--updates", "3", "--save", "t.npz"]
    assert run(line) == ExitCode.PASS
    capsys.readouterr()
    out = printed(capsys, "lstm --weights t.npz", "lstm --hidden 5", "--text", "hello")
    assert "lstm --weights t.npz  gradient check PASS" in out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "bptt-viz credit lstm --text hello --weights t.npz<" in page
    assert "The trained weights at random inputs" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnn", "lstm", "gru"], "a report is about one or two models, got 3"),
        (["rnn", "rnn"], "both models are 'rnn'; give one of them other options"),
        (["rnn", "-o", "r.pdf"], "the name must end in .html, .txt or .json"),
        (["rnn", "--json", "-o", "-"], "--json takes standard output"),
        (["rnn --sett a=b", "lstm"], "MODEL 'rnn --sett a=b': No such option: --sett"),
        (["rnn --hidden x", "lstm"], "MODEL 'rnn --hidden x': Invalid value for '--hidden'"),
        (["rnn --text 'a"], "no closing quotation"),
        (["nothing"], "'nothing'; choose from"),
        (["rnn", "-o", "no/where.html"], "no such file or directory"),
        (["rnn extra", "lstm"], "'rnn extra'; choose from"),
        (["rnn --steps 3 extra", "lstm"], "extra"),
    ],
)
def test_what_makes_no_page_is_refused_in_one_line(arguments, said, tmp_path, capsys):
    assert run(["report", *arguments]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.glob("*.html")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["bidirectional"],
        ["seq2seq"],
        ["char-lm"],
        ["multilayer"],
        ["attention-captioner"],
        ["vqa"],
        ["rnn", "--topology", "delayed"],
        ["rnn", "--topology", "one-to-one"],
        ["rnn", "--activation", "identity"],
        ["rnn", "--init", "radius=40", "--activation", "relu", "--steps", "300"],
        ["rnn", "--steps", "1"],
        ["lstm", "--dtype", "float32", "--batch", "3"],
        ["bidirectional", "--layers", "2", "--steps", "60"],
        ["gru", "--steps", "130", "--hidden", "40"],
    ],
    ids=" ".join,
)
def test_any_model_has_a_page(arguments, tmp_path, capsys):
    printed(capsys, *arguments)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    absent = [line for line in page.splitlines() if 'class="absent"' in line]
    assert all("Jacobian" in line or "no tanh" in line for line in absent), absent
