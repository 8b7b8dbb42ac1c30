"""Results as a piece of HTML for a page that is not ours, such as a notebook's.

A terminal report is made of texts and tables; here they become paragraphs and tables of HTML. The ink is the page's
own, and what is coloured stands on a tint or is a badge, so that it reads on light and on dark paper alike. All rules
of style are about what stands within.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Column, Table
from rich.text import Text

from bptt_viz.render.characters import shown

ROOT = "bptt-viz-shown"
"""Class of the whole piece."""

_WIDTH = 160
"""Of what is drawn in characters, in cells."""

# The background of a badge under white letters, 6 : 1 or more, and of a tint, by the terminal's colour.
_BADGES = {"red": "#a51d24", "green": "#1b6b33", "yellow": "#785200", "magenta": "#7d2a8f", "blue": "#1f4e9c"}
_STYLE = "\n".join(
    f".{ROOT} {rule}"
    for rule in (
        "p{margin:.25em 0;max-width:75em;unicode-bidi:isolate;white-space:pre-wrap}",
        "table{border-collapse:collapse;margin:.4em 0;font-size:.9em;font-variant-numeric:tabular-nums;color:inherit}",
        "caption{text-align:left;font-weight:600;padding:.2em 0}",
        "th,.bptt-viz-shown td{padding:.12em .6em;text-align:right;vertical-align:top;white-space:pre;"
        "unicode-bidi:isolate;border:0}",
        "thead th{border-bottom:1px solid rgba(128,128,128,.6)}",
        "tbody tr{border-bottom:1px solid rgba(128,128,128,.25)}",
        ".words th,.bptt-viz-shown .words td{text-align:left;white-space:pre-wrap}",
        ".words tr{border:0}",
        "tbody th,.bptt-viz-shown .left{text-align:left}",
        ".wrap{white-space:pre-wrap;min-width:12em}",
        ".scroll{overflow:auto;max-height:28em;margin:.4em 0}",
        "img{display:block;max-width:100%;height:auto;margin:.6em 0;padding:0;border-radius:.4em}",
        "pre{margin:.4em 0;padding:0;line-height:1.2;white-space:pre;overflow:auto;background:none;color:inherit;"
        "font:.9em/1.2 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}",
        "iframe{width:100%;height:80vh;border:1px solid rgba(128,128,128,.4);border-radius:.4em}",
        ".bold{font-weight:600}",
        ".dim{opacity:.8}",
        ".cyan{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}",
        *(f".{name}{{background:{colour}38;border-radius:.2em}}" for name, colour in _BADGES.items()),
        *(
            f".bold.{name}{{background:{colour};color:#fff;padding:0 .4em;border-radius:.25em}}"
            for name, colour in _BADGES.items()
        ),
    )
)


def fragment(head: RenderableType, numbers: RenderableType | None = None, figure: bytes = b"", alt: str = "") -> str:
    """Return a report as HTML: what it comes to, its figure, and its numbers, which scroll if they are many.

    Args:
        head: the verdict and what belongs to it.
        numbers: tables and the like.
        figure: an SVG, shown as an image of its own; empty for none.
        alt: what the figure shows.
    """
    image = f'<img alt="{_quoted(alt)}" src="data:image/svg+xml;base64,{b64encode(figure).decode()}">' if figure else ""
    rest = "".join(_blocks(numbers)) if numbers is not None else ""
    return _whole(f"{''.join(_blocks(head))}{image}{rest}")


def framed(page: str, title: str) -> str:
    """Return a page of its own within the page: neither sees the other's styles, scripts and ids."""
    return _whole(f'<iframe sandbox="allow-scripts" title="{_quoted(title)}" srcdoc="{escape(page)}"></iframe>')


def _whole(content: str) -> str:
    return f'<div class="{ROOT}"><style>{_STYLE}</style>{content}</div>'


def _quoted(text: str) -> str:
    return escape(shown(text))


def _blocks(part: RenderableType) -> Iterator[str]:
    """Yield the elements that a part of a report becomes."""
    if isinstance(part, Group):
        for each in part.renderables:
            yield from _blocks(each)
    elif isinstance(part, Padding):
        yield from _blocks(part.renderable)
    elif isinstance(part, Table):
        yield _table(part)
    elif isinstance(part, Text | str):
        if str(part).strip():
            yield f"<p>{_inline(part)}</p>"
    else:
        yield f"<pre>{_drawn(part)}</pre>"


def _table(made: Table) -> str:
    """Return a table; one without headings is a list of words, each row about its first cell."""
    rows = list(zip(*(column.cells for column in made.columns), strict=True))
    caption = f"<caption>{_inline(made.title)}</caption>" if isinstance(made.title, Text | str) else ""
    looks = [_look(column) for column in made.columns]
    body = "".join(f"<tr>{''.join(_cells(row, looks))}</tr>" for row in rows)
    if not made.show_header:
        return f'<table class="words"><tbody>{body}</tbody></table>'
    head = "".join(
        _cell("th", column.header, look, ' scope="col"') for column, look in zip(made.columns, looks, strict=True)
    )
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _look(column: Column) -> str:
    """Return the attribute that says how a column's cells stand."""
    names = [name for name, on in (("left", column.justify == "left"), ("wrap", not column.no_wrap)) if on]
    return f' class="{" ".join(names)}"' if names else ""


def _cells(row: Iterable[RenderableType], looks: Iterable[str]) -> Iterator[str]:
    for k, (cell, look) in enumerate(zip(row, looks, strict=True)):
        named = k == 0 and str(cell).strip()
        yield _cell("th" if named else "td", cell, look, ' scope="row"' if named else "")


def _cell(tag: str, content: RenderableType, look: str, about: str) -> str:
    said = _inline(content) if isinstance(content, Text | str) else f"<pre>{_drawn(content)}</pre>"
    return f"<{tag}{about}{look}>{said}</{tag}>"


def _inline(text: Text | str) -> str:
    """Return a text with its colours, all of it escaped."""
    if isinstance(text, str):
        return escape(shown(text, "\n"))
    console = Console(file=StringIO(), color_system="truecolor")
    whole = console.get_style(text.style)
    pieces = text.render(console)
    return "".join(_piece(segment.text, whole + (segment.style or Style.null())) for segment in pieces)


def _drawn(part: RenderableType) -> str:
    """Return what is drawn in characters, line by line."""
    console = Console(file=StringIO(), width=_WIDTH, color_system="truecolor", force_terminal=True, force_jupyter=False)
    lines = console.render_lines(part, pad=False)
    return "\n".join("".join(_piece(segment.text, segment.style) for segment in line) for line in lines)


def _piece(words: str, style: Style | None) -> str:
    said = escape(shown(words, "\n"))
    about = _about(style) if style is not None and words.strip("\n") else ""
    return f"<span{about}>{said}</span>" if about else said


def _about(style: Style) -> str:
    """Return the attributes of a piece: classes, or colours that are the drawing itself."""
    name = style.color.name if style.color else ""
    name = style.bgcolor.name if style.bgcolor and style.bgcolor.name in _BADGES else name
    own = "" if style.bgcolor and style.bgcolor.name in _BADGES else _colours(style)
    kinds = [kind for kind, on in (("bold", style.bold), ("dim", style.dim)) if on]
    kinds += [name] if name in {*_BADGES, "cyan"} and not own else []
    look = f' class="{" ".join(kinds)}"' if kinds else ""
    return f'{look} style="{own}"' if own else look


def _colours(style: Style) -> str:
    """Return the colours of a piece that has a background: those are a picture's, with letters on it."""
    if style.bgcolor is None or style.bgcolor.is_default:
        return ""
    letters = style.color.get_truecolor().hex if style.color and not style.color.is_default else "#ffffff"
    return f"background:{style.bgcolor.get_truecolor().hex};color:{letters}"
