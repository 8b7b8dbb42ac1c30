"""What a terminal shows, as HTML: ANSI colours become classes, so that the style sheet has a light and a dark set."""

from html import escape

from rich.style import Style
from rich.text import Text

_CHOSEN = 16
"""So many colours are a terminal's own."""


def as_html(line: str, shown: str) -> str:
    """Return one command line, if any, and what it said, as the contents of a `pre`."""
    prompt = f'<span class="gp">$ </span><span class="bptt-line">{escape(line)}</span>\n' if line else ""
    return prompt + "".join(_coloured(each) + "\n" for each in shown.splitlines())


def block(contents: str) -> str:
    """Return terminal sessions in the boxes that the theme and its copy button know."""
    return (
        '<div class="highlight-console notranslate bptt-terminal"><div class="highlight">'
        f"<pre>{contents}</pre></div></div>\n"
    )


def _coloured(line: str) -> str:
    text = Text.from_ansi(line)
    return "".join(_piece(piece.plain, piece.spans[-1].style if piece.spans else "") for piece in _pieces(text))


def _pieces(text: Text) -> list[Text]:
    """Cut a line where its colours change."""
    cuts = sorted({at for span in text.spans for at in (span.start, span.end)} - {0, len(text)})
    return list(text.divide(cuts))


def _piece(words: str, style: str | Style) -> str:
    marks = _marks(style) if isinstance(style, Style) else ""
    return f"<span{marks}>{escape(words)}</span>" if marks else escape(words)


def _marks(style: Style) -> str:
    """Return the attributes that stand for a style.

    Of the first sixteen colours a reader's terminal decides, hence a class; unless something is behind the letters.
    """
    names = [f"ansi-{name}" for name, on in (("bold", style.bold), ("dim", style.dim)) if on]
    front, back = (None if each is None or each.is_default else each for each in (style.color, style.bgcolor))
    exact = {"background": back}
    if front is not None and back is None and front.number is not None and front.number < _CHOSEN:
        names.insert(0, f"ansi-color{front.number % 8}")
    else:
        exact["color"] = front
    inline = ";".join(f"{name}:{each.get_truecolor().hex}" for name, each in exact.items() if each is not None)
    return (f' class="{" ".join(names)}"' if names else "") + (f' style="{inline}"' if inline else "")
