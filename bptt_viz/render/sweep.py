"""Sweeps as text and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import compact
from bptt_viz.render.tables import table
from bptt_viz.results.sweep import SweepPicture, SweepSummary, SweepTable


def summary_report(result: SweepSummary, boxed: bool) -> RenderableType:
    """Return how far a sweep is, and what failed."""
    total = result.done + result.failed + result.waiting
    parts: list[RenderableType] = [
        Text(f"{result.done} of {total} runs done, {result.failed} failed, {result.waiting} waiting", "bold"),
        Text(f"{result.command}, {result.seconds:.3g} s a run (median); kept in {result.store}"),
    ]
    if result.failures:
        rows = [(", ".join(f"{k}={v}" for k, v in each.point.items()), each.error) for each in result.failures]
        more = result.failed - len(result.failures)
        title = "failed" + (f" (the first {len(rows)}; {more} more)" if more else "")
        parts += [Text(), table(("run", "error"), rows, boxed, title)]
    return Group(*parts)


def sweep_csv(result: SweepTable) -> str:
    """Return one line a run: options, status, seconds, error, kept values."""
    text = io.StringIO()
    names = [*result.options, "status", "seconds", "error", *result.fields]
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows({k: "" if v is None else v for k, v in row.items()} for row in result.rows)
    return text.getvalue()


def picture_report(result: SweepPicture, boxed: bool) -> RenderableType:
    """Return the medians as a table, rows by rows."""
    corner = f"{result.y} \\ {result.x}" if result.y else result.x
    cells = [[compact(float(v)) for v in line] for line in result.median]
    rows = [[name or "median", *line] for name, line in zip(result.rows, cells, strict=True)]
    return Group(Text(heading(result), "bold"), table((corner, *result.columns), rows, boxed))


def heading(result: SweepPicture) -> str:
    """Say what is shown."""
    over = f", median over {', '.join(result.over)}" if result.over else ""
    return f"{result.value} by {result.x}{f' and {result.y}' if result.y else ''}{over}"
