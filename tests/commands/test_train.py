"""`bptt-viz train` and `sample`: learning, stopping, going on."""

import json
import os
import signal
import subprocess
import time

import pytest

from bptt_viz import app
from commands.processes import BPTT_VIZ

SMALL = ["train", "hello", "--hidden", "6", "--steps", "3", "--cell", "gru"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("to be or not to be, that is the question. " * 30)
    return tmp_path


def test_hello_is_learned_and_written(capsys):
    line = ["train", "hello", "--hidden", "8", "--steps", "3", "--updates", "400", "--rate", "0.02", "--save", "a.npz"]
    assert app.run([*line, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["spans"][-1]["loss"] < 0.3 < document["chance"]
    assert app.run(["sample", "a.npz", "--greedy", "--length", "2", "--prompt", "he"]) == 0
    assert capsys.readouterr().out == "hell\n"


def test_a_run_killed_five_times_ends_with_the_bytes_of_an_undisturbed_one(elsewhere):
    line = [
        "train",
        "text.txt",
        "--hidden",
        "24",
        "--cell",
        "lstm",
        "--steps",
        "8",
        "--updates",
        "4000",
        "--reach",
        "500",
    ]
    assert app.run([*line, "--save", "whole.npz"]) == 0
    going = [*line, "--save", "killed.npz", "--every", "200"]
    saved = elsewhere / "killed.npz"
    for kill in range(5):
        before = saved.read_bytes() if kill else b""
        resumed = ["--resume", "killed.npz"] if kill else []
        began = subprocess.Popen([*BPTT_VIZ, *going, *resumed], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while began.poll() is None and (not saved.exists() or saved.read_bytes() == before):
            time.sleep(0.01)
        os.kill(began.pid, signal.SIGKILL)
        assert began.wait() == -signal.SIGKILL, "it was killed before it was done"
    assert app.run([*going, "--resume", "killed.npz"]) == 0
    assert saved.read_bytes() == (elsewhere / "whole.npz").read_bytes()


def test_a_loss_that_is_not_finite_stops_the_run_with_its_cause(capsys):
    wild = ["--activation", "relu", "--optimiser", "sgd", "--rate", "1e150", "--clip-norm", "1e300"]
    assert app.run(["train", "--hidden", "4", *wild, "--updates", "9", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["finding"] == "Training stopped: the gradient is not finite"
    assert "kept as they were" in document["stopped"]
    assert "Step 3 of 25" in document["stopped"].partition("kept as they were.")[2]
    assert document["updates"] < 9


def test_the_min_char_rnn_preset_is_the_published_recipe(capsys):
    assert app.run(["train", "hello", "--preset", "min-char-rnn", "--steps", "3", "--updates", "1", "--json"]) == 0
    recipe = json.loads(capsys.readouterr().out)["recipe"]
    wanted = {"hidden": 100, "optimiser": "adagrad", "rate": 0.1, "clip_value": 5.0, "clip_norm": None}
    assert recipe | wanted == recipe
    assert recipe["init"] == "normal=0.01"


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "csv"])
def test_a_figure_or_data_besides(elsewhere, form, capsys):
    assert app.run([*SMALL, "--updates", "20", "--reach", "10", "-o", f"run.{form}"]) == 0
    assert (elsewhere / f"run.{form}").stat().st_size > 100
    assert "the model writes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--steps", "9"], "characters are needed"),
        (["--back", "2"], "--back must be at least --steps"),
        (["--no-carry", "--back", "9"], "--no-carry starts every window from zero"),
        (["--optimiser", "newton"], "unknown optimiser"),
        (["--number", "momentum=0.9"], "adam has no momentum"),
        (["--number", "beta1=x"], "--number wants NAME=NUMBER"),
        (["--rate", "-1"], "--rate must be positive"),
        (["--clip-norm", "0"], "--clip-norm must be positive"),
        (["--preset", "gpt"], "unknown preset"),
        (["--save", "a.pt"], "must end in .npz or .safetensors"),
        (["--resume", "none.npz"], "none.npz cannot be read"),
        (["--cell", "transformer"], "unknown cell"),
    ],
)
def test_bad_input_is_one_line(options, message, capsys):
    assert app.run([*SMALL, *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_resumed_run_goes_on_as_it_began(capsys):
    assert app.run([*SMALL, "--updates", "3", "--save", "a.npz"]) == 0
    assert app.run(["train", "hello", "--hidden", "7", "--resume", "a.npz"]) == 2
    assert "--hidden cannot be changed by --resume" in capsys.readouterr().err
    assert app.run(["train", "sonnets", "--resume", "a.npz"]) == 2
    assert "another text" in capsys.readouterr().err


def test_a_sample_is_the_same_for_the_same_seed_and_knows_its_characters(capsys):
    assert app.run([*SMALL, "--updates", "3", "--save", "a.npz"]) == 0
    capsys.readouterr()
    texts = []
    for seed in ("1", "1", "2"):
        assert app.run(["sample", "a.npz", "--length", "50", "--seed", seed, "--json"]) == 0
        texts.append(json.loads(capsys.readouterr().out)["text"])
    assert texts[0] == texts[1] != texts[2]
    assert app.run(["sample", "a.npz", "--prompt", "hi"]) == 2
    assert "does not know the character 'i'" in capsys.readouterr().err
