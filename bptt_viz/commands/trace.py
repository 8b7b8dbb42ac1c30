"""`bptt-viz trace`: the backward pass of one time step, operation by operation."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.options import Json, Output, model_command


@model_command
def trace(
    request: Any,
    step: Annotated[
        int | None,
        typer.Option("--step", help="The time step; if left out, the last with an output and a step behind it.", min=1),
    ] = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """Follow one step's backward pass operation by operation: rules, local derivatives, what comes in and goes out.

    Prints each operation of the step, the last one first, and what it hands to each of its inputs: the rule, the
    expression of the cotangent and its numbers, or its norm where there are many.

    Example: bptt-viz trace lstm --text hello --hidden 3 --step 3
    See also: graph, check, docs/trace.md
    """
    from dataclasses import asdict

    from bptt_viz.analyses.graph import record
    from bptt_viz.analyses.trace import trace as analyse
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.json_document import document
    from bptt_viz.render.trace import TraceReport
    from bptt_viz.weights import prepare

    prepared = prepare(request)
    found = analyse(record(prepared), step)
    options = asdict(prepared.request) | {"step": found.t}
    options |= {name: Path(options[name]).name for name in ("cell", "text")}
    ran = provenance("trace", options)
    emit(document("trace", found, ran) if json else TraceReport(found, to_terminal(output)), output)
