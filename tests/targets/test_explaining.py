"""What `--explain` shows: what each thing was taken for and why, what is missing, and a declaration that works."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bptt_viz.targets.api import check_file
from bptt_viz.targets.files import explain_code

CODE = '''import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    - x: of shape (N, D)
    - prev_h: of shape (N, H)
    """
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(0)


def scale_forward(x, config):
    return x * config["gain"], (x, config)


def scale_backward(dout, cache):
    x, config = cache
    return dout * config["gain"]
'''


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rnn.py").write_text(CODE)
    return tmp_path


def entry(name):
    return {each.name: each for each in explain_code("rnn.py").targets}[name]


def test_shapes_come_with_what_says_them(file):
    told = {each.subject: (each.meaning, each.basis) for each in entry("rnn_step_forward").shapes}
    assert told["x"] == ("N D", "docstring")
    assert told["Wh"] == ("H H", "usage")


def test_names_come_with_what_they_were_taken_for(file):
    told = {each.subject: each.meaning for each in entry("rnn_step_forward").names}
    assert told["dnext_h"] == "cotangent of next_h"
    assert told["cache"] == "cache, as returned"


def test_what_is_refused_says_what_is_missing(file):
    found = entry("scale_forward")
    assert "dict of settings as config (gain)" in found.reason
    assert found.missing == ("constants",)


@pytest.mark.parametrize("name", ["rnn_step_forward", "scale_forward"])
def test_what_is_printed_works_when_pasted(file, name):
    (file / "pyproject.toml").write_text(entry(name).declaration)
    assert len(tomllib.loads(entry(name).declaration)["tool"]["bptt_viz"]["targets"][name]) <= 6
    found = {each.target.rpartition("::")[2]: each.outcome for each in check_file("rnn.py")}
    assert found[name] == "ok"


def test_what_is_found_and_printed_is_checked_alike(file):
    before = [each.outcome for each in check_file("rnn.py::rnn_step")]
    (file / "pyproject.toml").write_text(entry("rnn_step_forward").declaration)
    after = [each.outcome for each in check_file("rnn.py::rnn_step_forward")]
    assert before == after == ["ok"]


SNIPPETS = Path(__file__).parent / "snippets"
SHOW = f"""
import os, sys
sys.path.insert(0, {str(SNIPPETS.parents[1])!r})
os.chdir({str(SNIPPETS)!r})
from targets.test_recognise import FILES, declared
print("".join(declared(name) for name in FILES))
"""


@pytest.mark.parametrize("seed", ["1", "2", "12345"])
def test_what_is_recognised_does_not_depend_on_the_order_of_hashes(seed):
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    run = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    wanted = "".join(path.read_text(encoding="utf-8") for path in sorted(SNIPPETS.glob("*.toml")))
    assert re.sub(r"\s+", " ", run.stdout).strip() == re.sub(r"\s+", " ", wanted).strip()
