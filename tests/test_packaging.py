"""What the package shows to the outside: its public names, what importing them costs, what is shipped."""

import importlib
import os
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import bptt_viz

ROOT = Path(__file__).parents[1]
PACKAGE = [path for path in ROOT.glob("bptt_viz/**/*") if path.is_file() and "__pycache__" not in path.parts]
MADE = {"__pycache__", "_build", "auto_examples"}
TREE = [
    path
    for pattern in ("*.md", "*.py", "*.yml", "*.cff", "LICENSE", ".ci/*", "tests/**/*", "docs/**/*", "benchmarks/**/*")
    for path in ROOT.glob(pattern)
    if path.is_file() and not MADE & {*path.parts} and path.suffix != ".mo" and path.name != "sg_execution_times.rst"
]


def test_the_version_is_the_installed_one():
    assert version("bptt-viz") == bptt_viz.__version__


def test_the_version_to_cite_is_this_one():
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {bptt_viz.__version__}\n" in cited


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that builds a release of one kind from a folder and returns its file."""
    pytest.importorskip("hatchling", reason="the build backend comes with the extra `dev`")

    def build(kind, source=ROOT):
        place = tmp_path_factory.mktemp(kind)
        line = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(place)]
        variables = os.environ | {"SOURCE_DATE_EPOCH": "1764000000"}
        subprocess.run(line, cwd=source, env=variables, check=True, capture_output=True)
        (made,) = place.iterdir()
        return made

    return build


@pytest.fixture(scope="module")
def wheel(built):
    return built("wheel")


@pytest.fixture(scope="module")
def sdist(built):
    return built("sdist")


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_release_is_built_with_the_same_bytes_each_time(built, request, kind):
    first, second = request.getfixturevalue(kind), built(kind)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


def test_the_wheel_that_the_sdist_makes_is_the_same(built, wheel, sdist, tmp_path):
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert built("wheel", unpacked).read_bytes() == wheel.read_bytes()


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == {str(path.relative_to(ROOT)) for path in PACKAGE}
    assert {Path(name).suffix for name in shipped} >= {
        ".py",
        ".typed",
        ".npz",
        ".txt",
        ".toml",
        ".jinja",
        ".css",
        ".js",
    }


def test_the_sdist_holds_what_its_own_tests_read(sdist):
    with tarfile.open(sdist) as archive:
        shipped = {name.partition("/")[2] for name in archive.getnames()}
    assert shipped >= {str(path.relative_to(ROOT)) for path in [*PACKAGE, *TREE]}


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
        "from bptt_viz import Cell, Tape, backward, credit, norms, ops, record\n"
        "reveal_type(record('lstm', steps=3))\n"
        "reveal_type(norms('lstm').result)\n"
        "reveal_type(credit('lstm', saliency=3).result)\n"
        "reveal_type(ops.tanh)\n"
        "reveal_type(backward(Tape(), {}))\n"
        "reveal_type(Cell.states)\n"
    )
    out, err, code = api.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(program)])
    assert err == ""
    assert code == 0
    for kind in (
        "rollout.Rollout",
        "norms.NormReport",
        "saliency.Saliency",
        "node.Node",
        "backward.Cotangents",
        "tuple[str, ...]",
    ):
        assert kind.replace("tuple", "") in out
