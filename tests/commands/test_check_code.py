"""`bptt-viz check` of users' own files: outcomes, exit codes and formats."""

import json
from xml.etree import ElementTree as ET

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

LAYERS = '''
import numpy as np

print("loading")


def right_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    print("running", {"schema_version": 0})
    return np.tanh(x.dot(w)), (x, w)


def right_backward(dout, cache):
    x, w = cache
    slope = dout * (1 - np.tanh(x.dot(w)) ** 2)
    return slope.dot(w.T), x.T.dot(slope)


def wrong_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    return x.dot(w), (x, w)


def wrong_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), -x.T.dot(dout)


def mean_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    return x.dot(w), (x, w)


def mean_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T) / len(x), x.T.dot(dout) / len(x)


def todo_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    return x.dot(w), (x, w)


def todo_backward(dout, cache):
    dx, dw = None, None
    # TODO
    return dx, dw


def crash_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    return x.dot(w), (x, w)


def crash_backward(dout, cache):
    x, w = cache
    dx, dw = dout.dot(w.T), x.T.dot(dout)
    return dx, dw, cache[2]


def overflow_forward(x, w):
    """x of shape (N, D), w of shape (D, M)"""
    return x.dot(w) / 0.0, (x, w)


def overflow_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), x.T.dot(dout)
'''
OUTCOMES = {
    "right": ("ok", ExitCode.PASS),
    "wrong": ("wrong", ExitCode.MISMATCH),
    "mean": ("scaled", ExitCode.PASS),
    "todo": ("todo", ExitCode.INCONCLUSIVE),
    "crash": ("crashed", ExitCode.MISMATCH),
    "overflow": ("inconclusive", ExitCode.INCONCLUSIVE),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layers.py").write_text(LAYERS)
    return tmp_path


@pytest.fixture
def checked(capsys):
    """Run a check and return exit code and standard output; nothing else may be said."""

    def ran(*arguments):
        code = run(["check", *arguments])
        out, err = capsys.readouterr()
        assert err == ""
        return code, out

    return ran


def by_name(out):
    return {target["target"].removeprefix("layers.py::"): target for target in json.loads(out)["targets"]}


def test_a_whole_file_has_one_line_a_pair_and_a_tally(checked):
    code, out = checked("layers.py")
    lines = out.splitlines()
    assert code == ExitCode.MISMATCH
    assert lines[0] == "layers.py"
    heads = [line.split()[:2] for line in lines if line.startswith("  ") and not line.startswith("   ")]
    assert [word for _, word in heads] == [outcome.upper() for outcome, _ in OUTCOMES.values()]
    assert "6 targets: 1 OK, 1 WRONG, 1 SCALED, 1 TODO, 1 CRASHED, 1 INCONCLUSIVE" in lines


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", OUTCOMES)
def test_the_exit_code_is_that_of_the_outcome_in_every_format(checked, name, form):
    outcome, code = OUTCOMES[name]
    given, out = checked(f"layers.py::{name}", "--format", form)
    assert given == code
    assert outcome in out.lower()


def test_json_has_the_outcomes_and_nothing_that_the_code_prints(checked):
    document = json.loads(checked("layers.py", "--json")[1])
    found = by_name(checked("layers.py", "--json")[1])
    assert document["schema_version"] == 1
    assert {name: target["outcome"] for name, target in found.items()} == {n: o for n, (o, _) in OUTCOMES.items()}
    assert found["mean"]["law"] == "1/N"
    assert found["wrong"]["hint"] == "dw has the wrong sign"
    assert found["crash"]["raised"] == {
        "file": "layers.py",
        "line": LAYERS.splitlines().index("    return dx, dw, cache[2]") + 1,
        "function": "crash_backward",
        "text": "return dx, dw, cache[2]",
        "cell": None,
    }
    assert [target["verdict"] for target in found.values()] == [
        "pass",
        "mismatch",
        "pass",
        "pass",
        "mismatch",
        "inconclusive",
    ]


@pytest.mark.parametrize(
    ("name", "outcomes", "code"),
    [
        ("mean", "scaled", ExitCode.MISMATCH),
        ("mean", "wrong,scaled", ExitCode.MISMATCH),
        ("todo", "todo", ExitCode.MISMATCH),
        ("wrong", "none", ExitCode.PASS),
        ("crash", "wrong", ExitCode.PASS),
        ("overflow", "none", ExitCode.INCONCLUSIVE),
    ],
)
def test_what_fails_the_run_can_be_set(checked, name, outcomes, code):
    assert checked(f"layers.py::{name}", "--fail-on", outcomes)[0] == code


def test_an_outcome_that_does_not_exist_is_refused(capsys):
    assert run(["check", "layers.py", "--fail-on", "wrogn"]) == ExitCode.USAGE
    assert "no outcome 'wrogn'; choose from wrong, scaled" in capsys.readouterr().err


def test_files_stand_beside_cells_of_ours(checked):
    code, out = checked("rnn", "layers.py::right", "--json", "--shapes", "2x3")
    names = [target["target"] for target in json.loads(out)["targets"]]
    assert (code, names) == (ExitCode.PASS, ["rnn", "layers.py::right"])


def test_a_file_without_anything_to_check_is_not_recognised_and_the_others_are_checked(checked, folder):
    (folder / "nothing.py").write_text("x = 1\n")
    code, out = checked("nothing.py", "layers.py::right", "--json")
    assert code == ExitCode.MISMATCH
    assert [target["outcome"] for target in json.loads(out)["targets"]] == ["not-recognised", "ok"]


def test_a_file_of_python_2_says_what_to_change(checked, folder):
    (folder / "old.py").write_text("def f_forward(x):\n    print x\n")
    code, out = checked("old.py")
    assert code == ExitCode.MISMATCH
    assert "PYTHON 2" in out
    assert "print" in out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.py", "missing.py"),
        ("layers.py::nothing", "no pair called 'nothing'; there are right"),
        ("missing.ipynb", "missing.ipynb"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(capsys, name, said):
    assert run(["check", name]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert said in err


def test_a_notebook_counts_lines_in_cells(checked, folder):
    cells = [
        LAYERS.split("def wrong_forward", maxsplit=1)[0],
        "def crash_forward" + LAYERS.split("def crash_forward")[1].split("def overflow", maxsplit=1)[0],
    ]
    made = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None} for text in cells
    ]
    document = {"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
    (folder / "notes.ipynb").write_text(json.dumps(document))
    code, out = checked("notes.ipynb", "--json")
    raised = json.loads(out)["targets"][1]["raised"]
    assert code == ExitCode.MISMATCH
    assert (raised["cell"], raised["line"]) == (2, 9)
    assert "at notes.ipynb, cell 2, line 9 in crash_backward: return dx, dw, cache[2]" in checked("notes.ipynb")[1]


def test_junit_has_one_test_a_pair_with_its_outcome_as_type(checked):
    root = ET.fromstring(checked("layers.py", "--format", "junit")[1])
    cases = {suite[-1].get("name"): suite[-1] for suite in root}
    kinds = {name: [(child.tag, child.get("type")) for child in case] for name, case in cases.items()}
    assert kinds == {
        "right": [],
        "wrong": [("failure", "wrong")],
        "mean": [("system-out", None)],
        "todo": [("skipped", "todo")],
        "crash": [("failure", "crashed")],
        "overflow": [("error", "inconclusive")],
    }
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "2", "1", "1"]


def test_annotations_are_errors_warnings_and_notices_at_the_line_that_raised(checked):
    commands = [line for line in checked("layers.py", "--format", "github")[1].splitlines() if line.startswith("::")]
    assert [line.split(" ")[0] for line in commands] == ["::error", "::warning", "::notice", "::error", "::warning"]
    line = LAYERS.splitlines().index("    return dx, dw, cache[2]") + 1
    assert f"file=layers.py,line={line},title=gradient crashed%3A layers.py%3A%3Acrash" in commands[3]


def test_targets_of_pyproject_may_be_files(checked, folder, monkeypatch):
    (folder / "pyproject.toml").write_text('[tool.bptt_viz.check]\ntargets = ["layers.py::right"]\nfail_on = ["ok"]\n')
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")
    (folder / "pyproject.toml").write_text(
        '[tool.bptt_viz.check]\ntargets = ["layers.py::right"]\nfail_on = ["scaled"]\n'
    )
    code, out = checked("--json")
    assert (code, json.loads(out)["targets"][0]["target"]) == (ExitCode.PASS, "../layers.py::right")


def test_explain_runs_nothing_and_prints_a_declaration(checked, folder):
    (folder / "layers.py").write_text(LAYERS + "\nimport os\nos.mkdir('was_run')\n")
    code, out = checked("layers.py::right", "--explain")
    assert code == ExitCode.PASS
    assert 'forward = "right_forward(x, w) -> ' in out
    assert not (folder / "was_run").exists()


@pytest.mark.parametrize(
    "arguments", [["--explain"], ["rnn", "--explain"], ["layers.py", "--explain", "--format", "junit"]]
)
def test_explain_is_for_files(capsys, arguments):
    assert run(["check", *arguments]) == ExitCode.USAGE
    assert len(capsys.readouterr().err.splitlines()) == 1
