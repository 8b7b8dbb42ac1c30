"""The report as a page of HTML that stands alone: sections of figures, each with the same numbers as a table."""

from bptt_viz.render.report.page import report_page
from bptt_viz.render.report.summary import report_data, report_lines

__all__ = ["report_data", "report_lines", "report_page"]
