"""`bptt-viz check`: numeric gradient checks."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bptt_viz.commands.check_options import (
    Activation,
    Atol,
    Eps,
    ExplainFlag,
    Form,
    Format,
    Full,
    Hidden,
    Init,
    JsonFlag,
    Layers,
    MethodName,
    OfCode,
    Rtol,
    SelfTestFlag,
    Settings,
    Shapes,
    Targets,
    Topology,
    Truncate,
    Verbose,
    with_options_of_code,
)
from bptt_viz.console.options import Output, Seed, Weights, parse_settings
from bptt_viz.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bptt_viz.results.check import Checks
    from bptt_viz.results.provenance import Provenance


_DEFAULTS = OfCode()
_EXIT_CODES = {"pass": ExitCode.PASS, "mismatch": ExitCode.MISMATCH, "inconclusive": ExitCode.INCONCLUSIVE}


@with_options_of_code
def check(
    targets: Targets = None,
    every_entry: Full = False,
    method: MethodName = None,
    rtol: Rtol = None,
    atol: Atol = 1e-3,
    eps: Eps = None,
    shapes: Shapes = None,
    hidden: Hidden = None,
    layers: Layers = None,
    activation: Activation = None,
    topology: Topology = None,
    truncate: Truncate = None,
    init: Init = "xavier",
    weights: Weights = None,
    settings: Settings = None,
    seed: Seed = 0,
    verbose: Verbose = False,
    form: Form = Format.TEXT,
    json: JsonFlag = False,
    self_test: SelfTestFlag = False,
    explain: ExplainFlag = False,
    of_code: OfCode = _DEFAULTS,
    output: Output = None,
) -> int:
    """Check gradients numerically; exit code 0 for a pass, 1 for a mismatch, 5 if no answer is possible.

    Checking a file runs code of it, in a process of its own.

    Example: bptt-viz check lstm gru --full
    """
    form = Format.JSON if json else form
    if self_test:
        return _examine(seed, form, output)
    if explain:
        return _explain(targets or [], form, output)
    from bptt_viz.cells import discover_cells
    from bptt_viz.checking.differences import parse_method
    from bptt_viz.checking.run import CheckRequest
    from bptt_viz.checking.shapes import DEFAULT_SHAPES, parse_shapes
    from bptt_viz.commands.check_targets import Order, check_everything
    from bptt_viz.console.output import provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.models import discover_models
    from bptt_viz.results.check import Judgement
    from bptt_viz.targets.run.question import Question

    if weights is not None and not targets:
        raise UsageError("--weights wants a MODEL that takes them: see bptt-viz weights inspect FILE")
    names = targets or [*discover_cells(), *discover_models()]
    request = CheckRequest(
        target="",
        hidden=hidden,
        layers=layers,
        activation=activation,
        settings=parse_settings(settings),
        topology=topology,
        truncate=truncate,
        init=init,
        seed=seed,
        shapes=DEFAULT_SHAPES if shapes is None else parse_shapes(shapes),
        every_entry=every_entry,
        method=parse_method(method),
        judgement=Judgement(rtol, atol, eps),
        weights=weights,
    )
    question = Question(seed, every_entry, method, request.judgement, shapes)
    order = Order(tuple(names), request, question, of_code.limits, of_code.fail_on)
    with progress("checking") as tick:
        found = check_everything(order, tick)
    named = {"target": names, "fail_on": sorted(order.fail_on), "weights": weights and Path(weights).name}
    ran = provenance("check", {**asdict(request), **named})
    _publish(found, ran, form, verbose, output)
    return _EXIT_CODES[found.verdict]


def _explain(names: list[str], form: Format, output: Path | None) -> int:
    """Show what is recognised in files of users' own code; nothing of it is run."""
    if form not in {Format.TEXT, Format.JSON}:
        raise UsageError(f"--explain writes text or json, not {form}")
    if not names:
        raise UsageError("--explain wants a file, such as bptt-viz check rnn_layers.py --explain")
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.explanation import explanation_report
    from bptt_viz.render.json_document import document
    from bptt_viz.results.explanation import Explanations
    from bptt_viz.targets.files import explain_code

    found = Explanations(tuple(explain_code(name) for name in names))
    ran = provenance("check --explain", {"target": names})
    text = explanation_report(found, to_terminal(output))
    emit(document("explanation", found, ran) if form is Format.JSON else text, output)
    return ExitCode.PASS


def _examine(seed: int, form: Format, output: Path | None) -> int:
    """Run the checker's own examination; exit code 1 if it misses a bug or raises a false alarm."""
    if form not in {Format.TEXT, Format.JSON}:
        raise UsageError(f"--self-test writes text or json, not {form}")
    from bptt_viz.checking.selftest.examination import examine
    from bptt_viz.console.output import emit, on_terminal, provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.render.json_document import document
    from bptt_viz.render.selftest import selftest_report

    with progress("planting bugs") as tick:
        found = examine(pairs=2, correct=200, kinks=50, seed=seed, tick=tick)
    ran = provenance("check --self-test", {"seed": seed})
    emit(document("self-test", found, ran) if form is Format.JSON else selftest_report(found, on_terminal()), output)
    return ExitCode.PASS if found.passed else ExitCode.MISMATCH


def _publish(found: "Checks", ran: "Provenance", form: Format, verbose: bool, output: Path | None) -> None:
    """Write the result; annotations go to standard output alone, and never where a document stands."""
    from bptt_viz.console.actions import add_to_summary, folder_in_repository, in_actions
    from bptt_viz.console.output import emit, on_terminal
    from bptt_viz.render.check import check_report
    from bptt_viz.render.github import annotations, summary
    from bptt_viz.render.json_document import document
    from bptt_viz.render.junit import junit

    in_file = output is not None and str(output) != "-"
    if form is Format.JSON:
        emit(document("check", found, ran), output)
    elif form is Format.JUNIT:
        emit(junit(found, ran), output)
    else:
        emit(check_report(found, on_terminal() and not in_file, verbose), output)
    if form is Format.GITHUB or (in_actions() and (form is Format.TEXT or in_file)):
        emit(annotations(found, folder_in_repository()))
    add_to_summary(summary(found))
