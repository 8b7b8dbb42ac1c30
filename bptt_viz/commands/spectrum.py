"""`bptt-viz spectrum`: singular values of temporal Jacobians, and Lyapunov exponents."""

from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, form_of, publish
from bptt_viz.console.lists import whole_numbers
from bptt_viz.console.options import Json, model_command

Spans = Annotated[
    list[str] | None,
    typer.Option(
        "--span",
        metavar="S,...",
        help="Singular values of the product of the last so many steps; several by commas; 1,10,100 if left out.",
    ),
]
Transient = Annotated[
    int, typer.Option("--transient", help="Steps left out of the exponents at the start.", min=0, max=10**6)
]
Leading = Annotated[
    int | None, typer.Option("--leading", help="Only so many exponents, the largest ones; all if left out.", min=1)
]
Plot = Annotated[
    bool, typer.Option("--plot", help="Draw exponents, convergence and singular values in the terminal too.")
]


@model_command
def spectrum(
    request: Any,
    span: Spans = None,
    transient: Transient = 0,
    leading: Leading = None,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Measure how fast gradients grow or shrink in every direction of the state: Lyapunov exponents by QR.

    Prints the exponents in order with their half-lives, and the singular values of products of temporal Jacobians: how
    many directions keep their gradient, not only how much of it is left.

    Example: bptt-viz spectrum lstm --steps 200 --transient 20 --span 1,10
    See also: norms, curves, docs/spectrum.md
    """
    from bptt_viz.answers.spectrum import spectrum as measure
    from bptt_viz.console.progress import progress

    form_of(output)
    spans = whole_numbers("span", span) if span else None
    with progress("spectrum") as tick:
        found = measure(request, spans, transient, leading, plot, tick)
    publish(found, output, json)
