"""`bptt-viz clipping`: what clipping by norm and elementwise does to a model's gradients."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bptt_viz.results.clipping import Clipping
    from bptt_viz.results.provenance import Provenance

# Files that hold something else than the report, and files that hold the report.
_BESIDES = ("svg", "png", "pdf", "csv")
_INSTEAD = ("txt", "json")

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
Files = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A figure (.svg, .png, .pdf) or data (.csv), besides the report; or the report itself (.txt, .json).",
    ),
]


@model_command
def clipping(
    request: Any,
    windows: Windows = 50,
    threshold: Threshold = None,
    limit: Limit = None,
    plot: Plot = False,
    json: Json = False,
    output: Files = None,
) -> None:
    """Show what clipping gradients by norm and elementwise does, over windows of a text and at each time step.

    Example: bptt-viz clipping rnn --init radius=1.5 -o clipping.svg
    """
    from bptt_viz.analyses.clipping import clipping as analyse
    from bptt_viz.console.output import emit, write_file
    from bptt_viz.console.progress import progress
    from bptt_viz.models import prepare

    form = _form(output)
    with progress("clipping") as tick:
        found = analyse(prepare(request), windows, threshold, limit, tick)
    asked = {"windows": windows, "threshold": threshold, "limit": limit}
    report = _report(found, json or form == "json", plot, output, asked)
    if output is not None and form in _BESIDES:
        write_file(output, _artefact(found, form, asked))
        output = None
    emit(report, output)


def _form(output: Path | None) -> str:
    """Return what a file is to hold, by its name; nothing for standard output."""
    if output is None or str(output) == "-":
        return ""
    form = output.suffix.lower().removeprefix(".")
    if form not in _BESIDES + _INSTEAD:
        known = ", ".join(f".{name}" for name in _BESIDES + _INSTEAD)
        raise UsageError(f"--output {output}: the name must end in one of {known}")
    return form


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


def _artefact(found: "Clipping", form: str, asked: dict[str, Any]) -> bytes:
    if form == "csv":
        from bptt_viz.render.clipping import clipping_csv

        return clipping_csv(found).encode()
    from bptt_viz.render.clipping_figure import clipping_figure
    from bptt_viz.render.figures import figure_bytes

    return figure_bytes(clipping_figure(found), form, found.finding, _ran(found, asked))


def _ran(found: "Clipping", asked: dict[str, Any]) -> "Provenance":
    from dataclasses import asdict

    from bptt_viz.console.output import provenance

    return provenance("clipping", {**asdict(found.run), **asked})
