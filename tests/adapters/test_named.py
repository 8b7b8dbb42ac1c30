"""What `pkg.mod:obj` and `file.py:obj` name on the command line: cells, functions of frameworks, or what is missing."""

import json
import sys

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

CELL = """
from bptt_viz import Cell, ops

class Plain(Cell):
    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        return {"h": ops.tanh(x @ p.W_xh + s.h @ p.W_hh)}

class Models:
    own = Plain

number = 3
"""


@pytest.fixture(autouse=True)
def package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "own_package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "cells.py").write_text(CELL)
    (folder / "broken.py").write_text("import no_such_package\n")
    (folder / "leaving.py").write_text("raise SystemExit(0)\n")
    yield
    for name in [name for name in sys.modules if name.startswith("own_package")]:
        del sys.modules[name]


@pytest.fixture
def checked(capsys):
    def ran(*arguments):
        return run(["check", *arguments]), *capsys.readouterr()

    return ran


@pytest.mark.parametrize("target", ["own_package.cells:Plain", "own_package.cells:Models.own"])
def test_a_cell_in_a_module_is_checked_like_one_in_a_file(checked, target):
    code, out, err = checked(target, "--hidden", "3", "--json")
    assert (code, err) == (ExitCode.PASS, "")
    (found,) = json.loads(out)["targets"]
    assert found["target"] == target
    assert found["cases"][0]["comparisons"][1]["size"] == 9


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("own_package.none:Plain", "there is no module 'own_package.none'"),
        ("no_such_package.cells:Plain", "there is no module 'no_such_package.cells'"),
        ("own_package.cells:None_", "own_package.cells has no 'None_'"),
        ("own_package.cells:Plain.none", "own_package.cells has no 'Plain.none'"),
        ("own_package.broken:Plain", "own_package.broken cannot be imported: No module named 'no_such_package'"),
        ("own_package.leaving:Plain", "own_package.leaving cannot be imported: SystemExit: 0"),
        ("own_package.cells:number", "own_package.cells:number: int is no class derived from bptt_viz.Cell"),
        ("own_package/cells.py:number", "own_package/cells.py:number: int is no class derived from"),
        ("own_package.cells:", "unknown"),
        ("own_package.cells:3", "unknown"),
        ("math:sqrt", "math:sqrt: sqrt is no class derived from"),
    ],
)
def test_what_names_nothing_that_can_be_checked(checked, target, said):
    code, out, err = checked(target)
    assert (code, out) == (ExitCode.USAGE, "")
    assert len(err.splitlines()) == 1
    assert said in err


@pytest.mark.parametrize("framework", ["torch", "jax", "autograd"])
def test_a_missing_framework_is_exit_code_3_with_the_line_that_installs_it(checked, monkeypatch, tmp_path, framework):
    monkeypatch.setitem(sys.modules, framework, None)
    monkeypatch.setattr("bptt_viz.adapters.named.find_spec", lambda _: None)
    (tmp_path / "uses.py").write_text(f"import {framework}\n\ndef target(x):\n    return x\n")
    for target in ("uses.py:target", "uses:target"):
        code, out, err = checked(target)
        assert (code, out) == (ExitCode.MISSING, "")
        assert err == f"bptt-viz: {framework} is not installed; pip install 'bptt-viz[{framework}]'\n"


def test_nothing_else_needs_a_framework(checked, monkeypatch):
    for framework in ("torch", "jax", "autograd"):
        monkeypatch.setitem(sys.modules, framework, None)
    assert checked("rnn")[0] == ExitCode.PASS
    assert checked("own_package.cells:Plain")[0] == ExitCode.PASS
