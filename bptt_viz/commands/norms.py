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
    verdicts,
)
from bptt_viz.console.artefacts import Besides, form_of, publish
from bptt_viz.console.options import Json, model_command


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

    The verdict comes first: by how much a step back multiplies the gradient, why, and what helps; then every step,
    with the share of its own loss and the share that comes back through time. MODEL may also be a PyTorch model
    under its own loss, pkg.mod:name or file.py:name.

    Exit code 1: a verdict of --fail-on came out, or the gradient is worse than that of --baseline
    Example: bptt-viz norms lstm --steps 100
    See also: curves, credit, spectrum, docs/norms.md, docs/scale.md
    """
    from bptt_viz.answers.norms import norms as measure
    from bptt_viz.console.progress import progress
    from bptt_viz.render.norms import Extras

    extras, failing = Extras(parameters, why, entries, plot), verdicts(fail_on)
    whole = json or form_of(output) == "json"
    with progress("norms") as tick:
        found = measure(request, loss.value, seeds, extras, baseline, whole, tick)
    publish(found, output, json)
    return exit_code(found.result, failing)
