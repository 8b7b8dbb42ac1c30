"""docs/check.md, docs/ci.md and the files for CI services: what they show is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bptt_viz.app import run

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("check.md", "ci.md")}


def blocks(page, language=""):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """Lay out the small repository of the pages and work in it."""
    monkeypatch.chdir(tmp_path)
    cell, (tests, by_hand) = blocks("check.md", "python")[0], blocks("ci.md", "python")
    files = {"cells.py": cell, "test_cells.py": tests, "test_by_hand.py": by_hand}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def with_targets(repository):
    (repository / "pyproject.toml").write_text(blocks("ci.md", "toml")[0], encoding="utf-8")


def structure(text):
    """Return a line without its numbers and the widths that depend on them."""
    return " ".join(re.sub(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?|\be-?\d+", "#", text).split())


def test_the_tests_of_the_page_pass_and_fail_as_it_says():
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider", "--rootdir", "."],
        env=clean,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "1 failed, 4 passed" in done.stdout
    (shown,) = [block for block in blocks("ci.md") if block.startswith("$ pytest\n")]
    sentence = next(line for line in shown.splitlines() if line.startswith("ScaledRNN  MISMATCH"))
    assert any(structure(line) == structure(sentence) for line in done.stdout.splitlines())


def test_the_summary_that_is_shown_is_the_one_that_is_written(repository, with_targets, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "summary.md"))
    run(["check"])
    written = [line for line in (repository / "summary.md").read_text(encoding="utf-8").splitlines() if "|" in line]
    shown = [line.removeprefix("> ") for line in PAGES["ci.md"].splitlines() if line.startswith("> |")]
    assert [structure(line) for line in written] == [structure(line) for line in shown]
    capsys.readouterr()


def action_script():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    *_, script = re.findall(r"^      run: \|\n((?:        .*\n)+)", text, re.MULTILINE)
    return script


@pytest.mark.skipif(os.name == "nt", reason="the runner's bash is not in the path there")
@pytest.mark.parametrize(
    ("targets", "options", "code", "said"),
    [
        ("", "", 1, "::error file=cells.py,line="),
        ("rnn  lstm\n", "", 0, "lstm  PASS"),
        ("rnn", "--shapes 1x1 --full", 0, "3 cases"),
        ("$(touch broken)", "", 2, ""),
        ("*", "", 2, ""),
    ],
)
def test_the_action_checks_its_inputs_and_runs_nothing_else(repository, with_targets, targets, options, code, said):
    interpreter = str(Path(sys.executable).parent)
    variables = os.environ | {"TARGETS": targets, "ARGS": options, "PATH": f"{interpreter}:{os.environ['PATH']}"}
    command = ["bash", "-eo", "pipefail", "-c", action_script()]
    done = subprocess.run(command, env=variables, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code
    assert said in done.stdout
    assert not (repository / "broken").exists()


def test_the_hook_runs_a_command_that_exists_without_file_names():
    text = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert re.search(r"^  entry: bptt-viz check$", text, re.MULTILINE)
    assert re.search(r"^  pass_filenames: false$", text, re.MULTILINE)
    assert re.search(r"^- id: (.+)$", text, re.MULTILINE)[1] in PAGES["ci.md"]


def test_every_option_and_verdict_that_the_pages_name_exists(capsys):
    run(["check", "--help"])
    known = set(re.findall(r"--[a-z0-9-]+", capsys.readouterr().out))
    elsewhere = {"--all-files", "--strict-markers"}
    named = {option for page in PAGES.values() for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", page)}
    assert named - elsewhere <= known
