"""What the package shows to the outside: its public names, what importing them costs, what is shipped."""

import importlib
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import bptt_viz


def test_the_version_is_the_installed_one():
    assert version("bptt-viz") == bptt_viz.__version__


def test_the_version_to_cite_is_this_one():
    cited = (Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {bptt_viz.__version__}\n" in cited


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_release_is_built_with_the_same_bytes_each_time(tmp_path, monkeypatch, kind):
    pytest.importorskip("hatchling", reason="the build backend comes with the extra `dev`")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    built = []
    for place in ("first", "second"):
        line = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(tmp_path / place)]
        subprocess.run(line, cwd=Path(__file__).parents[1], check=True, capture_output=True)
        built.append({file.name: file.read_bytes() for file in (tmp_path / place).iterdir()})
    assert built[0] == built[1]
    assert len(built[0]) == 1


def test_there_are_few_public_names():
    assert len(bptt_viz.__all__) <= 20
    assert sorted(bptt_viz.__all__) == bptt_viz.__all__


@pytest.mark.parametrize("name", bptt_viz.__all__)
def test_a_public_name_can_be_imported_and_is_documented(name):
    found = getattr(bptt_viz, name)
    assert found is getattr(importlib.import_module("bptt_viz"), name)
    assert name in dir(bptt_viz)
    assert (found.__doc__ or "").strip()


def test_a_name_that_is_not_there_is_missed_as_usual():
    with pytest.raises(AttributeError, match="module 'bptt_viz' has no attribute 'nothing'"):
        bptt_viz.nothing  # noqa: B018


def test_star_import_gives_the_public_names():
    space = {}
    exec("from bptt_viz import *", space)
    assert set(bptt_viz.__all__) <= set(space)


@pytest.mark.parametrize(
    ("line", "loads"),
    [
        ("import bptt_viz", False),
        ("from bptt_viz import __version__", False),
        ("from bptt_viz import UsageError", False),
        ("import bptt_viz; dir(bptt_viz)", False),
        ("from bptt_viz import Cell, ops", True),
        ("import bptt_viz; bptt_viz.ops.tanh", True),
    ],
)
def test_numpy_is_loaded_only_with_what_needs_it(line, loads):
    ask = f"{line}\nimport sys\nprint('numpy' in sys.modules, 'matplotlib' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    assert out.split() == [str(loads), "False"]


def test_the_program_is_installed():
    (script,) = entry_points(group="console_scripts", name="bptt-viz")
    assert callable(script.load())


def test_public_names_keep_their_types(tmp_path):
    api = pytest.importorskip("mypy.api", reason="mypy comes with the extra `dev`")
    program = tmp_path / "program.py"
    program.write_text(
        "from bptt_viz import Cell, Request, Tape, backward, ops, prepare\n"
        "reveal_type(prepare(Request()).run())\n"
        "reveal_type(ops.tanh)\n"
        "reveal_type(backward(Tape(), {}))\n"
        "reveal_type(Cell.states)\n"
    )
    out, err, code = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(program)])
    assert err == ""
    assert code == 0
    for kind in ("rollout.Rollout", "node.Node", "backward.Cotangents", "tuple[str, ...]"):
        assert kind.replace("tuple", "") in out
