"""`weights` and `--weights` at the command line."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bptt_viz import app
from bptt_viz.errors import ExitCode
from bptt_viz.texts import read_text

ORACLES = Path(__file__).parents[1] / "oracles"


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ORACLES / "char_model.pt", "model.pt")
    shutil.copy(ORACLES / "char_model_checkpoint.pt", "checkpoint.pt")
    Path("corpus.txt").write_text(read_text("sonnets"), encoding="utf-8")


def out(capsys, line):
    code = app.run(line.split())
    said = capsys.readouterr()
    assert code == ExitCode.PASS, said.err
    return said.out


COMMANDS = [
    "check lstm --weights model.pt --shapes 2x1",
    "graph lstm --weights model.pt --steps 3 -o a.svg",
    "trace lstm --weights model.pt --steps 3",
    "spectrum lstm --weights model.pt --steps 20 --span 1",
    "credit lstm --weights model.pt --steps 5",
    "clipping lstm --weights model.pt --steps 5 --windows 3 --updates 2",
    "truncation lstm --weights model.pt --steps 8",
]


@pytest.mark.parametrize("line", COMMANDS, ids=[line.split()[0] for line in COMMANDS])
def test_every_command_with_a_model_takes_the_weights(line, capsys):
    assert app.run(line.split()) == ExitCode.PASS, capsys.readouterr().err


def test_the_document_has_the_weights_name_and_no_folder(capsys, tmp_path):
    found = json.loads(out(capsys, f"norms lstm --weights {tmp_path}/model.pt --text {tmp_path}/corpus.txt --json"))
    assert found["run"]["origin"]["file"] == "model.pt"
    assert found["run"]["hidden"] == 12
    assert str(tmp_path) not in json.dumps(found)


@pytest.mark.parametrize(
    "line",
    [
        "norms gru --weights model.pt",
        "norms lstm --weights none.pt",
        "norms lstm --weights corpus.txt",
        "norms lstm --weights model.pt --hidden 3",
        "norms lstm --weights model.pt --seeds 2",
        "norms lstm --weights model.pt --vocabulary corpus.txt",
        "norms lstm --vocabulary sorted",
        "check --weights model.pt",
        "weights inspect corpus.txt",
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(capsys, line):
    assert app.run(line.split()) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


def test_a_file_that_is_none_of_our_models_is_shown_with_what_is_in_the_way(capsys):
    np.savez("a.npz", weight_hr_l0=np.ones((2, 3)), other=np.ones(4))
    shown = out(capsys, "weights inspect a.npz")
    assert "none of our models: weight_hr_l0: an LSTM with projections" in shown
    found = json.loads(out(capsys, "weights inspect a.npz --json"))
    assert found["network"] is None
    assert [each["name"] for each in found["arrays"]] == ["weight_hr_l0", "other"]
