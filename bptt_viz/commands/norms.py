"""`bptt-viz norms`: the per-step gradient report."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from bptt_viz.console.options import Json, Output, model_command


class Loss(StrEnum):
    """Whose gradient the per-step norms are about."""

    ALL = "all"
    LAST = "last"


@model_command
def norms(
    request: Any,
    loss: Annotated[
        Loss, typer.Option("--loss", help="Norms of the gradient of all losses, or of the last one alone.")
    ] = Loss.ALL,
    json: Json = False,
    output: Output = None,
) -> None:
    """Report the gradient at every time step of a rollout on text, and whether it vanishes or explodes.

    Example: bptt-viz norms lstm --steps 100
    """
    from dataclasses import asdict

    from bptt_viz.analyses.norms import norm_report
    from bptt_viz.console.output import console, emit, provenance
    from bptt_viz.models import prepare
    from bptt_viz.render.json_document import document
    from bptt_viz.render.norms import norms_report

    report = norm_report(prepare(request), loss.value)
    if json:
        text = document("norms", report, provenance("norms", {**asdict(report.run), "loss": loss.value}))
        return emit(text, output)
    screen = console()
    return emit(norms_report(report, screen.is_terminal and output is None, screen.width), output)
