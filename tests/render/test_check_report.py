"""The report of a check on the terminal: a line a target, then where each failure is."""

from dataclasses import replace

import pytest
from rich.console import Console

from bptt_viz.render.check import check_report
from bptt_viz.render.plain import plain

from .checks import ALL, HEAT, NASTY, PASSED, STRANGE, UNCLEAR, WRONG, case, check, checks


def piped(found, **options):
    return plain(check_report(found, boxed=False, **options)).splitlines()


def on_terminal(found, width=80):
    console = Console(width=width, force_terminal=True, color_system="truecolor")
    with console.capture() as captured:
        console.print(check_report(found, boxed=True), markup=False, highlight=False, emoji=False)
    return captured.get()


def test_a_pass_is_one_line_that_says_what_it_rests_on():
    assert piped(checks(PASSED)) == ["lstm  PASS  2 cases, 50 entries, worst error 1.0e-16 by complex"]


def test_a_method_that_is_named_with_its_reason_is_named_once():
    methods = ("ridders", "ridders (not complex-safe)", "complex")
    (line,) = piped(checks(check("x", cases=tuple(replace(case(), method=method) for method in methods))))
    assert line.endswith(" by complex and ridders (not complex-safe)")


def test_the_first_line_of_a_failure_says_what_to_fix():
    assert piped(checks(WRONG))[0] == f"cells.py:Mine  MISMATCH  {WRONG.diagnosis}"
    assert piped(checks(UNCLEAR))[0] == f"relu  INCONCLUSIVE  {UNCLEAR.diagnosis}"


def test_the_overview_has_one_line_a_target_in_their_order():
    assert [line.split()[:2] for line in piped(ALL)[:3]] == [
        ["lstm", "PASS"],
        ["cells.py:Mine", "MISMATCH"],
        ["relu", "INCONCLUSIVE"],
    ]


def test_a_failure_is_shown_where_every_entry_was_compared():
    lines = piped(checks(WRONG))
    assert lines[1:5] == [
        "",
        "cells.py:Mine, T=2 N=1 zero state, full tier, complex: wrong gradient of W_hh",
        "",
        "input  entries  ‖analytic‖  ‖numeric‖  ratio    error  worst at",
    ]
    assert [line.split() for line in lines[5:7]] == [
        ["W_xh", "2", "1.50e+00", "1.00e+00", "1", "1.0e-16", "ok"],
        ["W_hh", "2", "1.50e+00", "1.00e+00", "1.5", "2.0e-01", "[2,", "3]", "WRONG"],
    ]
    assert "gate tier" not in "\n".join(lines)


def test_without_every_entry_the_first_failure_is_shown():
    failing = (case(WRONG.verdict, label="first"), case(WRONG.verdict, label="second"))
    lines = piped(checks(check("x", WRONG.verdict, "fix it", failing)))
    assert "x, first, gate tier, complex" in lines
    assert not any("second" in line for line in lines)


def test_what_the_first_line_has_said_is_not_said_again():
    assert len(piped(checks(UNCLEAR))) == 1


def test_verbose_shows_every_case_also_of_passes():
    headings = [line for line in piped(ALL, verbose=True) if " tier, " in line]
    assert len(headings) == sum(len(target.cases) for target in ALL.targets)


def test_a_check_that_compared_nothing_is_still_a_line():
    assert piped(checks(check("empty", cases=()))) == ["empty  PASS  0 cases, 0 entries, worst error 0.0e+00"]
    assert piped(checks()) == []


def test_the_heat_map_stands_below_the_table():
    lines = piped(checks(WRONG))
    assert [line.split() for line in lines[-3:]] == [
        list(HEAT.columns),
        ["i", "0", "e-16", "e-4"],
        ["f", "nan", "inf", "e-1"],
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    console = Console(width=width)
    for line in console.render_lines(check_report(ALL, boxed=True), pad=False):
        assert sum(segment.cell_length for segment in line) <= width


def test_a_sentence_that_does_not_fit_stands_below_its_verdict():
    told = plain_text(on_terminal(checks(PASSED, WRONG))).splitlines()
    assert told[0].startswith("lstm           PASS  2 cases")
    assert told[1].rstrip() == "cells.py:Mine  MISMATCH"
    assert told[2].startswith("    W_hh, forget gate: the analytic")


def test_markup_and_control_characters_are_shown_not_obeyed():
    for text in ("\n".join(piped(STRANGE)), plain_text(on_terminal(STRANGE, 200))):
        assert r"[bold]x[/] \x1b[31m\x00\udc80\ufffe]]>&<" in text
        assert r"%\nthen here" in text
        assert not set(text) & set("\x1b\x00\udc80\ufffe")


def test_verdicts_have_colours_on_a_terminal_only():
    assert "\x1b[" in on_terminal(ALL)
    assert "\x1b" not in "\n".join(piped(ALL))


def plain_text(coloured):
    """Return what a terminal shows, without its colours."""
    from rich.text import Text

    return Text.from_ansi(coloured).plain


def test_names_that_nobody_sees_keep_their_length_in_the_overview():
    lines = piped(checks(check(NASTY), check("b")))
    assert lines[0].index("PASS") == lines[1].index("PASS")
