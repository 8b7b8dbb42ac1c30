"""A gradient check as JUnit XML, for the test panes of CI services."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bptt_viz.render.characters import shown
from bptt_viz.render.check import case_report, telling
from bptt_viz.render.plain import plain
from bptt_viz.render.targets import below
from bptt_viz.results.check import Case, Check, Checks, Verdict
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.targets import Outcome, TargetCheck

# An inconclusive case has not been tested: viewers set errors apart from failures, and would show a skip as fine.
_ELEMENTS = {Verdict.MISMATCH: "failure", Verdict.INCONCLUSIVE: "error"}


def junit(checks: Checks, provenance: Provenance) -> str:
    """Return one test suite a target and one test case a case; a mismatch is a failure, an inconclusive case an error.

    Times are all 0: they are not measured, so that one seed gives the same bytes every time. Only ASCII is used, so
    that the document stays well-formed in any encoding.
    """
    root = ET.Element("testsuites", {"name": "bptt-viz check", **_counts(checks.targets)})
    for check in checks.targets:
        suite = ET.SubElement(root, "testsuite", {"name": shown(check.target), **_counts((check,))})
        properties = ET.SubElement(suite, "properties")
        for name, value in _properties(check, provenance).items():
            ET.SubElement(properties, "property", {"name": shown(name), "value": shown(value)})
        if isinstance(check, TargetCheck):
            _add_target(suite, check)
            continue
        for case in check.cases:
            _add_case(suite, check, case)
    ET.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + ET.tostring(root, encoding="us-ascii", xml_declaration=False).decode()
    )


def _counts(checks: tuple[Check, ...]) -> dict[str, str]:
    verdicts = [verdict for check in checks for verdict in _verdicts(check)]
    skipped = [check for check in checks if isinstance(check, TargetCheck) and _is_skipped(check)]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(Verdict.MISMATCH)),
        "errors": str(verdicts.count(Verdict.INCONCLUSIVE)),
        "skipped": str(len(skipped)),
        "time": "0",
    }


def _verdicts(check: Check) -> list[Verdict]:
    """Return the verdicts of a suite's test cases: users' code is one case, whose outcome is that of all its points."""
    return [check.verdict] if isinstance(check, TargetCheck) else [case.verdict for case in check.cases]


def _is_skipped(check: TargetCheck) -> bool:
    return check.outcome is Outcome.TODO and check.verdict is Verdict.PASS


def _properties(check: Check, provenance: Provenance) -> Mapping[str, str]:
    own = {"outcome": str(check.outcome)} if isinstance(check, TargetCheck) else {}
    return own | {
        "bptt_viz": provenance.version,
        "numpy": provenance.numpy,
        "python": provenance.python,
        "seed": str(provenance.options.get("seed", "")),
        "rtol": _number(check.judgement.rtol),
        "atol": _number(check.judgement.atol),
        "eps": _number(check.judgement.eps),
    }


def _number(value: float | None) -> str:
    return "the method's own" if value is None else f"{value:g}"


def _add_target(suite: ET.Element, check: TargetCheck) -> None:
    """Add one test case, whose element has the outcome as its type: a failure, an error, or a skip if it is to do."""
    known = check.line is not None and check.cell is None
    place = {"file": shown(check.file)} | ({"line": str(check.line)} if known else {})
    name = shown(check.target.rpartition("::")[2])
    made = ET.SubElement(suite, "testcase", {"classname": shown(check.file), "name": name, "time": "0", **place})
    told = "\n".join([f"{check.outcome}: {check.diagnosis}".removesuffix(": "), *below(check)])
    attributes = {"type": str(check.outcome), "message": shown(check.diagnosis)}
    if check.verdict in _ELEMENTS:
        cases = "\n\n".join(plain(case_report(check.target, case, boxed=False)) for case in telling(check))
        text = f"{told}\n\n{cases}".strip()
        ET.SubElement(made, _ELEMENTS[check.verdict], attributes).text = shown(f"{text}\n", keep="\n")
    elif _is_skipped(check):
        ET.SubElement(made, "skipped", attributes)
    elif check.outcome is not Outcome.OK or check.notes:
        ET.SubElement(made, "system-out").text = shown(told, keep="\n")


def _add_case(suite: ET.Element, check: Check, case: Case) -> None:
    place = {"file": shown(check.file)} if check.file else {}
    if check.file and check.line is not None:
        place["line"] = str(check.line)
    name = shown(f"{case.label}, {case.tier} tier")
    made = ET.SubElement(suite, "testcase", {"classname": shown(check.target), "name": name, "time": "0", **place})
    if case.verdict in _ELEMENTS:
        sentence = shown(check.diagnosis or case.reason)
        told = f"{sentence}\n\n{plain(case_report(check.target, case, boxed=False))}\n"
        attributes = {"type": str(case.verdict), "message": sentence}
        ET.SubElement(made, _ELEMENTS[case.verdict], attributes).text = shown(told, keep="\n")
