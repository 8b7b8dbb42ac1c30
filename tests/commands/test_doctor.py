"""`bptt-viz doctor`: it tries the renderers for real, and says what to install when one does not work."""

import json
import sys

import numpy as np
import pytest

from bptt_viz import __version__
from bptt_viz.app import run
from bptt_viz.console import installation
from bptt_viz.console.installation import examine
from bptt_viz.errors import ExitCode
from commands.processes import run as run_process
from commands.processes import run_on_terminal


@pytest.fixture(autouse=True)
def no_dot(monkeypatch, tmp_path):
    """Stand on a machine without Graphviz's own programs."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture(autouse=True)
def own_pip(monkeypatch):
    monkeypatch.setattr(installation, "find_spec", lambda _: object())


@pytest.fixture
def sound():
    """Skip a test that needs a machine that can draw."""
    if not examine().healthy:
        pytest.skip("this machine has no renderer, or no fonts")


@pytest.fixture
def without(monkeypatch):
    """Make a package impossible to import."""

    def hide(package):
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)

    return hide


def doctor(capsys, *arguments):
    code = run(["doctor", *arguments])
    out, err = capsys.readouterr()
    assert err == ""
    return code, out


def test_a_sound_installation_passes(sound, capsys):
    code, out = doctor(capsys)
    assert code == ExitCode.PASS
    assert "pygraphviz       OK" in out
    assert "matplotlib       OK" in out
    assert out.endswith("Everything that bptt-viz needs works.\n")


def test_versions_are_the_installed_ones(capsys):
    versions = json.loads(doctor(capsys, "--json")[1])["versions"]
    assert versions["bptt-viz"] == __version__
    assert versions["Python"] == sys.version.split()[0]
    assert versions["numpy"] == np.__version__
    assert {"typer", "rich", "matplotlib", "graphviz", "pygraphviz"} <= set(versions)
    assert "pytest" not in versions


def test_the_blas_and_its_threads_are_named():
    (library, *_) = examine().blas
    assert library.name
    assert library.threads >= 1


@pytest.mark.parametrize("package", ["pygraphviz", "matplotlib"])
def test_a_missing_renderer_is_exit_code_3_with_the_line_that_installs_it(sound, capsys, without, package):
    without(package)
    code, out = doctor(capsys)
    assert code == ExitCode.MISSING
    assert f"pip install {package}" in out
    assert out.endswith(f"Pictures cannot be drawn: {package} does not work.\n")


def test_missing_system_libraries_are_named(capsys, monkeypatch, tmp_path, without):
    without("pygraphviz")
    monkeypatch.delitem(sys.modules, "pygraphviz")
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('libgobject-2.0.so.0: cannot open')")
    monkeypatch.syspath_prepend(tmp_path)
    code, out = doctor(capsys)
    assert code == ExitCode.MISSING
    assert "libgobject-2.0.so.0: cannot open; apt-get install libglib2.0-0" in out


def test_missing_fonts_are_noticed(sound, capsys, monkeypatch):
    """What is drawn does not depend on the letters then."""
    monkeypatch.setattr("pygraphviz.AGraph.draw", lambda _, format, prog: installation._STARTS[format])
    code, out = doctor(capsys)
    assert code == ExitCode.MISSING
    assert "no font is found" in out


def test_dot_stands_in_for_pygraphviz(capsys, without, tmp_path):
    without("pygraphviz")
    for name, text in (("dot", "echo dot - graphviz version 9 >&2"), ("neato", "echo '<?xml ?>'")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    code, out = doctor(capsys)
    assert code == ExitCode.PASS
    assert "dot on PATH      OK  dot - graphviz version 9: svg" in out


def test_a_dot_that_fails_is_no_stand_in(capsys, without, tmp_path):
    without("pygraphviz")
    for name in ("dot", "neato"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    assert doctor(capsys)[0] == ExitCode.MISSING


def test_a_renderer_that_draws_nonsense_is_no_renderer(sound, capsys, monkeypatch):
    monkeypatch.setattr(installation, "_by_pygraphviz", lambda: ({"svg": b"<?xml", "png": b""}, "Graphviz 0"))
    code, out = doctor(capsys)
    assert code == ExitCode.MISSING
    assert "Graphviz 0: no usable png" in out


def test_an_incomplete_extra_is_no_fault_but_shows_its_install_line(sound, capsys, monkeypatch):
    monkeypatch.setattr(installation, "_requirements", lambda: iter([("numpy", ""), ("no-such", "wings")]))
    monkeypatch.setattr(installation, "_place", lambda: "'bptt-viz")
    code, out = doctor(capsys)
    assert code == ExitCode.PASS
    assert "wings            without no-such; pip install 'bptt-viz[wings]'" in out


def test_an_environment_without_pip_is_served_from_outside(capsys, monkeypatch, without):
    monkeypatch.setattr(installation, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "prefix", "/my place")
    without("pygraphviz")
    assert "python3 -m pip --python '/my place' install pygraphviz" in doctor(capsys)[1]


@pytest.mark.parametrize(
    ("recorded", "place"),
    [
        (None, "'bptt-viz"),
        ('{"url": "file:///a%20b", "dir_info": {"editable": true}}', "-e '/a b"),
        ('{"url": "file:///a", "dir_info": {}}', "'/a"),
        ('{"url": "https://example.org/x.whl"}', "'bptt-viz"),
    ],
)
def test_the_install_line_leads_to_where_this_one_came_from(monkeypatch, recorded, place):
    class Found:
        def read_text(self, _):
            return recorded

    monkeypatch.setattr(installation, "distribution", lambda _: Found())
    assert installation._place() == place


def test_without_numpy_there_is_still_a_diagnosis(capsys, without, monkeypatch):
    without("numpy")
    without("matplotlib")
    monkeypatch.setattr("bptt_viz.console.output.version", lambda _: installation.distribution("no-such-package"))
    code, out = doctor(capsys, "--json")
    assert code == ExitCode.MISSING
    document = json.loads(out)
    assert document["versions"]["numpy"] == "missing"
    assert document["blas"] == []


def test_the_terminal_is_described_as_it_is():
    assert "standard output  a terminal" in run_on_terminal("doctor", columns=99, NO_COLOR="1")[1]
    assert "width            99" in run_on_terminal("doctor", columns=99, NO_COLOR="1")[1]
    assert "colours          yes" in run_on_terminal("doctor", FORCE_COLOR="1")[1].replace("\x1b[32m", "")
    assert "standard output  no terminal" in run_process("doctor")[1]


def test_a_closed_standard_error_is_no_fault(sound):
    code, out, _ = run_process("-c", f"{sys.executable} -m bptt_viz doctor 2>&-", command=("/bin/sh",))
    assert code == ExitCode.PASS
    assert "OK" in out
