"""A model that has learned its own data, as text and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.fit import FitResult

_SHOWN = 12


def fit_report(found: FitResult, boxed: bool) -> RenderableType:
    """Return the finding, what was run, the way there, and some answers."""
    every = max(1, -(-(len(found.points) - 1) // _SHOWN))
    points = [p for k, p in enumerate(found.points) if k % every == 0 or k + 1 == len(found.points)]
    rows = [
        [f"{p.updates:,}", f"{p.loss:.4g}", f"{p.symbols:.1%}", f"{p.wholes:.1%}", scientific(p.norm)] for p in points
    ]
    headings = ["updates", "loss", "symbols right", "rows right", "‖gradient‖"]
    return Group(
        Text(found.finding, "bold"),
        Text(described(found), "dim"),
        Text(),
        table(headings, rows, boxed),
        Text(),
        *(_answer(answer.written, answer.asked) for answer in found.answers),
    )


def described(found: FitResult) -> str:
    """Say in one line what was run."""
    run = found.run
    options = "".join(f" {name}={value}" for name, value in run.options.items())
    return (
        f"{run.cell}{options}, H={run.hidden} T={run.steps} N={run.batch}, data {run.text}, {found.optimiser},"
        f" seed {run.seed}; a trial asks {found.rows} fresh rows, with the model's own answers fed back"
    )


def _answer(written: tuple[str, ...], asked: tuple[str, ...]) -> Text:
    if written == asked:
        return Text(f"  {' '.join(written)}")
    return Text(f"  {' '.join(written)}   ✗ {' '.join(asked)}")


def fit_csv(found: FitResult) -> str:
    """Return the way there, one trial a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("updates", "loss", "symbols_right", "rows_right", "gradient_norm"))
    for p in found.points:
        writer.writerow((p.updates, *map(repr, (p.loss, p.symbols, p.wholes, p.norm))))
    return text.getvalue()
