"""`bptt-viz check` from the command line: targets in, a verdict out in each format, and its exit code."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hand_written import HandWritten, Kinked, Untransposed

from bptt_viz.app import run
from bptt_viz.checking.run import check as check_problem
from bptt_viz.checking.shapes import Shape
from bptt_viz.errors import ExitCode

CELLS = '''
from dataclasses import dataclass, replace

from bptt_viz.cells import Cell
from bptt_viz.ops import relu, tanh
from bptt_viz.ops.elementwise import TANH
from bptt_viz.ops.recording import unary

wrong_tanh = unary(replace(TANH, name="wrong_tanh", vjp=lambda g, node: (g * (1 - node.value),)))


class Right(Cell):
    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_xh": (D, H), "W_hh": (H, H), "b_h": (H,)}

    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + s.h @ p.W_hh + p.b_h)}


class Wrong(Right):
    def step(self, p, x, s):
        return {"h": wrong_tanh(x @ p.W_xh + s.h @ p.W_hh + p.b_h)}


class Kinked(Right):
    """At a zero state the ReLU is at its kink."""

    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + relu(s.h) @ p.W_hh + p.b_h)}
'''
RIGHT, WRONG, KINKED = "cells.py:Right", "cells.py:Wrong", "cells.py:Kinked"
LINE_OF_WRONG = CELLS.splitlines().index("class Wrong(Right):") + 1
CODES = {RIGHT: ExitCode.PASS, WRONG: ExitCode.MISMATCH, KINKED: ExitCode.INCONCLUSIVE}
VERDICTS = {RIGHT: "pass", WRONG: "mismatch", KINKED: "inconclusive"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cells.py").write_text(CELLS)
    return tmp_path


@pytest.fixture
def checked(capsys):
    """Run a check at few shapes and return exit code and standard output; nothing else may be said."""

    def ran(*arguments):
        code = run(["check", "--shapes", "1x1,2x3", *arguments])
        out, err = capsys.readouterr()
        assert err == ""
        return code, out

    return ran


def targets_of(out):
    return [target["target"] for target in json.loads(out)["targets"]]


@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
@pytest.mark.parametrize("target", CODES)
def test_the_exit_code_is_the_verdict_in_every_format(checked, target, form):
    code, out = checked(target, "--format", form)
    assert code == CODES[target]
    assert VERDICTS[target] in out.lower() or form == "junit"


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        ([RIGHT, KINKED, WRONG], ExitCode.MISMATCH),
        ([KINKED, RIGHT], ExitCode.INCONCLUSIVE),
        ([RIGHT, "gru"], ExitCode.PASS),
    ],
)
def test_the_worst_target_decides(checked, targets, code):
    assert checked(*targets)[0] == code


def test_text_says_on_the_first_line_what_to_fix(checked):
    _, out = checked(WRONG)
    first = out.splitlines()[0]
    assert first.startswith(f"{WRONG}  MISMATCH  ")
    assert "wrong_tanh" in first


def test_json_is_short_for_its_format(checked):
    assert checked(WRONG, "--json") == checked(WRONG, "--format", "json")
    assert checked(WRONG, "--json", "--format", "junit") == checked(WRONG, "--json")


def test_the_json_document_holds_what_was_found_and_what_was_run(checked):
    document = json.loads(checked(RIGHT, WRONG, KINKED, "--json")[1])
    assert document.keys() == {"schema_version", "kind", "verdict", "targets", "provenance"}
    assert (document["schema_version"], document["kind"], document["verdict"]) == (1, "check", "mismatch")
    for target in document["targets"]:
        assert target.keys() >= {"target", "verdict", "diagnosis", "judgement", "cases", "file", "line"}
        assert target["judgement"].keys() == {"rtol", "atol", "eps"}
        assert bool(target["diagnosis"]) == (target["verdict"] != "pass")
        for case in target["cases"]:
            keys = {"label", "tier", "method", "verdict", "reason", "comparisons", "gates", "heat"}
            assert case.keys() == keys
            assert case["tier"] in {"gate", "full"}
            for made in (*case["comparisons"], *case["gates"]):
                assert made.keys() == {
                    *("name", "error", "analytic", "numeric", "ratio", "entries", "size", "worst", "passed")
                }
    assert document["provenance"]["options"]["seed"] == 0


def test_the_heat_map_is_in_the_document(checked):
    cases = json.loads(checked(WRONG, "--json")[1])["targets"][0]["cases"]
    heat = next(case["heat"] for case in cases if case["heat"])
    assert heat.keys() == {"rows", "columns", "errors", "label"}
    assert len(heat["errors"]) == len(heat["rows"])
    assert {len(row) for row in heat["errors"]} == {len(heat["columns"])}


def test_a_file_target_carries_its_file_and_its_class_line(checked):
    (wrong, built_in) = json.loads(checked(WRONG, "rnn", "--json")[1])["targets"]
    assert (wrong["file"], wrong["line"]) == ("cells.py", LINE_OF_WRONG)
    assert (built_in["file"], built_in["line"]) == ("", None)


def test_junit_parses_and_counts(checked):
    root = ET.fromstring(checked(RIGHT, WRONG, KINKED, "--format", "junit")[1])
    assert [suite.get("name") for suite in root] == [RIGHT, WRONG, KINKED]
    counts = [(int(suite.get("failures")) > 0, int(suite.get("errors")) > 0) for suite in root]
    assert counts == [(False, False), (True, False), (False, True)]


def test_github_is_text_with_annotations_below(checked):
    _, text = checked(WRONG, KINKED)
    _, out = checked(WRONG, KINKED, "--format", "github")
    assert out.startswith(text)
    error, warning = out[len(text) :].splitlines()
    assert error.startswith(f"::error file=cells.py,line={LINE_OF_WRONG},title=gradient mismatch%3A cells.py%3AWrong::")
    assert warning.startswith("::warning file=cells.py,line=")


def test_on_github_actions_annotations_come_by_themselves(checked, monkeypatch):
    by_hand = checked(WRONG, "--format", "github")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert checked(WRONG) == by_hand
    assert checked(WRONG, "--format", "github") == by_hand


@pytest.mark.parametrize("form", ["json", "junit"])
def test_on_github_actions_documents_stay_documents(checked, monkeypatch, form):
    elsewhere = checked(WRONG, "--format", form)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert checked(WRONG, "--format", form) == elsewhere
    assert "::error" not in elsewhere[1]


@pytest.mark.parametrize("form", ["text", "json", "junit"])
def test_on_github_actions_a_result_in_a_file_leaves_standard_output_to_annotations(checked, monkeypatch, folder, form):
    _, document = checked(WRONG, "--format", form)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    _, out = checked(WRONG, "--format", form, "-o", "result")
    assert out.startswith("::error file=cells.py,")
    assert len(out.splitlines()) == 1
    assert (folder / "result").read_text() == document


def test_annotations_name_files_as_seen_from_the_repository(checked, monkeypatch, folder):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.parent))
    assert f"::error file={folder.name}/cells.py,line=" in checked(WRONG)[1]


@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
def test_the_summary_page_gets_a_table_after_what_is_there(checked, monkeypatch, folder, form):
    page = folder / "summary.md"
    page.write_text("# before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    checked(RIGHT, WRONG, "--format", form)
    before, title, _, heading, _, right, wrong, *_ = page.read_text().splitlines()
    assert (before, title) == ("# before", "### Gradient check: mismatch")
    assert heading.startswith("| verdict | target |")
    assert right.startswith("| ✅ pass | cells.py:Right |")
    assert wrong.startswith("| ❌ mismatch | cells.py:Wrong |")


def test_a_summary_page_that_cannot_be_written_changes_no_verdict(capsys, monkeypatch, folder):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder))
    assert run(["check", RIGHT, "--shapes", "1x1"]) == ExitCode.PASS
    assert "GITHUB_STEP_SUMMARY cannot be written" in capsys.readouterr().err


def test_an_unknown_format_is_refused(capsys):
    assert run(["check", "rnn", "--format", "xml"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert all(form in said for form in ("text", "json", "junit", "github"))


def test_a_file_gets_neither_boxes_nor_colours(checked, folder, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    checked(WRONG, "-o", "report.txt")
    assert "\x1b" not in (folder / "report.txt").read_text(encoding="utf-8")


def test_without_targets_all_built_in_cells_are_checked(checked):
    code, out = checked("--json")
    assert code == ExitCode.PASS
    assert {"rnn", "lstm", "gru"} <= set(targets_of(out))


class TestTargetsInPyproject:
    @pytest.fixture(autouse=True)
    def project(self, folder):
        text = '[tool.bptt_viz.check]\ntargets = ["lstm", "cells.py:Right"]\nshapes = "1x1"\n'
        (folder / "pyproject.toml").write_text(text)

    def test_a_bare_check_runs_them(self, checked):
        assert targets_of(checked("--json")[1]) == ["lstm", RIGHT]

    def test_targets_on_the_command_line_win(self, checked):
        assert targets_of(checked("rnn", "--json")[1]) == ["rnn"]

    def test_a_variable_wins_over_the_file(self, checked, monkeypatch):
        monkeypatch.setenv("BPTT_VIZ_TARGETS", "gru rnn")
        assert targets_of(checked("--json")[1]) == ["gru", "rnn"]

    def test_files_are_beside_the_pyproject_from_wherever_it_is_run(self, checked, folder, monkeypatch):
        (folder / "deep" / "down").mkdir(parents=True)
        monkeypatch.chdir(folder / "deep" / "down")
        code, out = checked("--json")
        assert (code, targets_of(out)) == (ExitCode.PASS, ["lstm", "../../cells.py:Right"])

    def test_one_target_need_not_be_a_list(self, checked, folder):
        (folder / "pyproject.toml").write_text('[tool.bptt_viz.check]\ntargets = "rnn"\n')
        assert targets_of(checked("--json")[1]) == ["rnn"]

    @pytest.mark.parametrize("value", ["{ a = 1 }", '["nonsense"]', '["missing.py:Cell"]'])
    def test_what_makes_no_sense_is_refused(self, folder, capsys, value):
        (folder / "pyproject.toml").write_text(f"[tool.bptt_viz.check]\ntargets = {value}\n")
        assert run(["check"]) == ExitCode.USAGE
        assert len(capsys.readouterr().err.splitlines()) == 1


class TestHandWrittenBackward:
    """The same outputs and exit codes for a gradient that no tape has made."""

    @pytest.fixture(autouse=True)
    def posed(self, monkeypatch):
        known = {made.__name__: made for made in (HandWritten, Untransposed, Kinked)}

        def check(request):
            at = replace(request, shapes=(Shape(4, 2, False),))
            return check_problem(request.target, lambda *_: known[request.target](), at)

        monkeypatch.setattr("bptt_viz.checking.run.check_model", check)

    @pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
    @pytest.mark.parametrize(
        ("target", "code"),
        [
            ("HandWritten", ExitCode.PASS),
            ("Untransposed", ExitCode.MISMATCH),
            ("Kinked", ExitCode.INCONCLUSIVE),
        ],
    )
    def test_every_format_tells_right_from_wrong_from_unknown(self, checked, target, code, form):
        assert checked(target, "--format", form)[0] == code

    def test_the_report_says_that_the_carry_is_wrong_and_shows_from_which_step_on(self, checked):
        lines = checked("Untransposed")[1].splitlines()
        assert lines[0].startswith("Untransposed  MISMATCH  carry of h from step t to t − 1")
        weights = next(line.split() for line in lines if line.startswith("W_hh ") and "ok" not in line.split()[-1:])
        assert weights[-1] == "WRONG"
        assert ["W_hh", "e-17", "e-1", "e-1", "e-1"] in [line.split() for line in lines]

    def test_junit_puts_the_diagnosis_first(self, checked):
        document = json.loads(checked("Untransposed", "--json")[1])
        root = ET.fromstring(checked("Untransposed", "--format", "junit")[1])
        diagnosis = document["targets"][0]["diagnosis"]
        assert [failure.get("message") for failure in root.iter("failure")] == [diagnosis, diagnosis]
        assert all(failure.text.startswith(diagnosis) for failure in root.iter("failure"))
