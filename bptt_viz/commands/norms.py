"""`bptt-viz norms`: the per-step gradient report."""

from typing import Any

from bptt_viz.commands.norms_options import (
    BaselineFile,
    Entries,
    FailOn,
    Loss,
    Parameters,
    Plot,
    Seeds,
    WhichLoss,
    Why,
    exit_code,
    report_data,
    report_figure,
    verdicts,
)
from bptt_viz.console.artefacts import Besides, form_of, write_besides
from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError


@model_command
def norms(
    request: Any,
    loss: WhichLoss = Loss.ALL,
    seeds: Seeds = 1,
    parameters: Parameters = False,
    why: Why = False,
    entries: Entries = False,
    plot: Plot = False,
    fail_on: FailOn = None,
    baseline: BaselineFile = None,
    json: Json = False,
    output: Besides = None,
) -> int:
    """Report the gradient at every time step of a rollout on text, and whether it vanishes or explodes.

    MODEL may also be a PyTorch model under its own loss, pkg.mod:name or file.py:name.

    Example: bptt-viz norms lstm --steps 100
    """
    from dataclasses import asdict, replace

    from bptt_viz.analyses.norms_baseline import compare, read_baseline
    from bptt_viz.console.output import console, emit, provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.render.json_document import SCHEMA_VERSION, document
    from bptt_viz.render.norms import Extras, norms_report
    from bptt_viz.render.norms_words import verdict_words

    form, failing = form_of(output), verdicts(fail_on)
    stored = read_baseline(baseline, SCHEMA_VERSION) if baseline else None
    with progress("norms") as tick:
        report = _measured(request, loss, seeds, tick, jacobians=why or json or form == "json")
    if stored is not None:
        report = replace(report, baseline=compare(report, stored))
    ran = provenance("norms", {**asdict(report.run), "loss": loss.value, "seeds": seeds})
    figure, data = (lambda: report_figure(report)), (lambda: report_data(report))
    rest = write_besides(output, form, figure, data, verdict_words(report), ran)
    if json or form == "json":
        emit(document("norms", report, ran), rest)
    else:
        screen, extras = console(), Extras(parameters, why, entries, plot)
        emit(norms_report(report, screen.is_terminal and rest is None, screen.width, extras), rest)
    return exit_code(report, failing)


def _measured(request: Any, loss: Loss, seeds: int, tick: Any, jacobians: bool) -> Any:
    """Measure a model of ours, or a PyTorch model by its name."""
    from bptt_viz.adapters.recording import record_named
    from bptt_viz.analyses.norms import norm_report
    from bptt_viz.weights import prepare

    found = record_named(request, loss.value)
    if found is None:
        return norm_report(prepare(request), loss.value, seeds, tick, jacobians)
    if seeds > 1:
        raise UsageError(f"--seeds draws the weights of models of ours, and means nothing for {request.cell}")
    return found
