"""Every model has a page with its equations, a picture that its command draws, and lines that work."""

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from bptt_viz.models import discover_models

ROOT = Path(__file__).parents[2]
MODELS = tuple(discover_models())
PAGES = {name: ROOT / "docs" / "models" / f"{name}.md" for name in MODELS}


def lines(name):
    return re.findall(r"^bptt-viz (.+)$", PAGES[name].read_text(encoding="utf-8"), re.MULTILINE)


LINES = [(name, line) for name in MODELS for line in lines(name)]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def words(picture):
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", picture)
    return [word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)]


@pytest.mark.parametrize(("name", "line"), LINES)
def test_the_lines_of_a_page_work(name, line, tmp_path, capsys):
    """A picture that is kept in the repository is as the line draws it; one in a folder of the reader's is not kept."""
    picture = next((part for part in shlex.split(line) if part.endswith(".svg")), None)
    if picture:
        (tmp_path / picture).parent.mkdir(parents=True, exist_ok=True)
    code = run(shlex.split(line))
    if code == ExitCode.MISSING:
        pytest.skip("this machine has no renderer")
    assert code == ExitCode.PASS, capsys.readouterr().err
    if picture and "/" in picture:
        drawn, kept = ((place / picture).read_text(encoding="utf-8") for place in (tmp_path, ROOT))
        assert words(drawn) == words(kept), f"draw it anew: bptt-viz {line}"


@pytest.mark.parametrize("name", MODELS)
def test_a_page_has_a_picture_equations_a_check_and_a_report(name):
    page = PAGES[name].read_text(encoding="utf-8")
    assert page.startswith(f"# `{name}`: ")
    assert f"](../pictures/models/{name}.svg)" in page
    assert "## Equations" in page
    assert "## Options" in page
    assert {"graph", "check", "norms"} <= {line.split()[0] for line in lines(name)}
    assert all(line.split()[1] == name for line in lines(name))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "command", ["check", "graph", "graph --level op", "norms", "norms --json", "graph --json", "check --json", "credit"]
)
def test_a_models_name_is_all_that_a_command_needs(name, command, capsys):
    first, *options = command.split()
    assert run([first, name, *options]) == ExitCode.PASS, capsys.readouterr().err


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(MODELS),
    key=st.sampled_from(["cell", "skip", "dropout", "softmax", "attention", "nothing", "sizes", "samples"]),
    value=st.sampled_from(["", "true", "-1", "lstm", "dot", "sampled", "0", "nan", "elman"]),
)
def test_any_option_either_works_or_is_one_line_of_error(name, key, value):
    code = run(["norms", name, "--hidden", "3", "--steps", "3", "--set", f"{key}={value}", "-o", "norms.txt"])
    assert code in {ExitCode.PASS, ExitCode.USAGE}
