"""attend: maps that follow the words, reports, pictures, files, and one line for whatever is wrong."""

import csv
import io
import json
import re
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from bptt_viz.analyses.attention import attention_maps, mass_on
from bptt_viz.app import run
from bptt_viz.commands.attend import _prepared as learned
from bptt_viz.errors import ExitCode
from bptt_viz.models import Request, prepare
from bptt_viz.models.questions import questions
from bptt_viz.render.attend_figure import attend_figure

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def printed(capsys, *line):
    assert run(list(line)) == ExitCode.PASS, capsys.readouterr().err
    return capsys.readouterr().out


def scenes(name, batch, seed=0):
    return learned(Request(cell=name, batch=batch, seed=seed))


@pytest.mark.parametrize("name", ["scenes", "scenes-hard"])
def test_attention_follows_the_words_and_captions_are_right(name):
    found = attention_maps(scenes(name, 60, 5), 300)
    assert found.mass.named > 0.8
    assert found.mass.largest > 0.9
    assert found.mass.uniform == 1 / 16
    right = [tuple(look.word for look in each.looks) == each.truth for each in found.shown]
    assert np.mean(right) > 0.85
    assert found.attention == ("hard" if name == "scenes-hard" else "soft")


def test_an_untrained_attention_does_not():
    found = attention_maps(prepare(Request(cell="attention-captioner", batch=5)), 200)
    assert found.mass.named < 0.15
    assert "does not follow" in found.finding


def test_the_mass_is_the_mean_weight_of_the_named_places():
    weights = np.array([[[0.7, 0.3], [0.2, 0.8]], [[0.5, 0.5], [0.1, 0.9]]])
    found = mass_on(weights, np.array([[0, -1], [-1, 0]]), 2)
    assert (found.words, found.named, found.largest) == (2, pytest.approx(0.4), 0.5)


def test_every_word_has_its_weights(tmp_path, capsys):
    told = json.loads(printed(capsys, "attend", "scenes", "--batch", "2", "--json"))
    for each in told["shown"]:
        for look in each["looks"]:
            assert sum(look["weights"]) == pytest.approx(1)
    printed(capsys, "attend", "scenes", "--batch", "2", "-o", "maps.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "maps.csv").read_text(encoding="utf-8"))))
    words = sum(len(each["looks"]) for each in told["shown"])
    assert len(rows) == 16 * words
    first = told["shown"][0]["looks"][0]["weights"]
    assert [float(row["alpha"]) for row in rows[:16]] == pytest.approx(first)


def test_the_picture_lights_the_places_and_frames_what_is_named():
    prepared = scenes("scenes-hard", 1)
    found = attention_maps(prepared, 0)
    (each,) = found.shown
    figure = attend_figure(found, list(prepared.batch.images))
    assert len(figure.axes) == len(each.looks) + 1
    for axes, look in zip(figure.axes[1:], each.looks, strict=True):
        assert [text.get_text() for text in axes.texts] == [look.word, f"{look.weights.max():.2f}"]
        drawn = axes.images[0].get_array()
        light = drawn.reshape(4, 8, 4, 8, 3).mean(axis=(1, 3, 4)) / prepared.batch.images[0].reshape(
            4, 8, 4, 8, 3
        ).mean(axis=(1, 3, 4))
        assert light.argmax() == look.weights.argmax()
        frames = [patch.get_xy() for patch in axes.patches]
        assert frames == ([] if look.named is None else [(look.named % 4, look.named // 4)])
        assert len(axes.lines) == 1


def test_an_image_of_ones_own_is_drawn_under_the_maps(tmp_path, capsys):
    matplotlib.image.imsave(tmp_path / "own.png", np.random.default_rng(0).random((20, 30, 3)))
    (tmp_path / "own.ppm").write_bytes(b"P6 2 2 255 " + bytes(range(12)))
    for file in ("own.png", "own.ppm"):
        printed(capsys, "attend", "scenes", "--fresh", "0", "--image", file, "-o", f"{file}.svg")
        assert "image/png;base64" in (tmp_path / f"{file}.svg").read_text(encoding="utf-8")


def test_texts_have_maps_over_their_symbols(capsys):
    out = printed(capsys, "attend", "seq2seq", "--set", "attention=dot", "--steps", "4")
    assert "attention=dot" in out
    printed(capsys, "attend", "seq2seq", "--set", "attention=dot", "-o", "maps.png")


def test_a_terminal_of_80_columns_is_enough(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = printed(capsys, "attend", "scenes", "--fresh", "20", "-o", "report.txt")
    assert out == ""
    assert "█" in (tmp_path / "report.txt").read_text(encoding="utf-8")


def test_the_estimator_reports_bias_and_variance(capsys):
    line = ("attend", "attention-captioner", "--hidden", "4", "--set", "attention=hard", "--estimator", "--words", "2")
    told = json.loads(printed(capsys, *line, "--json"))
    assert told["is_unbiased"] is True
    assert told["paths"] == 16
    assert [each["name"] for each in told["variances"]][:2] == ["no baseline", "moving average, as drawn"]
    assert told["variances"][1]["relative"] < 0.5
    assert "standard error" in printed(capsys, *line)


def test_what_was_learned_can_be_looked_at(capsys):
    line = ("learn", "attention-captioner", "--hidden", "6", "--batch", "4", "--updates", "3", "--save", "a.npz")
    printed(capsys, *line, "--set", "attention=hard")
    out = printed(
        capsys, "attend", "attention-captioner", "--weights", "a.npz", "--set", "attention=hard", "--fresh", "9"
    )
    assert "H=6" in out


def broken():
    yield ["attend", "captioner"], "no attention"
    yield ["attend", "rnn"], "no attention"
    yield ["attend", "attention-captioner", "--weights", "none.npz"], "none.npz"
    yield ["attend", "scenes", "--hidden", "5"], "--hidden 5"
    yield ["attend", "scenes", "--image", "none.png"], "no such file"
    yield ["attend", "scenes", "--image", "text.npz"], "cannot be read"
    yield ["attend", "scenes", "--estimator"], "hard"
    yield ["attend", "scenes-hard", "--estimator", "--places", "20"], "paths"
    yield ["attend", "scenes-hard", "--estimator", "-o", "a.svg"], ".txt or .json"
    yield ["attend", "scenes-hard", "--estimator", "--image", "a.png"], "--image"


@pytest.mark.parametrize(("line", "word"), broken())
def test_what_cannot_be_used_is_one_line(line, word, tmp_path, capsys):
    (tmp_path / "text.npz").write_text("no archive", encoding="utf-8")
    assert run(line) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert word in err


def test_the_page_shows_what_its_line_draws(tmp_path, capsys):
    page = (ROOT / "docs" / "attend.md").read_text(encoding="utf-8")
    line = re.search(r"^bptt-viz (attend scenes .+)$", page, re.MULTILINE)[1]
    (tmp_path / "docs/pictures").mkdir(parents=True)
    printed(capsys, *line.split())
    now, then = ((place / "docs/pictures/attend.svg").read_text(encoding="utf-8") for place in (tmp_path, ROOT))
    texts = [re.findall(r"<text[^>]*>([^<]+)</text>", picture) for picture in (now, then)]
    assert texts[0] == texts[1], f"draw it anew: bptt-viz {line}"


def test_a_question_is_shown_with_its_map_and_its_answer(capsys):
    assert run(["attend", "vqa", "--set", "attention=general", "--batch", "2", "--fresh", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    batch = questions(2, 0)
    for row, each in enumerate(found["shown"]):
        assert each["question"] == batch.question(row)
        assert each["truth"] == [batch.answers[batch.targets[0, row]]]
        (look,) = each["looks"]
        assert len(look["weights"]) == 16
        assert sum(look["weights"]) == pytest.approx(1)
    assert run(["attend", "vqa", "--set", "attention=general", "--batch", "2"]) == 0
    assert f"{batch.question(1)}? " in capsys.readouterr().out
