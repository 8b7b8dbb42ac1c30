"""`bptt-viz learn`: what it reports, keeps, and refuses."""

import csv
import json
import re

import numpy as np
import pytest

from bptt_viz.app import run
from bptt_viz.models import Request, prepare
from bptt_viz.training.fitting import right

SMALL = ["learn", "vqa", "--hidden", "8", "--batch", "8", "--updates", "25"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def learned(capsys, *arguments, code=0):
    assert run([*SMALL, *arguments]) == code
    return capsys.readouterr()


def test_the_report_tells_the_trial_and_the_way_there(capsys):
    out = learned(capsys).out
    found = json.loads(learned(capsys, "--json").out)
    assert out.startswith(f"After 25 updates {found['right']:.1%} of the answers to fresh data are right.")
    assert [p["updates"] for p in found["points"]] == [3, 6, 9, 12, 15, 18, 21, 24, 25]
    assert found["points"][0]["loss"] > found["points"][-1]["loss"]
    assert found["recipe"]["rate"] == 0.01


def test_the_way_there_is_written_as_data(capsys, tmp_path):
    assert learned(capsys, "-o", "way.csv").out == ""
    rows = list(csv.DictReader((tmp_path / "way.csv").read_text(encoding="utf-8").splitlines()))
    found = json.loads(learned(capsys, "--json").out)
    assert [float(row["loss"]) for row in rows] == [p["loss"] for p in found["points"]]


def test_what_was_learned_is_kept_and_answers_as_reported(capsys, tmp_path):
    found = json.loads(learned(capsys, "--save", "vqa.npz", "--json").out)
    made = prepare(Request(cell="vqa", hidden=8, batch=1000, seed=1))
    with np.load(tmp_path / "vqa.npz") as kept:
        made.values.update(kept)
    assert right(made.run()) == found["right"]


def test_it_starts_from_the_weights_that_other_commands_draw():
    """A rate that is next to nothing leaves them as they were."""
    first = prepare(Request(cell="vqa", hidden=8, batch=8)).values
    assert run([*SMALL, "--rate", "1e-12", "--save", "same.npz"]) == 0
    with np.load("same.npz") as kept:
        assert all(np.allclose(kept[name], value, atol=1e-9) for name, value in first.items())


@pytest.mark.parametrize("model", ["seq2seq", "captioner", "attention-captioner"])
def test_other_models_with_data_of_their_own_learn_too(model, capsys):
    assert run(["learn", model, "--hidden", "12", "--batch", "16", "--updates", "40", "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert points[-1]["loss"] < 0.9 * points[0]["loss"]
    assert 0 < points[-1]["right"] <= 1


def test_hard_attention_learns_by_the_score_function(capsys):
    line = [
        "learn",
        "attention-captioner",
        "--set",
        "attention=hard",
        "--batch",
        "16",
        "--updates",
        "60",
        "--rate",
        "0.005",
    ]
    for further in ([], ["--whole", "--entropy", "0"]):
        assert run([*line, *further, "--save", "hard.npz", "--json"]) == 0
        points = json.loads(capsys.readouterr().out)["points"]
        assert points[-1]["loss"] < 0.8 * points[0]["loss"]
        first = prepare(Request(cell="attention-captioner", batch=16, settings={"attention": "hard"})).values
        with np.load("hard.npz") as kept:
            assert np.abs(kept["v_a"] - first["v_a"]).max() > 0.01, "attention itself has learned"


def test_what_is_written_alone_is_told_of_captioners_only(capsys):
    assert run(["learn", "captioner", "--batch", "8", "--updates", "3"]) == 0
    assert re.search(r"Of what it writes by itself \d\.\d% is right as a whole\.", capsys.readouterr().out)
    assert json.loads(learned(capsys, "--json").out)["wholes"] is None


def test_learning_goes_on_from_weights(capsys):
    """A rate that is next to nothing leaves them as they were."""
    line = ["learn", "captioner", "--batch", "8", "--updates", "20"]
    assert run([*line, "--save", "first.npz"]) == 0
    assert run([*line, "--weights", "first.npz", "--rate", "1e-12", "--save", "same.npz"]) == 0
    with np.load("first.npz") as first, np.load("same.npz") as same:
        assert all(np.allclose(first[name], same[name], atol=1e-9) for name in first.files)


@pytest.mark.parametrize("model", ["gru", "char-lm", "bidirectional"])
def test_models_of_texts_learn_from_windows(model, capsys):
    assert run(["learn", model, "--hidden", "12", "--batch", "16", "--steps", "8", "--updates", "40"]) == 0
    out = capsys.readouterr().out
    assert "of the answers to windows of the text are right" in out
    losses = [float(line.split()[1]) for line in out.splitlines() if line[:1].isdigit()]
    assert losses[-1] < 0.9 * losses[0]


def test_the_lectures_word_is_learned(capsys):
    assert run(["learn", "rnn", "--text", "hello", "--hidden", "3", "--updates", "200"]) == 0
    assert "After 200 updates 100.0% of the answers" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*SMALL, "--save", "kept.pt"], "--save kept.pt: the name must end in .npz"),
        ([*SMALL, "-o", "way.svg"], "--output way.svg: the name must end in .txt, .json or .csv"),
        ([*SMALL, "--save", "nowhere/kept.npz"], "nowhere/kept.npz cannot be written"),
        ([*SMALL, "--optimiser", "newton"], "unknown optimiser 'newton'"),
        ([*SMALL, "--rate", "0"], "--rate must be positive"),
        ([*SMALL, "--clip-norm", "-1"], "--clip-norm must be positive"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, message, capsys):
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1
