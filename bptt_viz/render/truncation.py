"""Truncation styles side by side, in the terminal and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.numbers import percent
from bptt_viz.render.tables import table
from bptt_viz.results.truncation import TruncatedGradient, Truncation

NAMES = {
    "full": "full",
    "chunked": "chunks, state carried",
    "true": "true: each error n steps",
    "bptt": "BPTT(k1, k2)",
    "uncarried": "chunks from zero",
}
"""What each style is called."""


def truncation_report(result: Truncation, boxed: bool) -> RenderableType:
    """Return the finding and one line a style and length."""
    timed = any(each.seconds is not None for each in result.gradients)
    headings = ["style", "n", "(error, step) pairs", "of full", "off by", "cosine", "‖g‖ / ‖full‖"]
    headings += ["ms", "MB"] if timed else []
    rows = [_row(each, timed) for each in result.gradients]
    return Group(Text(result.finding, "bold"), Text(described(result)), Text(), table(headings, rows, boxed))


def _row(each: TruncatedGradient, timed: bool) -> list[str]:
    n = f"{each.every}, {each.n}" if each.every is not None else str(each.n)
    numbers = [
        f"{each.contributions:,}",
        percent(each.share),
        _off(each.bias),
        f"{each.cosine:.4f}",
        f"{each.norm:.3f}",
    ]
    cost = [f"{1e3 * (each.seconds or 0):.2f}", f"{each.megabytes or 0:.1f}"] if timed else []
    return [NAMES[each.style], n, *numbers, *cost]


def _off(bias: float) -> str:
    return "0" if bias < 1e-12 else percent(bias)


def described(result: Truncation) -> str:
    """Say in one line what was run."""
    run = result.run
    return (
        f"{run.cell}, H = {run.hidden}, T = {result.steps}, N = {run.batch}, on {run.text}, {run.drawn};"
        f" off by: ‖g − full‖ / ‖full‖"
    )


def truncation_csv(result: Truncation) -> str:
    """Return one line a style and length, with the bias of each parameter."""
    text = io.StringIO()
    names = list(result.gradients[0].parameters)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["style", "k1", "n", "contributions", "bias", "cosine", "norm_ratio", *(f"bias_{name}" for name in names)]
    )
    for each in result.gradients:
        numbers = [each.bias, each.cosine, each.norm, *(each.parameters[name] for name in names)]
        k1 = "" if each.every is None else each.every
        writer.writerow([each.style, k1, each.n, each.contributions, *map(repr, numbers)])
    return text.getvalue()
