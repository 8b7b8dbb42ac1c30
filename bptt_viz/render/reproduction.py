"""A reproduction as text and as comma-separated values: measured beside published."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.reproduction import Reproduction, Series

_MOST_ROWS = 14


def reproduction_report(result: Reproduction, boxed: bool) -> RenderableType:
    """Return the finding, what was run and where it differs, the claims, and the numbers."""
    parts: list[RenderableType] = [
        Text(result.finding, "bold"),
        Text(f"{result.title} ({result.source})"),
        Text(f"Run ({result.preset}): {result.setting}."),
    ]
    if result.differs:
        parts.append(Text(f"Differs: {result.differs}."))
    parts.append(Text())
    for claim in result.claims:
        parts.append(Text(f"{'holds' if claim.holds else 'FAILS'}  {claim.text}", "" if claim.holds else "bold red"))
        parts.append(Text(f"       {claim.shown}"))
    for group in dict.fromkeys(series.group for series in result.series):
        parts += [Text(), _numbers([s for s in result.series if s.group == group], result, boxed, group)]
    return Group(*parts)


def _numbers(series: list[Series], result: Reproduction, boxed: bool, group: str) -> RenderableType:
    """Return a table with one line a place; published numbers stand in brackets."""
    places = sorted({x for each in series for x in each.x})
    if len(places) > _MOST_ROWS:
        places = places[:: -(-len(places) // _MOST_ROWS)]
    rows = [[f"{x:g}", *(_cell(each, x) for each in series)] for x in places]
    title = f"{group}: {result.y_name}, measured" + (" [published]" if _published(series) else "")
    return table([result.x_name, *(each.name for each in series)], rows, boxed, title)


def _published(series: list[Series]) -> bool:
    return any(value is not None for each in series for value in each.published)


def _cell(series: Series, x: float) -> str:
    if x not in series.x:
        return "–"
    k = series.x.index(x)
    measured, published = series.measured[k], series.published[k]
    shown = "–" if measured is None else _short(measured)
    return shown if published is None else f"{shown} [{_short(published)}]"


def _short(value: float) -> str:
    return f"{value:.3g}" if value == 0 or 1e-3 <= abs(value) < 1e5 else scientific(value)


def reproduction_csv(result: Reproduction) -> str:
    """Return one line a number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("group", "series", "x", "measured", "published"))
    for each in result.series:
        for x, measured, published in zip(each.x, each.measured, each.published, strict=True):
            writer.writerow(
                (each.group, each.name, repr(x), *("" if v is None else repr(v) for v in (measured, published)))
            )
    return text.getvalue()
