"""`bptt-viz bias`: what it prints and writes, and how it refuses."""

import csv
import json
import re
from pathlib import Path

import pytest

from bptt_viz.app import run

SMALL = ["bias", "--updates", "8", "--tested", "60", "--seeds", "2", "--hidden", "6", "--batch", "16"]
PAGE = (Path(__file__).parents[2] / "docs" / "bias.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def ran(capsys, *arguments, code=0):
    assert run([*SMALL, *arguments]) == code
    return capsys.readouterr()


def test_options_reach_the_study(capsys):
    given = [
        "--bias",
        ".7",
        "--women",
        ".5",
        "--evident",
        ".6",
        "--neutral",
        ".2",
        "--confusion",
        "3",
        "--confident",
        "2",
    ]
    found = json.loads(ran(capsys, *given, "--cell", "lstm", "--seed", "4", "--json").out)
    setting = found["setting"]
    assert [setting[name] for name in ("bias", "women", "evident", "neutral")] == [0.7, 0.5, 0.6, 0.2]
    assert (setting["confusion"], setting["confident"], setting["cell"], setting["seed"]) == (3, 2, "lstm", 4)
    assert (setting["updates"], setting["tested"], setting["seeds"]) == (8, 60, 2)
    assert (setting["hidden"], setting["batch"]) == (6, 16)


def test_the_report_has_every_kind_and_says_that_the_data_are_made_up(capsys):
    out = ran(capsys).out
    assert out.startswith("Trained at a bias of 0.9, on balanced images: both losses take the error rate from ")
    assert "Made-up images and captions of two groups" in out
    for name in ("baseline", "+ confusion", "+ confident", "+ both"):
        assert out.count(f"  {name}") == 4 - (name == "baseline")
    assert "divergence" in out
    assert " of 2" in out


def test_what_has_no_number_at_extreme_rates_is_left_out_without_warnings(capsys):
    line = "--hidden 4 --updates 3 --seeds 2 --batch 3 --rate 2.5 --women 0.3"
    assert run(["bias", *line.split()]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "nan" not in out


def test_data_have_a_line_for_each_kind_seed_and_test(capsys, tmp_path):
    ran(capsys, "-o", "bias.csv")
    rows = list(csv.DictReader((tmp_path / "bias.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 4 * 2 * 2
    found = json.loads(ran(capsys, "--json").out)
    errors = [error for variant in found["variants"] for error in variant["balanced"]["error"]]
    assert [float(row["error"]) for row in rows if row["test"] == "balanced"] == errors
    for row in rows:
        shares = [float(row[f"women_{name}"]) for name in ("correct", "incorrect", "other")]
        assert sum(shares) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("extreme", [("--evident", "0"), ("--women", "0"), ("--women", "1"), ("--bias", "1")])
def test_shares_of_nothing_and_of_all_are_reported_without_a_warning(extreme, capsys):
    done = ran(capsys, *extreme, "-o", "bias.svg")
    assert done.err == ""
    assert ("–" in done.out) == (extreme[0] != "--bias")


def test_the_figure_has_its_finding_and_every_panel(capsys, tmp_path):
    ran(capsys, "-o", "bias.svg")
    picture = (tmp_path / "bias.svg").read_text(encoding="utf-8")
    for word in (
        "error rate",
        "said women / men",
        "divergence of outcomes",
        "gap without the person",
        "+ both",
        "truth",
    ):
        assert word in picture
    assert "What is measured is this setting, not people." in re.sub(r"</?tspan[^>]*>|\s+", " ", picture) or (
        "not people." in picture
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bias", "1.1"], "bias is a probability, from 0 to 1, got 1.1"),
        (["--confusion", "0"], "--confusion and --confident must be positive"),
        (["--cell", "elman"], "unknown cell 'elman'"),
        (["-o", "bias.gif"], "the name must end in one of"),
    ],
)
def test_what_cannot_be_studied_is_one_line(arguments, message, capsys):
    err = ran(capsys, *arguments, code=2).err
    assert message in err
    assert len(err.splitlines()) == 1


def test_the_page_its_picture_and_its_table_are_of_one_run():
    """The run takes a minute, so it is not repeated here; a picture drawn anew must go with a new transcript."""
    picture = (Path(__file__).parents[2] / "docs" / "pictures" / "bias.svg").read_text(encoding="utf-8")
    drawn = " ".join(re.findall(r"<text[^>]*>([^<]+)</text>", picture))
    finding = " ".join(PAGE.partition("$ bptt-viz bias\n")[2].partition("\ngru, ")[0].split())
    figures = re.findall(r"\d+(?:\.\d+)?%", finding)
    assert len(figures) == 6
    assert all(figure in drawn for figure in figures)
    baseline, *_, both = re.findall(r"([\d.]+) ± ", re.findall("^error rate .*", PAGE, re.MULTILINE)[0])
    assert f"from {baseline}% to {both}%" in finding


def test_the_page_says_what_the_study_is_not():
    assert "## What it is not" in PAGE
