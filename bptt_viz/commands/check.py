"""`bptt-viz check`: numeric gradient checks."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.options import Output, Seed, parse_settings
from bptt_viz.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bptt_viz.results.check import Checks
    from bptt_viz.results.provenance import Provenance


class Format(StrEnum):
    """How the result is written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...",
        help="Built-in cells or models, file.py:name or pkg.mod:name, or your own code: file.py, file.ipynb, or"
        " file.py::name for one of its pairs; if none, the targets of [tool.bptt_viz.check] in pyproject.toml, else all"
        " built-in ones.",
        show_default=False,
        envvar="BPTT_VIZ_TARGETS",  # click 8.1 looks for defaults of a list of arguments only if it has a variable
        show_envvar=False,
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Compare every entry, not only random projections.")]
MethodName = Annotated[
    str | None,
    typer.Option("--method", help="complex, central, central6 or ridders; chosen by itself if left out."),
]
Rtol = Annotated[float | None, typer.Option("--rtol", help="Largest norm-relative error that passes.")]
Atol = Annotated[float, typer.Option("--atol", help="Noise floor, as a share of the largest gradient.")]
Eps = Annotated[float | None, typer.Option("--eps", help="Step of a real difference.")]
Shapes = Annotated[
    str | None, typer.Option("--shapes", help="TxN pairs such as 1x1,5x3 in place of T in 1,2,5 and N in 1,3.")
]
Hidden = Annotated[int, typer.Option("--hidden", help="Hidden size H.", min=1)]
Layers = Annotated[
    int | None, typer.Option("--layers", help="Cells stacked in depth; 1 if the model does not say.", min=1)
]
Activation = Annotated[str | None, typer.Option("--activation", help="Activation of a cell that has one.")]
Topology = Annotated[
    str | None, typer.Option("--topology", help="A cell's input-output pattern, many-to-many if left out.")
]
Truncate = Annotated[
    int | None,
    typer.Option("--truncate", help="Check truncated backpropagation that stops every so many steps.", min=1),
]
Init = Annotated[str, typer.Option("--init", help="How recurrent weights are drawn.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An option of the cell.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show every case, also of passes.")]
Form = Annotated[
    Format,
    typer.Option(
        "--format", help="text, json (one document), junit (XML) or github (text, then annotations for Actions)."
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="OUTCOMES",
        help="Outcomes of your own code that fail the run, with commas between them; if left out: wrong, crashed,"
        " python2 and not-recognised.",
    ),
]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", metavar="SECONDS", help="For each pair of your own code.", min=0.1)
]
MemoryLimit = Annotated[
    int, typer.Option("--memory-limit", metavar="MB", help="For the process that runs your own code.", min=512)
]
SelfTestFlag = Annotated[
    bool, typer.Option("--self-test", help="Examine the checker itself: planted bugs, correct gradients, kinks.")
]


_EXIT_CODES = {"pass": ExitCode.PASS, "mismatch": ExitCode.MISMATCH, "inconclusive": ExitCode.INCONCLUSIVE}


def check(
    targets: Targets = None,
    every_entry: Full = False,
    method: MethodName = None,
    rtol: Rtol = None,
    atol: Atol = 1e-3,
    eps: Eps = None,
    shapes: Shapes = None,
    hidden: Hidden = 5,
    layers: Layers = None,
    activation: Activation = None,
    topology: Topology = None,
    truncate: Truncate = None,
    init: Init = "xavier",
    settings: Settings = None,
    seed: Seed = 0,
    fail_on: FailOn = None,
    time_limit: TimeLimit = 20.0,
    memory_limit: MemoryLimit = 4096,
    verbose: Verbose = False,
    form: Form = Format.TEXT,
    json: JsonFlag = False,
    self_test: SelfTestFlag = False,
    output: Output = None,
) -> int:
    """Check gradients numerically; exit code 0 for a pass, 1 for a mismatch, 5 if no answer is possible.

    Checking a file runs code of it, in a process of its own.

    Example: bptt-viz check lstm gru --full
    """
    if self_test:
        return _examine(seed, Format.JSON if json else form, output)
    from bptt_viz.cells import discover_cells
    from bptt_viz.checking.differences import parse_method
    from bptt_viz.checking.run import CheckRequest
    from bptt_viz.checking.shapes import DEFAULT_SHAPES, parse_shapes
    from bptt_viz.commands.check_targets import Order, check_everything, parse_fail_on
    from bptt_viz.console.output import provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.models import discover_models
    from bptt_viz.results.check import Judgement
    from bptt_viz.targets.run.limits import Limits
    from bptt_viz.targets.run.question import Question

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
        shapes=parse_shapes(shapes) if shapes else DEFAULT_SHAPES,
        every_entry=every_entry,
        method=parse_method(method),
        judgement=Judgement(rtol, atol, eps),
    )
    question = Question(seed, every_entry, method, request.judgement, shapes)
    order = Order(tuple(names), request, question, Limits(time_limit, memory_limit), parse_fail_on(fail_on))
    with progress("checking") as tick:
        found = check_everything(order, tick)
    ran = provenance("check", {**asdict(request), "target": names, "fail_on": sorted(order.fail_on)})
    _publish(found, ran, Format.JSON if json else form, verbose, output)
    return _EXIT_CODES[found.verdict]


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
