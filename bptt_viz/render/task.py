"""An attempt at a task as text and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.task import TaskResult

_SHOWN = 12


def task_report(result: TaskResult, boxed: bool) -> RenderableType:
    """Return the finding, how it was learned, what is published, and the way there."""
    every = max(1, -(-len(result.points) // _SHOWN))
    points = [p for k, p in enumerate(result.points) if (k + 1) % every == 0 or k + 1 == len(result.points)]
    regular = any(p.omega for p in points)
    headings = ["updates", "loss", "wrong", "‖gradient‖", "clipped", *(["Ω"] if regular else [])]
    rows = [
        [
            f"{p.updates:,}",
            f"{p.loss:.4g}",
            f"{p.error:.1%}",
            scientific(p.norm),
            f"{p.clipped:.0%}",
            *([scientific(p.omega)] if regular else []),
        ]
        for p in points
    ]
    return Group(
        Text(result.finding, "bold"),
        Text(described(result)),
        Text(f"Published: {result.difficulty}."),
        Text(),
        table(headings, rows, boxed),
    )


def described(result: TaskResult) -> str:
    """Say in one line how it was learned."""
    r = result.recipe
    clip = "no clipping" if r["clip_norm"] is None else f"norm clipped at {r['clip_norm']:g}"
    extra = f", α = {r['alpha']:g}" if r["alpha"] else ""
    return (
        f"{r['cell']}, H = {r['hidden']}, {r['optimiser']} at {r['rate']}, {clip}{extra}, {r['batch']} sequences an"
        f" update, W_hh {r['init']}, seed {r['seed']}; remembering nothing gives {result.chance:.3f}"
    )


def task_csv(result: TaskResult) -> str:
    """Return the way there, one trial a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("updates", "loss", "error", "gradient_norm", "clipped_share", "omega"))
    for p in result.points:
        writer.writerow((p.updates, *map(repr, (p.loss, p.error, p.norm, p.clipped, p.omega))))
    return text.getvalue()
