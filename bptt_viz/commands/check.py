"""`bptt-viz check`: numeric gradient checks."""

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
    from bptt_viz.console.shown import Shown
    from bptt_viz.results.check import Checks


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
    """Check gradients numerically.

    Compares the gradient of every parameter, input and initial state with a numeric derivative: where possible by the
    complex step, which is exact to about fifteen digits. Prints a line for each target, and for a mismatch where it is:
    operation, gate or time step. Checking a file runs code of it, in a process of its own.

    Exit code 1: a gradient is wrong, or an outcome of --fail-on came out
    Exit code 5: no answer is possible
    Example: bptt-viz check lstm gru --full
    See also: trace, norms, docs/check.md, docs/check-your-code.md, docs/check-pytorch.md
    """
    form = Format.JSON if json else form
    if self_test:
        return _examine(seed, form, output)
    if explain:
        return _explain(targets or [], form, output)
    from bptt_viz.answers import check as answers
    from bptt_viz.console.progress import progress

    order = answers.order(
        targets, every_entry, method, rtol, atol, eps, shapes, hidden, layers, activation, topology, truncate, init,
        weights, parse_settings(settings), seed, of_code.limits, of_code.fail_on,
    )  # fmt: skip
    with progress("checking") as tick:
        found = answers.check(order, tick, verbose)
    _publish(found, form, output)
    return _EXIT_CODES[found.result.verdict]


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


def _publish(found: "Shown[Checks]", form: Format, output: Path | None) -> None:
    """Write the result; annotations go to standard output alone, and never where a document stands."""
    from bptt_viz.console.actions import add_to_summary, folder_in_repository, in_actions
    from bptt_viz.console.output import emit, on_terminal
    from bptt_viz.render.github import annotations, summary

    in_file = output is not None and str(output) != "-"
    if form is Format.JSON:
        emit(found.json(), output)
    elif form is Format.JUNIT:
        emit(found.data("xml").decode(), output)
    else:
        emit(found.ways.report(on_terminal() and not in_file, 0), output)
    if form is Format.GITHUB or (in_actions() and (form is Format.TEXT or in_file)):
        emit(annotations(found.result, folder_in_repository()))
    add_to_summary(summary(found.result))
