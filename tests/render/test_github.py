"""GitHub Actions: annotations that the runner parses, and a summary that Markdown leaves alone."""

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.render.characters import shown
from bptt_viz.render.github import annotations, summary
from bptt_viz.results.check import Verdict

from .checks import ALL, NASTY, PASSED, STRANGE, UNCLEAR, WRONG, check, checks

COMMAND = re.compile(r"::(?P<level>error|warning) (?P<properties>[^:\r\n]*)::(?P<message>[^\r\n]*)\n")

NEWLINES = "\r\n"


def unescaped(text):
    for code, character in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, character)
    return text


def read(line):
    """Read one workflow command as the runner does."""
    found = COMMAND.fullmatch(line)
    properties = dict(item.split("=", 1) for item in found["properties"].split(","))
    return found["level"], {name: unescaped(value) for name, value in properties.items()}, unescaped(found["message"])


def test_a_pass_needs_no_annotation():
    assert annotations(checks(PASSED)) == ""


def test_a_mismatch_is_an_error_at_its_class():
    assert annotations(checks(WRONG)) == (
        "::error file=cells.py,line=12,title=gradient mismatch%3A cells.py%3AMine::"
        "W_hh, forget gate: the analytic gradient is 1.5× the numeric one\n"
    )


def test_an_inconclusive_check_is_a_warning_and_a_built_in_cell_has_no_file():
    assert annotations(checks(UNCLEAR)) == (
        "::warning title=gradient inconclusive%3A relu::the point is a kink (T=2 N=1 zero state)\n"
    )


def test_each_failed_target_has_one_line():
    assert len(annotations(ALL).splitlines()) == 2


@pytest.mark.parametrize(
    ("file", "folder", "named"),
    [
        ("cells.py", "models/rnn", "models/rnn/cells.py"),
        ("../cells.py", "models/rnn", "models/cells.py"),
        ("./cells.py", "", "cells.py"),
        ("/elsewhere/cells.py", "models", "/elsewhere/cells.py"),
        (os.path.join("a", "cells.py"), "", "a/cells.py"),  # noqa: PTH118, as this system writes it
    ],
)
def test_files_are_named_as_seen_from_the_repository(file, folder, named):
    _, properties, _ = read(annotations(checks(check("x", Verdict.MISMATCH, "fix", file=file)), folder))
    assert properties["file"] == named


def test_percent_newline_comma_and_colon_are_escaped_where_they_would_be_taken_for_syntax():
    made = annotations(checks(check("50%,x::y", Verdict.MISMATCH, "100%: a,\r\nb::c")))
    assert made == "::error title=gradient mismatch%3A 50%25%2Cx%3A%3Ay::100%25: a,%0D%0Ab::c\n"


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_every_name_and_message_gives_one_command_that_reads_back(name, message):
    level, properties, said = read(annotations(checks(check(name, Verdict.MISMATCH, message))))
    assert (level, properties) == ("error", {"title": f"gradient mismatch: {shown(name, keep=NEWLINES)}"})
    assert said == shown(message, keep=NEWLINES)


def test_the_summary_is_a_table_of_all_targets():
    assert summary(ALL).splitlines() == [
        "### Gradient check: mismatch",
        "",
        "| verdict | target | cases | worst error | what to fix |",
        "| --- | --- | ---: | ---: | --- |",
        "| ✅ pass | lstm | 2 | 1.0e-16 |  |",
        r"| ❌ mismatch | cells.py:Mine | 3 | 2.0e-01 "
        r"| W\_hh, forget gate: the analytic gradient is 1.5× the numeric one |",
        "| ⚠️ inconclusive | relu | 1 | 0.0e+00 | the point is a kink (T=2 N=1 zero state) |",
        "",
    ]


def test_names_cannot_break_the_summary():
    row = summary(STRANGE).splitlines()[4]
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert r"\[bold\]x\[/\] \\x1b\[31m" in row
    assert r"\&\<" in row
    assert NASTY not in row
