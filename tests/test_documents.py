"""What README, CONTRIBUTING and docs/ say is true: recipes are followed, examples run, links lead somewhere."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from commands import reference, transcripts

from bptt_viz.app import app, run
from bptt_viz.errors import ExitCode

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
COMMANDS = typer.main.get_command(app).commands


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, language):
    """Return the code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_reference_of_commands_is_up_to_date():
    assert text("docs/commands.md") == reference.page(), "write it anew: python tests/commands/reference.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings_that_exist(page):
    content = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", content):
        if not target.startswith(("http:", "https:")):
            path, _, heading = target.partition("#")
            found = (page.parent / path) if path else page
            assert found.exists(), target
            if heading:
                assert heading in anchors(found), target


def anchors(page):
    """Return what headings are called in links, as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


OWN_CELLS = [
    (page, next(name for name, source in transcripts.shown_files(page).items() if "(Cell):" in source))
    for page in ("README.md", "docs/own-cell.md")
]
TAKING_CELLS = [
    name
    for name, made in COMMANDS.items()
    if {"model", "targets"} & {p.name for p in made.params} and name != "attend"  # no cell has an attention
]


@pytest.mark.parametrize("command", TAKING_CELLS)
@pytest.mark.parametrize(("page", "name"), OWN_CELLS)
def test_every_command_takes_the_cell_of_ones_own(tmp_path, capsys, page, name, command):
    source = transcripts.shown_files(page)[name]
    assert len([line for line in source.splitlines() if line.strip()]) <= 20
    (tmp_path / name).write_text(source, encoding="utf-8")
    (made,) = re.findall(r"^class (\w+)\(Cell\)", source, re.MULTILINE)
    code = run([command, f"{name}:{made}"])
    if code == ExitCode.MISSING:
        pytest.skip("this machine has no renderer")
    assert code == ExitCode.PASS, capsys.readouterr().err


def test_the_options_of_the_cell_of_ones_own(tmp_path, capsys):
    (source,) = [block for block in blocks("docs/own-cell.md", "python") if "class Leaky" in block]
    (tmp_path / "leaky.py").write_text(source, encoding="utf-8")
    (line,) = [block for block in blocks("docs/own-cell.md", "sh") if "leaky" in block]
    assert run(shlex.split(line)[1:]) == ExitCode.PASS, capsys.readouterr().err


def test_the_program_of_own_cell_runs(tmp_path, capsys):
    (tmp_path / "mgu.py").write_text(transcripts.shown_files("docs/own-cell.md")["mgu.py"], encoding="utf-8")
    (source,) = [block for block in blocks("docs/own-cell.md", "python") if "cotangents" in block]
    exec(source, {})
    assert capsys.readouterr().out == "(8, 8) (8, 8) (1, 8)\n"


SESSIONS = [
    pytest.param(page, each, id=f"{page} {each.commands[0]}")
    for page in (*transcripts.PAGES, *transcripts.OF_CODE)
    for each in transcripts.sessions(page)
]


@pytest.mark.parametrize(("page", "session"), SESSIONS)
def test_a_session_shows_what_the_terminal_shows(page, session):
    assert transcripts.difference(page, session) == "", f"run it anew: python docs/_ext/sessions.py {page}"


def test_both_readmes_have_the_same_code_and_pictures():
    ours, theirs = (re.sub(r"^#.*", "", text(page), flags=re.MULTILINE) for page in transcripts.PAGES)
    for pattern in (r"^```.*?^```$", r"\]\((docs/pictures/[^)]+)\)"):
        found = [re.findall(pattern, each, re.MULTILINE | re.DOTALL) for each in (ours, theirs)]
        assert found[0] == found[1]


@pytest.mark.parametrize("picture", sorted(re.findall(r"\((docs/pictures/[^)]+)\)", text("README.md"))))
def test_a_picture_is_what_its_command_draws(picture, tmp_path):
    (line,) = [block for block in blocks("README.md", "sh") if picture in block]
    (tmp_path / picture).parent.mkdir(parents=True)
    code = run(shlex.split(line)[1:])
    if code == ExitCode.MISSING:
        pytest.skip("this machine has no renderer")
    assert code == ExitCode.PASS
    drawn, kept = ((place / picture).read_text(encoding="utf-8") for place in (tmp_path, ROOT))
    assert len(kept) < 200_000
    assert words(drawn) == words(kept), f"draw it anew: {line}"


def words(picture):
    """Return the words in an SVG's plain texts; numbers, places and formulas may move with the libraries' versions."""
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", picture)
    return [word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)]


@pytest.fixture
def checkout(tmp_path):
    """Copy the package; the returned function runs the copy's command line."""
    shutil.copytree(ROOT / "bptt_viz", tmp_path / "bptt_viz", ignore=shutil.ignore_patterns("__pycache__"))

    def ran(*arguments):
        line = [sys.executable, "-m", "bptt_viz", *arguments]
        variables = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run(line, env=variables, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.stderr == ""
        assert done.returncode == ExitCode.PASS
        return done.stdout

    return ran


def follow(tmp_path, name):
    """Write one file that CONTRIBUTING shows, or add to the one that is there."""
    path = tmp_path / name
    before = path.read_text(encoding="utf-8") + "\n\n" if path.exists() else ""
    path.write_text(before + transcripts.shown_files("CONTRIBUTING.md")[name], encoding="utf-8")


def test_the_recipe_for_a_cell(tmp_path, checkout):
    follow(tmp_path, "bptt_viz/cells/mgu.py")
    assert "h_t = (1 − f) ⊙ h_{t−1} + f ⊙ n" in checkout("list", "cells")
    assert checkout("check", "mgu").startswith("mgu  PASS")
    assert "mgu" in checkout("norms", "mgu", "--text", "hello")


def test_the_recipe_for_a_model(tmp_path, checkout):
    follow(tmp_path, "bptt_viz/models/jordan.py")
    assert "reads its own last scores" in checkout("list", "models")
    assert checkout("check", "jordan", "--truncate", "2", "--layers", "2").startswith("jordan  PASS")
    assert "jordan" in checkout("norms", "jordan", "--text", "hello")
    assert "y_4" in checkout("graph", "jordan", "--text", "hello", "--format", "json")


def test_the_recipe_for_a_primitive(tmp_path, checkout):
    follow(tmp_path, "bptt_viz/ops/elementwise.py")
    exported = tmp_path / "bptt_viz" / "ops" / "__init__.py"
    exported.write_text(exported.read_text(encoding="utf-8") + "\nfrom bptt_viz.ops.elementwise import sin\n")
    cell = transcripts.shown_files("docs/own-cell.md")["mgu.py"].replace("ops.tanh", "ops.sin")
    (tmp_path / "sine.py").write_text(cell, encoding="utf-8")
    assert "cos(a) ⊙ ḡ" in checkout("list", "primitives")
    assert "PASS" in checkout("check", "sine.py:MGU")


def test_the_recipe_for_a_command(tmp_path, checkout):
    follow(tmp_path, "bptt_viz/commands/loss.py")
    assert "Print the loss of an untrained model" in checkout("--help")
    assert float(checkout("loss", "lstm", "--steps", "10")) > 0
    checkout("loss", "lstm", "--steps", "10", "-o", "loss.txt")
    assert float((tmp_path / "loss.txt").read_text()) > 0
