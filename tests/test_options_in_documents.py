"""Every command and option that a page names exists, and defaults are the same in the page of commands and the code."""

import re
from pathlib import Path

import pytest
import typer

from bptt_viz.app import app
from bptt_viz.console.manual import default_of

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
COMMANDS = typer.main.get_command(app).commands
STYLES = {"--paper", "--gradient-text", "--state-fill"}  # variables of the SVG's style sheet that graph.md names
EVERYWHERE = {"--help", "--version", "--install-completion", "--show-completion"}


def flags(command):
    return EVERYWHERE | {flag for parameter in COMMANDS[command].params for flag in parameter.opts}


def lines(page):
    """Return the command lines of this program that a page shows, in blocks and in the running text."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    shown = re.findall(r"^(?:\$ |.*&& )?(?:\.venv/bin/)?bptt-viz ([a-z][^\n`#|>&]*)", text, re.MULTILINE)
    return shown + re.findall(r"`bptt-viz ([a-z][^`|>&]*)`", text)


NAMED = [(page, line) for page in PAGES if page.name != "CONTRIBUTING.md" for line in lines(page)]


def test_pages_show_command_lines():
    assert len(NAMED) > 100


@pytest.mark.parametrize("page", sorted({page for page, _ in NAMED}), ids=lambda page: page.name)
def test_commands_and_options_that_a_page_shows_exist(page):
    for line in {line for of, line in NAMED if of == page}:
        command, *words = line.split()
        assert command in COMMANDS, line
        given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        assert given <= flags(command), line


def test_options_that_pages_name_alone_exist():
    known = EVERYWHERE.union(*map(flags, COMMANDS))
    for page in PAGES:
        if page.parent.name == "docs" and page.stem in COMMANDS:
            named = set(re.findall(r"`(--[a-z][a-z-]*)", page.read_text(encoding="utf-8")))
            assert named <= known | STYLES, f"{page.name}: {named - known}"


def unlike(command, text):
    """Return the rows of a page's tables whose default is not the command's."""
    tables = re.findall(r"^\| option \| default \|.*\n(?:\|.*\n)+", text, re.MULTILINE)
    rows = re.findall(r"^\| `(--[a-z-]+)[^`|]*` \| ([^|]*) \|", "".join(tables), re.MULTILINE)
    options = {flag: parameter for parameter in COMMANDS[command].params for flag in parameter.opts}
    return [
        (flag, said)
        for flag, said in rows
        if flag in options
        and said.strip(" `") != default_of(options[flag].default)
        and options[flag].default is not None
    ]


WITH_TABLES = [page for page in PAGES if page.stem in COMMANDS and "| option | default |" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", WITH_TABLES, ids=lambda page: page.stem)
def test_defaults_in_a_pages_table_are_the_commands(page):
    assert unlike(page.stem, page.read_text(encoding="utf-8")) == []


def test_a_default_that_a_page_has_wrong_is_seen():
    table = "| option | default | meaning |\n|---|---|---|\n| `--steps` | 50 | T |\n| `--grid` | 31 | points |\n"
    assert unlike("surface", table) == [("--grid", "31")]
