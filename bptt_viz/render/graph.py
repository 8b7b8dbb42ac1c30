"""Graphs as files."""

from bptt_viz.errors import UsageError
from bptt_viz.render.dot import dot_source
from bptt_viz.render.drawing import draw
from bptt_viz.render.stamp import stamped
from bptt_viz.render.svg import svg_bytes
from bptt_viz.render.theme import LIGHT, Theme
from bptt_viz.results.graph import GraphView

FORMATS = ("svg", "png", "pdf", "dot")

_SHARP = 144
# The library that draws pixels takes no picture that is wider or higher.
_MOST_PIXELS = 30_000
# So few pixels an inch leave four for the height of a letter.
_LEAST = 36


def graph_bytes(view: GraphView, form: str, theme: Theme | None = None) -> bytes:
    """Return a picture as a file's contents: the same bytes each time.

    Args:
        view: the picture.
        form: one of `FORMATS`.
        theme: its colours; None for light ones, and in an SVG for those that the reader prefers.

    Raises:
        MissingError: PNG or PDF is wanted and no Graphviz is installed.
        UsageError: the format is none of those, a PNG would be unreadable, or drawing takes too long.
    """
    if form == "svg":
        return svg_bytes(view, theme)
    theme = theme or LIGHT
    if form == "dot":
        return dot_source(view, theme).encode()
    if form == "png":
        return stamped(draw(dot_source(view, theme, resolution=_resolution(view)), form), form, view)
    if form == "pdf":
        return stamped(draw(dot_source(view, theme), form), form, view)
    raise UsageError(f"a graph cannot be saved as {form!r}; choose from {', '.join(FORMATS)}")


def _resolution(view: GraphView) -> int:
    """Return the pixels an inch of a picture: sharp letters, unless so many pixels cannot be drawn.

    Raises:
        UsageError: it would be so few that nothing can be read.
    """
    found = min(_SHARP, int(_MOST_PIXELS * 72 / max(view.size)))
    if found < _LEAST:
        longest = max(view.size) / 72
        raise UsageError(
            f"the picture is {longest:,.0f} inches long, too long for PNG: nothing could be read;"
            " show fewer steps, or write .svg or .pdf"
        )
    return found
