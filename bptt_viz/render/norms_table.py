"""One layer's per-step norms as a table that fits the terminal."""

from collections.abc import Sequence

from rich.console import RenderableType

from bptt_viz.render.norms_columns import (
    BARS,
    CHAIN,
    EXTRA,
    LONGEST_BAR,
    SHORTEST_BAR,
    Column,
    bars,
    columns,
    scale,
)
from bptt_viz.render.tables import table
from bptt_viz.results.norms import LayerNorms, NormReport

MAIN_WIDTH = 80
"""What the main columns aim at where no terminal sets a width."""


def layer_table(
    report: NormReport, layer: LayerNorms, terminal: bool, width: int
) -> tuple[RenderableType, list[Column]]:
    """Return a layer's table, and the columns that it shows.

    Args:
        report: the whole report.
        layer: the layer.
        terminal: draw rules and bars, and choose columns by `width`; otherwise all but the extras are shown.
        width: of the terminal.
    """
    every = columns(report, layer)
    shown = fitted(every, width) if terminal else [column for column in every if column.rank < EXTRA]
    gap = 2 if total(shown, 2) <= (width if terminal else MAIN_WIDTH) else 1
    room, between = width - total(shown, gap) - gap, scale(report)
    if terminal and between and room >= SHORTEST_BAR:
        place = next(place for place, column in enumerate(shown, start=1) if column.heading == CHAIN)
        shown.insert(place, bars(layer.chain.norms, between, min(room, LONGEST_BAR)))
    return _drawn(shown, gap, terminal), shown


def fitted(every: Sequence[Column], width: int) -> list[Column]:
    """Return the columns that fit into `width`; extras also leave room for bars."""
    kept = list(every)
    while any(column.rank >= EXTRA for column in kept) and total(kept, 2) + 2 + 2 * SHORTEST_BAR > width:
        kept.remove(max(kept, key=_rank))
    while total(kept, 1) > width and max(map(_rank, kept)):
        kept.remove(max(kept, key=_rank))
    return kept


def _rank(column: Column) -> int:
    return column.rank


def total(made: Sequence[Column], gap: int) -> int:
    """Return the width of the columns with gaps between them."""
    return sum(column.width for column in made) + gap * (len(made) - 1)


def _drawn(shown: Sequence[Column], gap: int, terminal: bool) -> RenderableType:
    rows = list(zip(*(column.cells for column in shown), strict=True))
    made = table([column.heading for column in shown], rows, terminal)
    made.padding = (0, gap - 1 if terminal else gap, 0, 0)  # the drawn table puts a space between columns itself
    for column, built in zip(shown, made.columns, strict=True):
        built.min_width = column.width
        built.justify = "left" if column.heading == BARS else "right"
    return made
