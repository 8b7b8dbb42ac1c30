"""The pages on PyTorch: what they show is what happens, where it is installed."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from commands import transcripts

DOCS = Path(__file__).parents[2] / "docs"
SESSIONS = [
    pytest.param(page, each, id=each.commands[0])
    for page in ("docs/check-pytorch.md", "docs/record-pytorch.md")
    for each in transcripts.sessions(page)
]
PAGES = "".join((DOCS / f"{name}-pytorch.md").read_text(encoding="utf-8") for name in ("check", "record"))
MODULE, TEST, MODEL = re.findall(r"^```python\n(.*?)^```$", PAGES, re.MULTILINE | re.DOTALL)

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
    monkeypatch.chdir(tmp_path)
    mended = MODULE.replace("dc * c * f,", "dc * c * f * (1 - f),")
    assert mended != MODULE
    (tmp_path / "fused.py").write_text(MODULE)
    (tmp_path / "fused_right.py").write_text(mended)
    (tmp_path / "translator.py").write_text(MODEL)


@pytest.mark.parametrize(("page", "session"), SESSIONS)
def test_a_session_shows_what_is_printed(page, session):
    assert transcripts.difference(page, session) == "", f"run it anew: python docs/_ext/sessions.py {page}"


def test_the_shown_test_fails_with_the_report(pytester):
    pytester.makepyfile(fused=MODULE, test_fused=TEST)
    pytester.makeini("[pytest]\npythonpath = .")
    installed = any(each.value == "bptt_viz.pytest_plugin" for each in entry_points(group="pytest11"))
    result = pytester.runpytest_subprocess(*([] if installed else ["-p", "bptt_viz.pytest_plugin"]))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*U, forget gate: *"])
