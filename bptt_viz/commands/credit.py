"""`bptt-viz credit`: how far back each loss reaches, and which characters an output depends on."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import deliver, form_of
from bptt_viz.console.options import Json, model_command


class Of(StrEnum):
    """Which output saliency is about."""

    SCORE = "score"
    LOSS = "loss"


State = Annotated[
    str | None,
    typer.Option("--state", help="h, c or another state of the cell, or joint for all; else the one read out."),
]
LayerAt = Annotated[
    int | None, typer.Option("--layer", help="Whose states: 0 is next to the input; else the last layer.", min=0)
]
Ends = Annotated[
    str | None,
    typer.Option("--scale", metavar="MIN:MAX", help="Ends of the colours, to share them between pictures."),
]
Step = Annotated[
    int | None,
    typer.Option("--saliency", metavar="K", help="Instead: which characters the output at step K depends on.", min=1),
]
OfWhat = Annotated[Of, typer.Option("--of", help="With --saliency: the target's score y_K[target] or the loss L_K.")]
Normalise = Annotated[
    bool, typer.Option("--normalise", help="With --saliency: divide by the largest value; else colours are absolute.")
]
Files = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A figure (.svg, .png, .pdf; with --saliency a page, .html) or data (.csv), besides the report; or the"
        " report itself (.txt, .json).",
    ),
]


@model_command
def credit(
    request: Any,
    state: State = None,
    layer: LayerAt = None,
    scale: Ends = None,
    saliency: Step = None,
    of: OfWhat = Of.SCORE,
    normalise: Normalise = False,
    json: Json = False,
    output: Files = None,
) -> None:
    """Show how far back the credit for each loss reaches: the norms of its gradient by every earlier state.

    With --saliency, show instead which characters of the text one prediction depends on.

    Example: bptt-viz credit lstm --steps 50 -o credit.svg
    """
    from bptt_viz.render.credit_colours import parse_scale

    ends = parse_scale(scale)
    if saliency is not None:
        return _saliency(request, saliency, of, normalise, ends, json, output)
    return _matrix(request, state, layer, ends, json, output)


def _matrix(request: Any, state: str | None, layer: int | None, ends: Any, json: bool, output: Path | None) -> None:
    from dataclasses import asdict

    from bptt_viz.analyses.credit import credit as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.credit import credit_csv, credit_report
    from bptt_viz.weights import prepare

    form_of(output)
    with progress("credit") as tick:
        found = analyse(prepare(request), state, layer, tick)

    def figure() -> Any:
        from bptt_viz.render.credit_figure import credit_figure

        return credit_figure(found, ends)

    deliver(
        "credit",
        found,
        {**asdict(found.run), "state": found.state, "layer": found.layer, "scale": ends},
        output,
        json,
        figure,
        lambda: credit_csv(found),
        lambda boxed: credit_report(found, boxed, ends),
    )


def _saliency(request: Any, step: int, of: Of, normalise: bool, ends: Any, json: bool, output: Path | None) -> None:
    from dataclasses import asdict

    from bptt_viz.analyses.saliency import saliency
    from bptt_viz.console.output import emit, on_terminal, provenance
    from bptt_viz.render.json_document import document
    from bptt_viz.render.saliency import saliency_report
    from bptt_viz.weights import prepare

    form = _saliency_form(output)
    found = saliency(prepare(request), step, of.value, normalise)
    ran = provenance("credit", {**asdict(found.run), "saliency": step, "of": of.value, "normalise": normalise})
    rest = output
    if output is not None and form in {"html", "csv"}:
        from bptt_viz.console.output import write_file

        write_file(output, _saliency_file(found, form, ends, ran).encode())
        rest = None
    if json or form == "json":
        return emit(document("saliency", found, ran), rest)
    return emit(saliency_report(found, on_terminal() and rest is None, ends), rest)


def _saliency_form(output: Path | None) -> str:
    """Return what a file is to hold, by its name.

    Raises:
        UsageError: saliency is not written in that form.
    """
    from bptt_viz.errors import UsageError

    if output is not None and output.suffix.lower() == ".html":
        return "html"
    form = form_of(output)
    if form in {"svg", "png", "pdf"}:
        raise UsageError(f"--output {output}: saliency is drawn in the terminal or as a page; name it .html")
    return form


def _saliency_file(found: Any, form: str, ends: Any, ran: Any) -> str:
    if form == "csv":
        from bptt_viz.render.saliency import saliency_csv

        return saliency_csv(found)
    from bptt_viz.render.saliency_page import saliency_page

    return saliency_page(found, ran, ends)
