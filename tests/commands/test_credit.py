"""`bptt-viz credit` from the outside: what it prints, writes and refuses."""

import json

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode


def printed(capsys, *arguments):
    assert run(["credit", *arguments]) == ExitCode.PASS, capsys.readouterr().err
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_json_has_the_whole_matrix(capsys):
    document = json.loads(printed(capsys, "lstm", "--steps", "6", "--state", "joint", "--json"))
    assert (document["kind"], document["state"], len(document["norms"])) == ("credit", "joint", 6)
    assert document["norms"][0][1:] == [0.0] * 5
    assert [at["share"] for at in document["reach"]] == [0.1, 0.001, 10.0]


def test_json_of_saliency(capsys):
    document = json.loads(printed(capsys, "lstm", "--text", "hello", "--saliency", "4", "--of", "loss", "--json"))
    assert (document["kind"], document["of"], document["target"]) == ("saliency", "loss", "o")
    assert document["inputs"] == list("hell")


def test_saliency_as_a_page_and_as_values(tmp_path, capsys):
    (tmp_path / "t.txt").write_text("<b>ab</b>", encoding="utf-8")
    line = ("gru", "--text", "t.txt", "--saliency", "5")
    assert printed(capsys, *line, "-o", "s.html").startswith("The score of ")
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    printed(capsys, *line, "-o", "s.csv")
    assert (tmp_path / "s.csv").read_text().startswith("t,character,value\n1,<,")
    printed(capsys, *line, "-o", "s.txt")
    assert "← the output" in (tmp_path / "s.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["--state", "c"], "--state 'c': the cell has h"),
        (["--layer", "1"], "--layer 1 does not exist"),
        (["--layer", "-1"], "--layer"),
        (["--scale", "1:0"], "--scale '1:0': expected min:max"),
        (["--saliency", "0"], "--saliency"),
        (["--saliency", "26"], "--saliency 26: there is no output at that step"),
        (["--saliency", "5", "--of", "input"], "--of"),
        (["--saliency", "5", "-o", "s.svg"], "name it .html"),
        (["-o", "c.html"], "the name must end in one of"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(capsys, tmp_path, line, said):
    assert run(["credit", "rnn", *line]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert said in err
    assert not list(tmp_path.iterdir())
