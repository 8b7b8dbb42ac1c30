"""The pages on PyTorch: what they show is what happens, where it is installed."""

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from commands.test_check_docs import assert_shows

from bptt_viz.app import run

DOCS = Path(__file__).parents[2] / "docs"
PAGES = "".join((DOCS / f"{name}-pytorch.md").read_text(encoding="utf-8") for name in ("check", "record"))
SHOWN = re.findall(r"^```\n\$ bptt-viz ([^\n]+)\n(.*?)^```$", PAGES, re.MULTILINE | re.DOTALL)
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


@pytest.mark.parametrize(("line", "shown"), SHOWN, ids=[line for line, _ in SHOWN])
def test_a_shown_command_prints_what_is_shown(line, shown, capsys):
    run(shlex.split(line))
    assert_shows(capsys.readouterr().out, shown)


def test_the_shown_test_fails_with_the_report(pytester):
    pytester.makepyfile(fused=MODULE, test_fused=TEST)
    pytester.makeini("[pytest]\npythonpath = .")
    installed = any(each.value == "bptt_viz.pytest_plugin" for each in entry_points(group="pytest11"))
    result = pytester.runpytest_subprocess(*([] if installed else ["-p", "bptt_viz.pytest_plugin"]))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*U, forget gate: *"])
