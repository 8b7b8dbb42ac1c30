"""Labels set for drawing programs: as Graphviz's HTML-like labels, or as parts of an SVG text."""

from html import escape
from xml.etree.ElementTree import Element, SubElement

from bptt_viz.results.lettering import SMALL, runs

_LINE = 14
"""Least height of one of several lines, so that a subscript does not reach into the next."""


def html_label(text: str, wide: float = 0.0) -> str:
    """Return a label in Graphviz's HTML-like form, its brackets included.

    Args:
        text: one or several lines.
        wide: width in points within which the lines begin at the left end; 0 to set them around one middle.
    """
    lines = [_html_line(line) for line in text.split("\n")]
    if len(lines) == 1 and not wide:
        return f"<{lines[0]}>"
    align = f'ALIGN="LEFT" WIDTH="{wide:.0f}"' if wide else 'ALIGN="CENTER"'
    rows = "".join(f'<TR><TD {align} HEIGHT="{_LINE}">{line}</TD></TR>' for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'


def _html_line(line: str) -> str:
    marks = {0: ("", ""), -1: ("<SUB>", "</SUB>"), 1: ("<SUP>", "</SUP>")}
    # Graphviz 2 trips over a bare bracket behind a tag.
    letters = [(marks[run.level], escape(run.text).replace("]", "&#93;")) for run in runs(line)]
    return "".join(before + text + behind for (before, behind), text in letters) or " "


def set_text(element: Element, line: str) -> None:
    """Give an SVG text element its letters; sub- and superscripts become shifted parts, as all browsers show them."""
    size = float(element.get("font-size", "14"))
    element.text = None
    height = 0.0
    last: Element | None = None
    for run in runs(line):
        wanted = {0: 0.0, -1: 0.25, 1: -0.35}[run.level] * size
        if run.level == 0 and wanted == height:
            last = _append(element, last, run.text)
            continue
        shift = {"dy": f"{wanted - height:.2f}"} if wanted != height else {}
        small = {"font-size": f"{size * SMALL:.2f}"} if run.level else {}
        last = SubElement(element, "{http://www.w3.org/2000/svg}tspan", shift | small)
        last.text = run.text
        height = wanted


def _append(element: Element, last: Element | None, text: str) -> Element | None:
    if last is None:
        element.text = (element.text or "") + text
    else:
        last.tail = (last.tail or "") + text
    return last
