"""The credit matrix as text and as comma-separated values."""

import csv
import io
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.render.credit_blocks import CreditBlocks
from bptt_viz.render.credit_colours import Scale, fitting
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.credit import Credit

_WIDTH = 8


def credit_report(found: Credit, terminal: bool, scale: Scale | None = None) -> RenderableType:
    """Return the finding, what was run, and the matrix: coloured on a terminal, else as numbers.

    Args:
        found: the matrix.
        terminal: draw it in colours, as wide as the terminal.
        scale: ends of the colours; None fits them to the values.
    """
    if terminal:
        return Group(credit_head(found), Text(), CreditBlocks(found, scale or scale_of(found)))
    return Group(credit_head(found), Text(), *_numbers(found))


def credit_head(found: Credit) -> RenderableType:
    """Return the finding and what was run."""
    return Group(Text(found.finding, "bold"), Text(described(found), "dim"))


def credit_table(found: Credit) -> Table:
    """Return every norm: a row for each loss, a column for each state."""
    steps = range(1, found.steps + 1)
    heads = (f"t = {t}" + (f" {visible(x)}" if x else "") for t, x in zip(steps, found.inputs, strict=True))
    rows = [
        (f"k = {k} → {visible(found.targets[k - 1])}", *(scientific(float(value)) for value in found.row(place)))
        for place, k in enumerate(found.losses)
    ]
    return table((found.symbol, *heads), rows, False)


def scale_of(found: Credit) -> Scale:
    """Return whole powers of ten around all norms."""
    return fitting(float(value) for place in range(len(found.losses)) for value in found.row(place))


def described(found: Credit) -> str:
    """Say in a line what was run and which states are meant."""
    run = found.run
    options = "".join(f" {name}={value}" for name, value in run.options.items())
    layer = f" of layer {found.layer} (0 to {run.layers - 1})" if run.layers > 1 else ""
    batch = f" N={run.batch}" if run.batch > 1 else ""
    what = "all states" if found.state == "joint" else f"{found.state}_t"
    return (
        f"{what}{layer}, {run.cell}{options}, H={run.hidden} T={run.steps}{batch}, {run.topology}, text {run.text},"
        f" {run.drawn}, {run.dtype}"
    )


def _numbers(found: Credit) -> Iterator[Text]:
    """Yield one line a loss: its step, its target, and the norms at t = 1 … k."""
    steps = range(1, found.steps + 1)
    edge = len(str(found.steps)) + 2
    read = "".join(f"{visible(character):>{_WIDTH}}" for character in found.inputs)
    yield Text(f"{found.symbol}, losses k downward, states t to the right")
    yield Text(f"{'k':<{edge}}{'→y':>6}" + "".join(f"{f't={t}':>{_WIDTH}}" for t in steps), no_wrap=True)
    yield Text(f"{'x':<{edge}}{'':>6}{read}", no_wrap=True)
    for place, k in enumerate(found.losses):
        row = "".join(f"{scientific(float(value)):>{_WIDTH}}" for value in found.row(place))
        yield Text(f"{k:<{edge}}{visible(found.targets[k - 1]):>6}{row}", no_wrap=True)


def credit_csv(found: Credit) -> str:
    """Return every entry: k, t, k − t, the norm, written so that it reads back as it is."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("k", "t", "distance", "norm"))
    for place, k in enumerate(found.losses):
        writer.writerows((k, t, k - t, repr(float(v))) for t, v in enumerate(found.row(place), start=1))
    return stream.getvalue()
