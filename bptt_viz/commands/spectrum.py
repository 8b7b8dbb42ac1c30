"""`bptt-viz spectrum`: singular values of temporal Jacobians, and Lyapunov exponents."""

from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, form_of, write_besides
from bptt_viz.console.options import Json, model_command


@model_command
def spectrum(
    request: Any,
    span: Annotated[
        list[int] | None,
        typer.Option("--span", help="Singular values of the product of the last so many steps; repeatable.", min=1),
    ] = None,
    transient: Annotated[
        int, typer.Option("--transient", help="Steps left out of the exponents at the start.", min=0)
    ] = 0,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Measure how fast gradients grow or shrink in every direction of the state: Lyapunov exponents by QR.

    Example: bptt-viz spectrum lstm --steps 200 --transient 20 --span 1 --span 10
    """
    from dataclasses import asdict

    from bptt_viz.analyses.spectrum import spectrum as analyse
    from bptt_viz.console.output import emit, on_terminal, provenance
    from bptt_viz.models import prepare
    from bptt_viz.render.json_document import document
    from bptt_viz.render.spectrum import spectrum_csv, spectrum_report

    form = form_of(output)
    prepared = prepare(request)
    found = analyse(prepared, tuple(span or ()), transient)
    ran = provenance("spectrum", {**asdict(prepared.request), "span": span or [], "transient": transient})

    def figure() -> Any:
        from bptt_viz.render.spectrum_figure import spectrum_figure

        return spectrum_figure(found)

    rest = write_besides(output, form, figure, lambda: spectrum_csv(found), found.finding, ran)
    wants_json = json or form == "json"
    text = document("spectrum", found, ran) if wants_json else spectrum_report(found, on_terminal() and rest is None)
    emit(text, rest)
