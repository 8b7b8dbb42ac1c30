"""`bptt-viz credit`: how far back each loss reaches, and which characters an output depends on."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import demand_place, form_of, publish
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

    Prints a matrix: how much of the gradient of the loss at one step arrives at the state of another. With --saliency,
    shows instead which characters of the text one prediction depends on.

    Example: bptt-viz credit lstm --steps 50 -o credit.svg
    See also: norms, response, docs/credit.md
    """
    from bptt_viz.answers import credit as answers
    from bptt_viz.console.progress import progress

    if saliency is not None:
        _saliency_form(output)
        return publish(answers.saliency(request, saliency, of.value, normalise, scale), output, json)
    form_of(output)
    with progress("credit") as tick:
        found = answers.credit(request, state, layer, scale, tick)
    return publish(found, output, json)


def _saliency_form(output: Path | None) -> None:
    """Refuse, before any work is done, a file that saliency is not written to.

    Raises:
        UsageError: saliency is not written in that form.
    """
    from bptt_viz.errors import UsageError

    if output is not None and output.suffix.lower() == ".html":
        demand_place(output)
    elif form_of(output) in {"svg", "png", "pdf"}:
        raise UsageError(f"--output {output}: saliency is drawn in the terminal or as a page; name it .html")
