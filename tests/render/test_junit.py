"""JUnit XML: a suite a target, a case a case, and a document that every parser takes."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.render.junit import junit

from .checks import ALL, NASTY, PASSED, RAN, STRANGE, UNCLEAR, WRONG, case, check, checks


def parsed(found):
    return ET.fromstring(junit(found, RAN))


def test_each_target_is_a_suite_and_each_case_a_test_case():
    suites = parsed(ALL).findall("testsuite")
    assert [suite.get("name") for suite in suites] == [target.target for target in ALL.targets]
    assert [len(suite.findall("testcase")) for suite in suites] == [len(target.cases) for target in ALL.targets]


def test_a_test_case_is_named_by_target_point_and_tier():
    made = parsed(checks(PASSED)).find("testsuite/testcase")
    assert (made.get("classname"), made.get("name")) == ("lstm", "T=2 N=1 zero state, gate tier")
    assert list(made) == []


def test_names_are_unique_within_a_suite():
    names = [made.get("name") for made in parsed(checks(WRONG)).iter("testcase")]
    assert len(set(names)) == len(names)


def test_counts_stand_on_each_suite_and_add_up():
    root = parsed(ALL)
    for count, total in {"tests": 6, "failures": 2, "errors": 1, "skipped": 0}.items():
        assert int(root.get(count)) == sum(int(suite.get(count)) for suite in root) == total


def test_a_mismatch_is_a_failure_with_the_diagnosis_first_and_the_table_after_it():
    failure = parsed(checks(WRONG)).findall(".//failure")[-1]
    assert (failure.get("type"), failure.get("message")) == ("mismatch", WRONG.diagnosis)
    assert failure.text.startswith(f"{WRONG.diagnosis}\n\ncells.py:Mine, T=2 N=1 zero state, full tier")
    assert "\nW_hh         2    1.50e+00   1.00e+00    1.5  2.0e-01    [2, 3]  WRONG\n" in failure.text
    assert "\nf   nan  inf  e-1" in failure.text


def test_an_inconclusive_case_is_an_error_so_that_no_viewer_takes_it_for_fine():
    error = parsed(checks(UNCLEAR)).find(".//error")
    assert (error.get("type"), error.get("message")) == ("inconclusive", UNCLEAR.diagnosis)
    assert parsed(checks(UNCLEAR)).find(".//failure") is None


def test_a_case_says_where_its_target_stands():
    assert {(made.get("file"), made.get("line")) for made in parsed(checks(WRONG)).iter("testcase")} == {
        ("cells.py", "12")
    }
    assert parsed(checks(PASSED)).find(".//testcase").keys() == ["classname", "name", "time"]


def test_a_suite_says_what_was_run():
    properties = {item.get("name"): item.get("value") for item in parsed(checks(PASSED)).iter("property")}
    assert properties == {
        "bptt_viz": "1.2.3",
        "numpy": "2.0",
        "python": "3.11",
        "seed": "7",
        "rtol": "the method's own",
        "atol": "0.001",
        "eps": "the method's own",
    }


def test_markup_control_characters_and_surrogates_do_no_harm():
    visible = NASTY.encode("ascii", "backslashreplace").decode().replace("\x1b", r"\x1b").replace("\x00", r"\x00")
    suite = parsed(STRANGE).find("testsuite")
    assert suite.get("name") == visible
    assert suite.find(".//testcase").get("file") == visible
    assert suite.find(".//failure").get("message") == rf"look at {visible}\nthen here"
    assert visible in suite.find(".//failure").text


@given(st.text(st.characters(codec=None)))
def test_every_name_gives_a_document_that_parses_in_any_encoding(text):
    strange = check(text, WRONG.verdict, text, (case(WRONG.verdict, label=text, reason=text),), file=text)
    document = junit(checks(strange), RAN)
    assert document.isascii()
    assert ET.fromstring(document.encode("utf-8")).find(".//failure") is not None


@pytest.mark.parametrize("found", [ALL, STRANGE, checks()], ids=["all", "strange", "none"])
def test_the_same_result_gives_the_same_bytes(found):
    assert junit(found, RAN) == junit(found, RAN)
    assert junit(found, RAN).startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
