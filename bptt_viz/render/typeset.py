"""Labels set for drawing programs: as Graphviz's HTML-like labels, or as the content of an SVG text."""

from functools import lru_cache
from html import escape

from bptt_viz.render.characters import shown
from bptt_viz.results.lettering import runs

_LINE = 14
"""Least height of one of several lines, so that a subscript does not reach into the next."""
_SHIFTS = {0: 0.0, -1: 0.25, 1: -0.35}
"""How far below the line sub- and superscripts stand, as a share of the letters' size."""
# Most texts of a step are those of the step before, with another number.
_REMEMBERED = 4096


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


def escaped(text: str) -> str:
    """Return a text as the content of an XML element."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(_REMEMBERED)
def svg_letters(line: str, size: float) -> str:
    """Return one line as the content of an SVG text of a letter size, with characters that none can see made visible.

    Sub- and superscripts become shifted parts of the class `s`, as all browsers show them.
    """
    parts: list[str] = []
    height = 0.0
    for run in runs(shown(line)):
        wanted = _SHIFTS[run.level] * size
        if run.level == 0 and wanted == height:
            parts.append(escaped(run.text))
            continue
        shift = f' dy="{wanted - height:.2f}"' if wanted != height else ""
        small = ' class="s"' if run.level else ""
        parts.append(f"<tspan{small}{shift}>{escaped(run.text)}</tspan>")
        height = wanted
    return "".join(parts)
