"""The smallest and the largest of everything: one unit, one window, one step, ten thousand steps, ten megabytes."""

import json
import os
from xml.etree import ElementTree

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from robustness.files import CELL_FILE, TEXT, TEXT_FILE, lay_out
from robustness.options import COMMANDS

DEEP = pytest.mark.skipif("ROBUSTNESS_LINES" not in os.environ, reason="minutes; with ROBUSTNESS_LINES only")
TARGETS = ["rnn", "lstm", "peephole", "gru", "bidirectional", "multilayer", "seq2seq", "char-lm", f"{CELL_FILE}:MGU"]
ON_MODELS = [name for name, given in COMMANDS.items() if {"model", "hidden"} <= {each.name for each in given}]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path)


@pytest.fixture
def document(capsys):
    """Run a command line with --json and return its document."""

    def ran(*arguments):
        assert run([*arguments, "--json"]) == ExitCode.PASS, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return ran


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("command", ON_MODELS)
def test_one_unit_one_window_two_steps(capsys, command, target):
    code = run([command, target, "--hidden", "1", "--batch", "1", "--steps", "2"])
    out, err = capsys.readouterr()
    assert (code, bool(out), err.count("\n")) in {(ExitCode.PASS, True, 0), (ExitCode.USAGE, False, 1)}, err
    assert code == ExitCode.PASS or target.split(":")[0] in err or command in err


@pytest.mark.parametrize("target", TARGETS)
def test_a_check_of_one_unit_one_window_one_step(capsys, target):
    assert run(["check", target, "--hidden", "1", "--shapes", "1x1", "--full"]) == ExitCode.PASS
    assert "PASS" in capsys.readouterr().out


def test_one_step_has_no_way_back(document):
    assert len(document("norms", "lstm", "--steps", "1")["losses"]) == 1
    assert document("graph", "lstm", "--steps", "1")["nodes"]


LONG = ["--hidden", "2", "--steps", "10000", "--text", TEXT_FILE]


@pytest.fixture
def text_of_thousands(tmp_path):
    (tmp_path / TEXT_FILE).write_text(TEXT * 20, encoding="utf-8")


@pytest.mark.usefixtures("text_of_thousands")
def test_ten_thousand_steps(document):
    assert len(document("norms", "rnn", *LONG)["losses"]) == 10_000


@DEEP
@pytest.mark.usefixtures("text_of_thousands")
@pytest.mark.parametrize("line", [["spectrum", "rnn"], ["trace", "rnn", "--step", "9999"], ["curves", "--seeds", "1"]])
def test_ten_thousand_steps_of_other_reports(document, line):
    assert document(*line, *LONG)["schema_version"] == 1


@DEEP
@pytest.mark.usefixtures("text_of_thousands")
def test_ten_thousand_steps_drawn_folded_fit_a_page(tmp_path):
    assert run(["graph", "lstm", *LONG, "--gradients", "-o", "long.svg"]) == ExitCode.PASS
    data = (tmp_path / "long.svg").read_bytes()
    assert ElementTree.fromstring(data).tag.endswith("svg")
    assert len(data) < 200_000


@pytest.fixture
def long_text(tmp_path):
    """Write ten megabytes in one line, of 500 different characters."""
    letters = "".join(map(chr, range(0xAC00, 0xAC00 + 500)))
    (tmp_path / TEXT_FILE).write_text(letters * (10_000_000 // (3 * len(letters))), encoding="utf-8")
    return TEXT_FILE


@pytest.mark.parametrize("command", [name for name in COMMANDS if "text" in {each.name for each in COMMANDS[name]}])
def test_ten_megabytes_of_text(long_text, command, capsys):
    given = {each.name for each in COMMANDS[command]}
    small = {"hidden": 2, "steps": 4, "updates": 2, "seeds": 1, "windows": 2}
    text = (
        [long_text] if command == "train" else [*(["rnn"] if given & {"model", "models"} else []), "--text", long_text]
    )
    sizes = [part for name, size in small.items() if name in given for part in (f"--{name}", str(size))]
    code, (_, err) = run([command, *text, *sizes]), capsys.readouterr()
    assert code == ExitCode.PASS or (code == ExitCode.USAGE and err.startswith("bptt-viz: rnn has no ")), err


def test_attention_over_more_steps_than_the_longest_caption_has(document):
    assert document("attend", "attention-captioner", "--hidden", "2", "--steps", "11", "--fresh", "3")["shown"]
