"""The credit matrix as coloured blocks in the terminal, as wide as it is and no wider."""

from collections.abc import Iterator, Sequence
from math import isfinite, nan
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.style import Style
from rich.text import Text

from bptt_viz.arrays import Array
from bptt_viz.render.credit_colours import Scale, colour, viridis
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.results.credit import Credit

_WIDEST, _EVERY = 120, 10
# Without colours, from the smallest to the largest; then exact zero and what is not finite.
_DENSITIES, _NOTHING, _BROKEN = "░▒▓█", "0", "!"


class Grid(NamedTuple):
    """A matrix as it is drawn.

    Attributes:
        values: by row and column; −1 where nothing is drawn, which are the states after a loss.
        each: how many losses and how many steps one place stands for, by its largest value.
        wide: characters a place takes in a line.
    """

    values: Array
    each: int
    wide: int


class CreditBlocks:
    """The matrix for rich to print: losses downward, states to the right; two rows a line where places are narrow."""

    def __init__(self, found: Credit, scale: Scale) -> None:
        self.found = found
        self.scale = scale

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the axis, the lines and the key."""
        coloured = console.color_system is not None and not console.no_color
        margin = len(str(self.found.steps)) + 6
        grid = placed(self.found, min(options.max_width, _WIDEST) - margin)
        two = coloured and grid.wide == 1
        yield from _axis(self.found, grid, margin)
        for row in range(0, len(grid.values), 2 if two else 1):
            line = Text(set_cell_size(_row_name(self.found, grid, row, two), margin), "dim", no_wrap=True)
            line.append_text(self._pairs(grid, row) if two else self._places(grid, row, coloured))
            yield line
        yield from _key(self.found, grid, self.scale, coloured)

    def _places(self, grid: Grid, row: int, coloured: bool) -> Text:
        line = Text(style="not dim")
        for value in grid.values[row]:
            if value == -1:
                line.append(" " * grid.wide)
            elif coloured:
                line.append(" " * grid.wide, Style(bgcolor=colour(float(value), self.scale)))
            else:
                line.append(_density(float(value), self.scale) * grid.wide)
        return line

    def _pairs(self, grid: Grid, row: int) -> Text:
        line = Text(style="not dim")
        below = grid.values[row + 1] if row + 1 < len(grid.values) else np.full(grid.values.shape[1], -1.0)
        for upper, lower in zip(grid.values[row], below, strict=True):
            line.append(*_half_blocks(float(upper), float(lower), self.scale))
        return line


def _half_blocks(upper: float, lower: float, scale: Scale) -> tuple[str, Style]:
    if upper == -1:
        return (" ", Style()) if lower == -1 else ("▄", Style(color=colour(lower, scale)))
    return "▀", Style(color=colour(upper, scale), bgcolor=None if lower == -1 else colour(lower, scale))


def _density(value: float, scale: Scale) -> str:
    if not isfinite(value):
        return _BROKEN
    return _NOTHING if value == 0 else _DENSITIES[min(len(_DENSITIES) - 1, int(scale.share(value) * len(_DENSITIES)))]


def placed(found: Credit, width: int) -> Grid:
    """Fit the matrix into `width` characters: two a step where there is room, one, or one for several steps."""
    drawn = np.where(np.arange(1, found.steps + 1) <= np.array(found.losses)[:, None], found.norms, -1.0)
    if 2 * found.steps <= width:
        return Grid(drawn, 1, 2)
    each = -(-found.steps // max(1, width))
    return Grid(_largest(drawn, each), each, 1)


def _largest(values: Array, each: int) -> Array:
    """Return the largest value of each block; NaN where a block has one."""
    down, across = (np.arange(0, size, each) for size in values.shape)
    return np.maximum.reduceat(np.maximum.reduceat(values, down, axis=0), across, axis=1)


def _axis(found: Credit, grid: Grid, margin: int) -> Iterator[Text]:
    columns = grid.values.shape[1]
    marks = [" "] * (columns * grid.wide + 8)
    for place in range(0, columns, _EVERY // grid.wide):
        number = str(place * grid.each + 1)
        marks[place * grid.wide : place * grid.wide + len(number)] = number
    yield Text("k↓ t→".ljust(margin) + "".join(marks).rstrip(), "dim", no_wrap=True)
    if grid.wide == 2:
        yield Text(" " * margin + "".join(map(_two, found.inputs)).rstrip(), no_wrap=True)


def _two(character: str | None) -> str:
    """Return a character in two cells of the terminal."""
    name = visible(character)
    return name + " " * (2 - cell_len(name)) if cell_len(name) <= 2 else "� "


def _row_name(found: Credit, grid: Grid, row: int, two: bool) -> str:
    k = found.losses[row * grid.each]
    wide = len(str(found.steps))
    if grid.wide == 2:
        return f"{k:>{wide}} → {_two(found.targets[k - 1])}"
    return f"{k:>{wide}}" if row % (_EVERY if two else _EVERY // 2) == 0 else ""


def _key(found: Credit, grid: Grid, scale: Scale, coloured: bool) -> Iterator[Text]:
    bar = Text(f"{found.symbol}  {scientific(scale.low)} ")
    for place in range(24):
        share = place / 23
        if coloured:
            bar.append(" ", Style(bgcolor=viridis(share)))
        else:
            bar.append(_DENSITIES[min(3, int(share * 4))])
    bar.append(f" {scientific(scale.high)}")
    apart = _apart(found, coloured)
    yield Text()
    yield bar
    if apart.plain:
        yield apart
    if grid.each > 1:
        yield Text(f"Each place is the largest of {grid.each} losses × {grid.each} steps.", "dim")


def _apart(found: Credit, coloured: bool) -> Text:
    """Return the key of what is off the scale, where there is any."""
    rows: Sequence[Array] = [found.row(place) for place in range(len(found.losses))]
    line = Text()
    named = (
        ("exactly 0", 0.0, any((row == 0).any() for row in rows)),
        ("not finite", nan, any(not np.isfinite(row).all() for row in rows)),
    )
    for name, value, there in named:
        if there:
            mark = (
                ("  ", Style(bgcolor=colour(value, Scale(1, 10)))) if coloured else (_density(value, Scale(1, 10)), "")
            )
            line.append_text(Text.assemble(mark, f" {name}  "))
    return line
