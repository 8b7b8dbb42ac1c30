"""`bptt-viz clipping`: what clipping by norm and elementwise does to a model's gradients."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, form_of, write_besides
from bptt_viz.console.options import Json, model_command

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from bptt_viz.results.clipping import Clipping
    from bptt_viz.results.provenance import Provenance


Windows = Annotated[int, typer.Option("--windows", help="Windows of the text to measure.", min=1, max=10**6)]
Threshold = Annotated[
    float | None,
    typer.Option("--threshold", help="θ of norm clipping. [default: the 90% quantile of the windows' gradient norms]"),
]
Limit = Annotated[
    float | None,
    typer.Option(
        "--limit", help="c of elementwise clipping. [default: the 90% quantile of the windows' largest entries]"
    ),
]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the windows' gradient norms in the terminal too.")]


@model_command
def clipping(
    request: Any,
    windows: Windows = 50,
    threshold: Threshold = None,
    limit: Limit = None,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Show what clipping gradients by norm and elementwise does, over windows of a text and at each time step.

    Example: bptt-viz clipping rnn --init radius=1.5 -o clipping.svg
    """
    from bptt_viz.analyses.clipping import clipping as analyse
    from bptt_viz.console.output import emit
    from bptt_viz.console.progress import progress
    from bptt_viz.models import prepare

    form = form_of(output)
    with progress("clipping") as tick:
        found = analyse(prepare(request), windows, threshold, limit, tick)
    asked = {"windows": windows, "threshold": threshold, "limit": limit}
    rest = write_besides(output, form, lambda: _figure(found), lambda: _data(found), found.finding, _ran(found, asked))
    emit(_report(found, json or form == "json", plot, rest, asked), rest)


def _report(
    found: "Clipping", json: bool, plot: bool, output: Path | None, asked: dict[str, Any]
) -> "str | RenderableType":
    """Return the report, without rules if it goes to a file."""
    if json:
        from bptt_viz.render.json_document import document

        return document("clipping", found, _ran(found, asked))
    from bptt_viz.console.output import console
    from bptt_viz.render.clipping import clipping_report

    return clipping_report(found, console().is_terminal and output is None, plot)


def _figure(found: "Clipping") -> "Figure":
    from bptt_viz.render.clipping_figure import clipping_figure

    return clipping_figure(found)


def _data(found: "Clipping") -> str:
    from bptt_viz.render.clipping import clipping_csv

    return clipping_csv(found)


def _ran(found: "Clipping", asked: dict[str, Any]) -> "Provenance":
    from dataclasses import asdict

    from bptt_viz.console.output import provenance

    return provenance("clipping", {**asdict(found.run), **asked})
