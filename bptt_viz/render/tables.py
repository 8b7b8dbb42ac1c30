"""Tables for the terminal: boxed on one, plain columns when piped."""

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text


def table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], boxed: bool, title: str = "") -> Table:
    """Return a table whose first column is left-aligned and whose others are right-aligned.

    Args:
        columns: the headings.
        rows: cells as plain text, never read as markup.
        boxed: draw rules, as for a terminal.
        title: a line above it.
    """
    style = box.SIMPLE_HEAD if boxed else None
    made = Table(box=style, title=title or None, title_justify="left", pad_edge=False, show_edge=False)
    for place, heading in enumerate(columns):
        made.add_column(heading, justify="left" if place == 0 else "right", no_wrap=True)
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return made
