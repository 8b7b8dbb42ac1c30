"""docs/check-pytorch.md: what it shows is what happens, where PyTorch is installed."""

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from commands.test_check_docs import assert_shows

from bptt_viz.app import run

PAGE = (Path(__file__).parents[2] / "docs" / "check-pytorch.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```\n\$ bptt-viz ([^\n]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
MODULE, TEST = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[:2]

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'bptt-viz[torch]'")
    monkeypatch.chdir(tmp_path)
    mended = MODULE.replace("dc * c * f,", "dc * c * f * (1 - f),")
    assert mended != MODULE
    (tmp_path / "fused.py").write_text(MODULE)
    (tmp_path / "fused_right.py").write_text(mended)


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
