"""The pytest plugin: what tests that use it see. Each runs in a process of its own."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CELLS = """
from bptt_viz.cells import Cell
from bptt_viz.ops import relu, stop_gradient, tanh


class Right(Cell):
    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_xh": (D, H), "W_hh": (H, H), "b_h": (H,)}

    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + s.h @ p.W_hh + p.b_h)}


class Detached(Right):
    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + stop_gradient(s.h) @ p.W_hh + p.b_h)}


class Kinked(Right):
    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + relu(s.h) @ p.W_hh + p.b_h)}
"""


@pytest.fixture
def outcome(pytester, monkeypatch):
    """Run a test file's text beside cells.py and hand_written.py, and return pytest's result."""
    for name in [name for name in os.environ if name.startswith(("PYTEST_", "BPTT_VIZ_"))]:
        monkeypatch.delenv(name)
    pytester.makepyfile(
        cells=CELLS, hand_written=(Path(__file__).parent / "hand_written.py").read_text(encoding="utf-8")
    )

    def ran(text, *arguments):
        pytester.makepyfile(test_it=text)
        return pytester.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider", *arguments)

    return ran


def test_every_kind_of_target_can_be_checked(outcome):
    result = outcome("""
        from cells import Right
        from hand_written import HandWritten

        def test_name(gradcheck):
            assert gradcheck("lstm").target == "lstm"

        def test_file(gradcheck):
            assert gradcheck("cells.py:Right").target == "cells.py:Right"

        def test_class(gradcheck):
            assert gradcheck(Right).target == "Right"

        def test_problem(gradcheck):
            found = gradcheck(HandWritten())
            assert (found.target, found.verdict, len(found.cases)) == ("HandWritten", "pass", 1)
    """)
    result.assert_outcomes(passed=4)


def test_a_mismatch_fails_with_the_report_of_the_terminal(outcome):
    result = outcome("""
        def test_detached(gradcheck):
            gradcheck("cells.py:Detached", shapes="2x1")
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "cells.py:Detached  MISMATCH  *",
            "",
            "cells.py:Detached, T=2 N=1 *, full tier, complex: wrong gradient of *",
            "",
            "input *entries *",
            "*WRONG",
            "*FAILED test_it.py::test_detached - Failed: cells.py:Detached *",
        ]
    )
    result.stdout.no_re_match_line(r".*test_it\.py:\d")


def test_a_wrong_backward_written_by_hand_fails(outcome):
    result = outcome("""
        from hand_written import Untransposed

        def test_untransposed(gradcheck):
            gradcheck(Untransposed())
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Untransposed  MISMATCH  carry of h from step t to t − 1*"])


def test_an_inconclusive_check_fails_and_says_that_it_is_no_mismatch(outcome):
    result = outcome("""
        from hand_written import Kinked

        def test_file(gradcheck):
            gradcheck("cells.py:Kinked")

        def test_problem(gradcheck):
            gradcheck(Kinked())
    """)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["cells.py:Kinked  INCONCLUSIVE  *", "This is neither a pass nor a mismatch*"])
    result.stdout.fnmatch_lines(["Kinked  INCONCLUSIVE  *kink*", "This is neither a pass nor a mismatch*"])


def test_options_reach_the_check_and_those_of_the_call_win(outcome):
    result = outcome("""
        import pytest

        pytestmark = pytest.mark.gradcheck(shapes="1x1", atol=1e-2)

        def points(found):
            return [case.label.split(" ", 2)[:2] for case in found.cases]

        def test_module_marker(gradcheck):
            assert points(gradcheck("rnn")) == [["T=1", "N=1"]] * 2

        @pytest.mark.gradcheck(shapes="2x3", rtol=1e-9)
        def test_closest_marker_wins(gradcheck):
            found = gradcheck("rnn")
            assert points(found) == [["T=2", "N=3"]] * 2
            assert (found.judgement.rtol, found.judgement.atol) == (1e-9, 1e-2)

        @pytest.mark.gradcheck(rtol=1e-9)
        def test_call_wins(gradcheck):
            assert gradcheck("rnn", rtol=1e-8).judgement.rtol == 1e-8

        def test_every_option_of_the_command(gradcheck):
            found = gradcheck(
                "rnn", full=True, method="central", eps=1e-5, hidden=3, layers=2, activation="sigmoid",
                settings={}, topology="many-to-one", init="orthogonal", seed=4,
            )
            assert [case.tier for case in found.cases] == ["gate", "gate", "full"]
            assert {case.method for case in found.cases} == {"central"}

        def test_settings_of_the_cell(gradcheck):
            gradcheck("lstm", settings={"forget_bias": 2})

        def test_a_problem_takes_what_fits_from_the_marker(gradcheck):
            from hand_written import HandWritten
            assert gradcheck(HandWritten(), rtol=1e-9).judgement.atol == 1e-2
    """)
    result.assert_outcomes(passed=6)


def test_what_makes_no_sense_fails_with_one_line(outcome):
    result = outcome("""
        import pytest
        from hand_written import HandWritten

        @pytest.mark.parametrize("target, options", [
            ("lstm", {"rotl": 1e-9}),
            ("lstm", {"rtol": float("nan")}),
            ("lstm", {"atol": "small"}),
            ("lstm", {"method": "guess"}),
            ("lstm", {"shapes": "3"}),
            ("lstm", {"hidden": 0}),
            ("lmst", {}),
            ("missing.py:Cell", {}),
            (int, {}),
            (3, {}),
            (HandWritten(), {"hidden": 4}),
            (HandWritten(), {"eps": -1.0}),
        ])
        def test_refused(gradcheck, target, options):
            gradcheck(target, **options)

        @pytest.mark.gradcheck(1e-9)
        def test_marker(gradcheck):
            gradcheck("lstm")
    """)
    result.assert_outcomes(failed=12, errors=1)
    told = [line for line in result.stdout.lines if line.startswith("gradcheck: ")]
    assert len(told) == 12
    assert "Traceback" not in result.stdout.str()
    result.stdout.fnmatch_lines(
        [
            "gradcheck: there is no option 'rotl'; choose from *rtol*",
            "gradcheck: rtol must be positive and finite, got nan",
            "gradcheck: unknown model 'lmst'; *",
            "gradcheck: expected a cell's or model's name, file.py:ClassName, a class of either, a Problem, or a *",
            "gradcheck: a problem has a point of its own, so that 'hidden' means nothing for it",
        ]
    )
    result.stdout.fnmatch_lines(["the gradcheck marker takes options by name, got 1e-09"])


def test_a_mistake_in_the_target_itself_is_shown_with_its_line(outcome):
    result = outcome("""
        from cells import Right

        class Broken(Right):
            def step(self, p, x, s):
                return {"h": x @ p.W_missing}

        def test_broken(gradcheck):
            gradcheck(Broken)
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["gradcheck: *Broken*AttributeError: *W_missing* (test_it.py:5)"])


def test_a_file_is_looked_for_beside_the_test_too(outcome, pytester):
    pytester.mkdir("deep")
    text = "def test_file(gradcheck):\n    assert gradcheck('own.py:Right').target.endswith('own.py:Right')\n"
    (pytester.path / "deep" / "test_deep.py").write_text(text)
    (pytester.path / "deep" / "own.py").write_text(CELLS)
    outcome("", "deep").assert_outcomes(passed=1)


def test_the_marker_is_registered(outcome):
    outcome("", "--markers").stdout.fnmatch_lines(["@pytest.mark.gradcheck(*): options of the gradcheck fixture*"])


def test_the_plugin_alone_imports_nothing_heavy(outcome):
    result = outcome("""
        import sys

        def test_light(gradcheck):
            heavy = {"numpy", "rich", "typer", "matplotlib", "bptt_viz.checking", "bptt_viz.render"}
            assert not heavy & set(sys.modules)
    """)
    result.assert_outcomes(passed=1)


def test_it_works_with_xdist_and_where_warnings_are_errors(outcome):
    pytest.importorskip("xdist")
    result = outcome(
        """
        import pytest

        @pytest.mark.gradcheck(shapes="2x1")
        @pytest.mark.parametrize("target", ["rnn", "cells.py:Right", "cells.py:Detached"])
        def test_cells(gradcheck, target):
            gradcheck(target)
        """,
        "-n2",
        "-Werror",
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["cells.py:Detached  MISMATCH  *"])
