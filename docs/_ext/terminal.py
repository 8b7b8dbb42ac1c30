"""What a terminal shows, as HTML: ANSI colours become classes, so that the style sheet has a light and a dark set."""

from html import escape

from rich.style import Style
from rich.text import Text


def as_html(line: str, shown: str) -> str:
    """Return one command line and what it said, as the contents of a `pre`."""
    prompt = f'<span class="gp">$ </span><span class="bptt-line">{escape(line)}</span>\n'
    return prompt + "".join(_coloured(each) + "\n" for each in shown.splitlines())


def block(contents: str) -> str:
    """Return terminal sessions in the boxes that the theme and its copy button know."""
    return (
        '<div class="highlight-console notranslate bptt-terminal"><div class="highlight">'
        f"<pre>{contents}</pre></div></div>\n"
    )


def _coloured(line: str) -> str:
    text = Text.from_ansi(line)
    text.rstrip()
    return "".join(_piece(piece.plain, piece.spans[-1].style if piece.spans else "") for piece in _pieces(text))


def _pieces(text: Text) -> list[Text]:
    """Cut a line where its colours change."""
    cuts = sorted({at for span in text.spans for at in (span.start, span.end)} - {0, len(text)})
    return list(text.divide(cuts))


def _piece(words: str, style: str | Style) -> str:
    names = _classes(style) if isinstance(style, Style) else []
    return f'<span class="{" ".join(names)}">{escape(words)}</span>' if names else escape(words)


def _classes(style: Style) -> list[str]:
    colour = style.color.name.replace("bright_", "").replace("(", "").replace(")", "") if style.color else ""
    kinds = [name for name, on in (("bold", style.bold), ("dim", style.dim)) if on]
    return [f"ansi-{name}" for name in (colour, *kinds) if name and name != "default"]
