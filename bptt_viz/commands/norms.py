"""`bptt-viz norms`: the per-step gradient report."""

from typing import Any

from bptt_viz.commands.norms_options import (
    BaselineFile,
    FailOn,
    Loss,
    Parameters,
    Seeds,
    WhichLoss,
    exit_code,
    verdicts,
)
from bptt_viz.console.options import Json, Output, model_command


@model_command
def norms(
    request: Any,
    loss: WhichLoss = Loss.ALL,
    seeds: Seeds = 1,
    parameters: Parameters = False,
    fail_on: FailOn = None,
    baseline: BaselineFile = None,
    json: Json = False,
    output: Output = None,
) -> int:
    """Report the gradient at every time step of a rollout on text, and whether it vanishes or explodes.

    Example: bptt-viz norms lstm --steps 100
    """
    from dataclasses import asdict, replace

    from bptt_viz.analyses.norms import norm_report
    from bptt_viz.analyses.norms_baseline import compare, read_baseline
    from bptt_viz.console.output import console, emit, provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.models import prepare
    from bptt_viz.render.json_document import SCHEMA_VERSION, document
    from bptt_viz.render.norms import norms_report

    failing = verdicts(fail_on)
    stored = read_baseline(baseline, SCHEMA_VERSION) if baseline else None
    with progress("norms") as tick:
        report = norm_report(prepare(request), loss.value, seeds, tick)
    if stored is not None:
        report = replace(report, baseline=compare(report, stored))
    if json:
        ran = provenance("norms", {**asdict(report.run), "loss": loss.value, "seeds": seeds})
        emit(document("norms", report, ran), output)
    else:
        screen = console()
        emit(norms_report(report, screen.is_terminal and output is None, screen.width, parameters), output)
    return exit_code(report, failing)
