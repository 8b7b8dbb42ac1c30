"""Characters of any text in a figure: fonts that have them, and a box for those that no font at hand has."""

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

MISSING = "□"

# Where other fonts come from if the first one lacks a character, Hangul above all.
_FONTS = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans CJK JP")


def families(first: str) -> list[str]:
    """Return the fonts to draw with, in the order in which they are asked."""
    known = {font.name for font in fontManager.ttflist}
    return [first, *(name for name in _FONTS if name in known)]


def drawable(text: str, first: str, names: list[str] | None = None) -> str:
    """Return the text, with □ for characters that none of the fonts has: those named, else all that are at hand."""
    fonts = [get_font(findfont(FontProperties(family=name))) for name in names or families(first)]
    return "".join(c if c == "\n" or any(font.get_char_index(ord(c)) for font in fonts) else MISSING for c in text)


def letter(figure: Figure, keep: bool) -> None:
    """Let each text of a figure be drawn with fonts that have its characters.

    Args:
        figure: whose texts may hold any character, as file names do; changed in place.
        keep: leave characters that no font at hand has; else they become □.
    """
    for text in figure.findobj(Text):
        (first, *others), shown = text.get_fontfamily(), text.get_text()
        if others or shown.isascii() or shown == drawable(shown, first, [first]):
            continue
        text.set_fontfamily(families(first))
        if not keep:
            text.set_text(drawable(shown, first))
