"""The report in a few lines for the terminal, and as data."""

from dataclasses import replace

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.render.norms_words import verdict_words
from bptt_viz.render.report.checked import check_words
from bptt_viz.results.check import Check
from bptt_viz.results.report import Absent, Report


def report_lines(report: Report, file: str) -> RenderableType:
    """Return each run's verdict and check, what the comparison comes to, and where the page is, if there is a file."""
    lines = []
    for subject in report.subjects:
        mark = f"{shown(subject.label)}  "
        lines.append(Text.assemble(mark, (subject.norms.verdict.upper(), "bold"), "  ", verdict_words(subject.norms)))
        if isinstance(subject.check, Check):
            lines.append(Text(f"{mark}gradient check {check_words(subject.check)}"))
    compared = [Text(shown(report.finding), "bold")] if len(report.subjects) > 1 else []
    return Group(*compared, *lines, *([Text(f"page: {shown(file)}", "dim")] if file else []))


def report_data(report: Report) -> Report:
    """Return the report without its pictures, which `graph --json` has."""
    absent = Absent("graph --json has the pictures' data.")
    return replace(report, subjects=tuple(replace(subject, flow=absent) for subject in report.subjects))
