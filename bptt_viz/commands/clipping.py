"""`bptt-viz clipping`: what clipping by norm and elementwise does to a model's gradients."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.options import Json, model_command

if TYPE_CHECKING:
    pass


Windows = Annotated[int, typer.Option("--windows", help="Windows of the text to measure.", min=1, max=10**6)]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", help="θ of norm clipping; the 90% quantile of the windows' gradient norms if left out."
    ),
]
Limit = Annotated[
    float | None,
    typer.Option(
        "--limit", help="c of elementwise clipping; the 90% quantile of the windows' largest entries if left out."
    ),
]
Updates = Annotated[
    int | None,
    typer.Option(
        "--updates",
        help="Updates of training each way, from the same weights; 0 for none; 300 if left out, where possible.",
        min=0,
        max=10**6,
    ),
]
Rate = Annotated[float, typer.Option("--rate", help="Learning rate of the training, which is plain gradient descent.")]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the windows' gradient norms in the terminal too.")]


@model_command
def clipping(
    request: Any,
    windows: Windows = 50,
    threshold: Threshold = None,
    limit: Limit = None,
    updates: Updates = None,
    rate: Rate = 0.01,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Show what clipping gradients by norm and elementwise does: over a text, at each time step, and in training.

    Prints on how many windows each way acts, how far it turns the gradient, and the loss of training with it and
    without, from the same weights; then the largest gradients before and after.

    Example: bptt-viz clipping rnn --init radius=1.5 -o clipping.svg
    See also: norms, surface, docs/clipping.md
    """
    from dataclasses import asdict
    from functools import partial

    from bptt_viz.analyses.clipping import clipping as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.clipping import clipping_csv, clipping_report
    from bptt_viz.weights import prepare

    form_of(output)
    asked = {"windows": windows, "threshold": threshold, "limit": limit, "updates": updates, "rate": rate}
    with progress("clipping") as tick:
        found = analyse(prepare(request), windows, threshold, limit, updates, rate, tick)

    data, report = partial(clipping_csv, found), partial(clipping_report, found, plot=plot)
    deliver("clipping", found, {**asdict(found.run), **asked}, output, json, data, report)
