"""What `--help` is: a page in fixed sections, eighty columns wide, that says the same of the same option everywhere."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import typer
from rich.cells import cell_len

from bptt_viz.app import app, run
from bptt_viz.checking.comparison import DEFAULT_RTOL
from bptt_viz.checking.differences import DEFAULT_STEP
from bptt_viz.console.manual import read_manual
from bptt_viz.errors import ExitCode
from bptt_viz.training.recipe import PRESETS

COMMANDS = typer.main.get_command(app).commands
DOCS = Path(__file__).parents[2] / "docs"
SECTIONS = ["Example", "Examples", "Arguments", "Options", "Model options", "Output options"]
SECTIONS += ["Exit codes", "Settings", "See also"]
ALWAYS = {"Output options", "Exit codes", "Settings", "See also"}

# Options that ask different things of different commands; every other one begins alike wherever it stands.
HOMONYMS = {
    "--activation",
    "--batch",
    "--bias",
    "--cell",
    "--clip-norm",
    "--clip-value",
    "--every",
    "--fail-on",
    "--format",
    "--fresh",
    "--grid",
    "--init",
    "--json",
    "--length",
    "--loss",
    "--matrix",
    "--number",
    "--output",
    "--plot",
    "--preset",
    "--rate",
    "--save",
    "--scale",
    "--seeds",
    "--set",
    "--start",
    "--steps",
    "--text",
    "--threshold",
    "--truncate",
    "--updates",
}


@pytest.fixture(params=COMMANDS)
def name(request):
    return request.param


@pytest.fixture
def page(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([name, "--help"]) == ExitCode.PASS
    return capsys.readouterr().out


def sections(page):
    """Return the sections by their titles; what stands before the first one has none."""
    parts = re.split(r"^([A-Z][a-z ]+):\n", page, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[0::2], strict=True))


def test_it_has_its_sections_in_order(page):
    found = list(sections(page))[1:]
    assert [title for title in SECTIONS if title in found] == found
    assert set(found) >= ALWAYS
    assert {"Example", "Examples"} & set(found)


def test_it_fits_eighty_columns(page):
    assert [line for line in page.splitlines() if cell_len(line) > 80] == []
    assert not re.search(r"\[[^\]\n]*\n", page), "a default or range goes over the end of a line"
    assert "\N{NO-BREAK SPACE}" not in page


def test_it_says_the_purpose_and_then_what_is_printed_or_written(page):
    _, usage, purpose, *more = sections(page)[""].replace("Usage", "\n\nUsage", 1).split("\n\n")
    assert usage.startswith("Usage: bptt-viz ")
    assert purpose.endswith(".")
    assert "".join(more).strip()


def test_every_option_stands_in_it_once(page, name):
    told = sections(page)
    rows = "".join(told.get(title, "") for title in SECTIONS if title.endswith("ptions"))
    flags = re.findall(r"^  (?:-\w, )?(--[a-z-]+)(?: |$)", rows, re.MULTILINE)
    declared = [max(each.opts, key=len) for each in COMMANDS[name].params if each.param_type_name == "option"]
    assert sorted(flags) == sorted([*declared, "--help"])


def test_a_default_that_settings_give_is_shown(capsys, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_WINDOWS", "7")
    run(["clipping", "--help"])
    assert "[default: 7; 1 to 1,000,000]" in capsys.readouterr().out


def test_what_it_refers_to_exists(name):
    named = read_manual(COMMANDS[name].help).see.split(", ")
    pages = [each for each in named if each.endswith(".md")]
    assert pages
    assert all((DOCS.parent / each).exists() for each in pages)
    assert set(named) - set(pages) <= set(COMMANDS) - {name}


def test_exit_codes_are_those_that_there_are(page, name):
    told = re.findall(r"^  (\d+)  +\S", sections(page)["Exit codes"], re.MULTILINE)
    assert told == sorted(told, key=int)
    assert set(map(int, told)) >= set(ExitCode) - {ExitCode.MISMATCH, ExitCode.INCONCLUSIVE}
    assert set(map(int, told)) <= set(ExitCode)
    assert ("1" in told) == (name in {"attend", "check", "norms", "reproduce"})


def test_the_same_option_begins_alike_everywhere():
    found = defaultdict(set)
    for command in COMMANDS.values():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                found[max(parameter.opts, key=len)].add(beginning(parameter.help))
    assert {flag for flag, said in found.items() if len(said) > 1} == HOMONYMS


def beginning(text):
    return re.split(r"[;.]| \[default", re.sub(r"^With --\w+: (\w)", lambda found: found[1].upper(), text))[0]


LEFT_OUT = {
    parameter.name: parameter.help
    for parameter in COMMANDS["train"].params
    if parameter.default is None and (parameter.help or "").endswith(" if left out.")
}


@pytest.mark.parametrize("option", LEFT_OUT)
def test_what_train_does_where_an_option_is_left_out_is_what_its_recipes_say(option):
    said = re.search(r"; ([^;]+) if left out", LEFT_OUT[option])[1]
    values = {getattr(recipe, option) for recipe in PRESETS.values()}
    if said == "that of the preset":
        assert len(values) > 1
    elif option not in {"back", "rate"}:  # which follow from other options
        assert values == {type(*values)(said)}


def test_the_tolerances_and_steps_that_check_names_are_those_of_the_methods():
    helps = {each.name: each.help for each in COMMANDS["check"].params}
    for option, table in (("rtol", DEFAULT_RTOL), ("eps", DEFAULT_STEP)):
        told = re.findall(r"(\d)e-(\d+)", helps[option])
        assert {float(f"{digit}e-{power}") for digit, power in told} == set(table.values())
        assert all(method.value in helps[option] for method in table)


def test_a_docstring_is_read_part_by_part():
    said = "Exit code 1: it is\n      so\n    Example: bptt-viz a\n    Example: bptt-viz b\n    See also: c, d"
    told = read_manual(f"Do it.\n\n    More\n    of it.\n\n    {said}\n    ")
    assert told.about == "Do it.\n\nMore\nof it."
    assert told.exits == {"1": "it is so"}
    assert told.examples == ("bptt-viz a", "bptt-viz b")
    assert told.see == "c, d"
