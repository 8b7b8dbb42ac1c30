"""Relative errors as a heat map for the terminal: coloured blocks that also read without colours."""

import math

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.results.check import HeatMap

# Errors up to the power of ten on the left; colours of the 256-colour palette, from green to red.
_COLOURS = ((-11, 22), (-8, 58), (-5, 94), (-3, 130), (math.inf, 160))
_NOT_A_NUMBER = "bold bright_white on color(90)"
_CAPTION = "relative error, by its power of ten (e-3 stands for 0.001 to 0.01)"


class HeatBlocks:
    """A heat map that breaks into bands of columns where the terminal is too narrow for all of them."""

    def __init__(self, heat: HeatMap) -> None:
        self._rows = [shown(row) for row in heat.rows]
        self._columns = [shown(column) for column in heat.columns]
        self._errors = heat.errors
        self._caption = f"{heat.label}: {_CAPTION}" if heat.label else _CAPTION

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the caption, then each band: its column headings and one line a row."""
        names = max(map(cell_len, self._rows), default=0) + 1
        width = max(map(cell_len, (*self._columns, "e-16"))) + 1
        count = max(1, (options.max_width - names) // width)
        yield Text(self._caption, "dim")
        for start in range(0, len(self._columns), count):
            band = slice(start, start + count)
            yield Text(" " * names + "".join(_right(column, width) for column in self._columns[band]), no_wrap=True)
            for name, errors in zip(self._rows, self._errors, strict=True):
                yield _line(set_cell_size(name, names), errors[band], width)


def _line(name: str, errors: tuple[float, ...], width: int) -> Text:
    line = Text(name, no_wrap=True)
    for error in errors:
        line.append(_right(power(error), width), _style(error))
    return line


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def power(error: float) -> str:
    """Return the power of ten that an error has reached, such as `e-3`; `0`, `nan` and `inf` for themselves."""
    if error == 0 or not math.isfinite(error):
        return f"{error:g}"
    return f"e{math.floor(math.log10(error))}"


def _style(error: float) -> str:
    if not math.isfinite(error):
        return _NOT_A_NUMBER
    reached = math.log10(error) if error > 0 else -math.inf
    colour = next(colour for highest, colour in _COLOURS if reached <= highest)
    return f"bright_white on color({colour})"
