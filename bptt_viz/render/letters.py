"""Characters of any text in a figure: fonts that have them, and a box for those that no font at hand has."""

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

MISSING = "□"

# Where other fonts come from if the first one lacks a character, Hangul above all.
_FONTS = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans CJK JP")


def families(first: str) -> list[str]:
    """Return the fonts to draw with, in the order in which they are asked."""
    known = {font.name for font in fontManager.ttflist}
    return [first, *(name for name in _FONTS if name in known)]


def drawable(text: str, first: str) -> str:
    """Return the text, with □ for characters that none of the fonts has."""
    fonts = [get_font(findfont(FontProperties(family=name))) for name in families(first)]
    return "".join(c if c == "\n" or any(font.get_char_index(ord(c)) for font in fonts) else MISSING for c in text)
