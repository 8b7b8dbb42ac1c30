"""How a model learned, as text and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.learning import Learning


def learning_report(result: Learning, boxed: bool) -> RenderableType:
    """Return the finding, how it was learned, and the way there."""
    rows = [[f"{p.updates:,}", f"{p.loss:.4g}", f"{p.right:.1%}", scientific(p.norm)] for p in result.points]
    return Group(
        Text(result.finding, "bold"),
        Text(_described(result)),
        Text(),
        table(["updates", "loss", "right", "‖gradient‖"], rows, boxed),
    )


def _described(result: Learning) -> str:
    r = result.recipe
    options = "".join(f" {name}={value}" for name, value in r["settings"].items())
    clip = "no clipping" if r["clip_norm"] is None else f"norm clipped at {r['clip_norm']:g}"
    return (
        f"{r['cell']}{options}, H = {r['hidden']}, {r['optimiser']} at {r['rate']:g}, {clip}, {r['batch']} fresh rows"
        f" an update, seed {r['seed']}; loss on fresh data {result.loss:.4g}"
    )


def learning_csv(result: Learning) -> str:
    """Return the way there, one span of updates a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("updates", "loss", "right", "gradient_norm"))
    for p in result.points:
        writer.writerow((p.updates, *map(repr, (p.loss, p.right, p.norm))))
    return text.getvalue()
