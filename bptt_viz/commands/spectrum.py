"""`bptt-viz spectrum`: singular values of temporal Jacobians, and Lyapunov exponents."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.lists import whole_numbers
from bptt_viz.console.options import Json, model_command

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Spans = Annotated[
    list[str] | None,
    typer.Option(
        "--span",
        metavar="S,...",
        help="Singular values of the product of the last so many steps; several by commas. [default: 1,10,100]",
    ),
]
Transient = Annotated[
    int, typer.Option("--transient", help="Steps left out of the exponents at the start.", min=0, max=10**6)
]
Leading = Annotated[
    int | None, typer.Option("--leading", help="Only so many exponents, the largest ones. [default: all]", min=1)
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

    Example: bptt-viz spectrum lstm --steps 200 --transient 20 --span 1,10
    """
    from dataclasses import asdict

    from bptt_viz.analyses.spectrum import spectrum as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.spectrum import spectrum_csv, spectrum_report
    from bptt_viz.weights import prepare

    form_of(output)
    spans, prepared = whole_numbers("span", span) if span else None, prepare(request)
    with progress("spectrum") as tick:
        found = analyse(prepared, spans, transient, leading, tick)

    def figure() -> "Figure":
        from bptt_viz.render.spectrum_figure import spectrum_figure

        return spectrum_figure(found)

    deliver(
        "spectrum",
        found,
        {**asdict(prepared.request), "span": spans or [each.steps for each in found.spans], "transient": transient},
        output,
        json,
        figure,
        lambda: spectrum_csv(found),
        lambda boxed: spectrum_report(found, boxed, plot),
    )
