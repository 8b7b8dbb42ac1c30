"""Small line plots made of braille characters: each character holds two dots across and four down."""

from collections.abc import Sequence

from rich.text import Text

ACROSS, DOWN = 2, 4

_EMPTY = 0x2800
# The bit of each dot, by column and row within a character.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


class Canvas:
    """Dots on a grid of characters; a character takes the style of the last line through it.

    Attributes:
        width: characters across.
        height: characters down.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._cells = [[_EMPTY] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]

    def line(self, heights: Sequence[float | None], style: str = "") -> None:
        """Draw one height for each column of dots, joined by vertical runs where it is steep.

        Args:
            heights: 0 at the bottom to 1 at the top, `ACROSS` × width of them at most; None leaves a gap, and what
                lies outside is not drawn.
            style: of the characters it passes through.
        """
        last: int | None = None
        for x, height in enumerate(heights):
            if height is None:
                last = None
                continue
            y = round((1 - height) * (DOWN * self.height - 1))
            for between in _run(last, y):
                self._dot(x, between, style)
            last = y

    def _dot(self, x: int, y: int, style: str) -> None:
        row, column = y // DOWN, x // ACROSS
        if 0 <= row < self.height and 0 <= column < self.width:
            self._cells[row][column] |= _BITS[x % ACROSS][y % DOWN]
            self._styles[row][column] = style

    def rows(self) -> list[Text]:
        """Return the picture, one text a row, `width` characters each."""
        return [
            Text.assemble(
                *((chr(cell) if cell != _EMPTY else " ", style) for cell, style in zip(cells, styles, strict=True))
            )
            for cells, styles in zip(self._cells, self._styles, strict=True)
        ]


def _run(last: int | None, y: int) -> range:
    """Return the rows from next to the last dot up to this one."""
    if last is None or last == y:
        return range(y, y + 1)
    return range(last + 1, y + 1) if y > last else range(y, last)
