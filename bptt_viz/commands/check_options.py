"""The options of `bptt-viz check`, and those of them that speak of users' own code."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer

from bptt_viz.console.lists import items
from bptt_viz.console.options import OF_ACTIVATION, OF_INIT, OF_SETTINGS, OF_TOPOLOGY
from bptt_viz.results.targets import DEFAULT_FAIL_ON, Outcome, outcomes
from bptt_viz.targets.run.limits import Limits

Result = TypeVar("Result")


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
Rtol = Annotated[
    float | None,
    typer.Option(
        "--rtol",
        help="Largest norm-relative error that passes; if left out 1e-11 by complex, 1e-8 by ridders and central6, 1e-6"
        " by central.",
    ),
]
Atol = Annotated[float, typer.Option("--atol", help="Noise floor, as a share of the largest gradient.")]
Eps = Annotated[
    float | None,
    typer.Option(
        "--eps", help="Step of a real difference; if left out 2e-2 for ridders, 5e-3 for central6, 1e-5 for central."
    ),
]
Shapes = Annotated[
    str | None, typer.Option("--shapes", help="TxN pairs such as 1x1,5x3 in place of T in 1,2,5 and N in 1,3.")
]
Hidden = Annotated[int | None, typer.Option("--hidden", help="Hidden size H; 5, or that of --weights.", min=1)]
Layers = Annotated[
    int | None, typer.Option("--layers", help="Cells stacked in depth; 1 if the model does not say.", min=1)
]
Activation = Annotated[str | None, typer.Option("--activation", help=OF_ACTIVATION)]
Topology = Annotated[str | None, typer.Option("--topology", help=OF_TOPOLOGY)]
Truncate = Annotated[
    int | None,
    typer.Option("--truncate", help="Check truncated backpropagation that stops every so many steps.", min=1),
]
Init = Annotated[str, typer.Option("--init", help=OF_INIT)]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=OF_SETTINGS)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show every case, also of passes.")]
Form = Annotated[
    Format,
    typer.Option(
        "--format", help="text, json (one document), junit (XML) or github (text, then annotations for Actions)."
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Short for --format json.")]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="OUTCOME,...",
        help="Exit code 1 if the outcome of your own code is one of these, several by commas; wrong, crashed, python2"
        " and not-recognised if left out; none for none.",
    ),
]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", metavar="SECONDS", help="For each pair of your own code.", min=0.1)
]
MemoryLimit = Annotated[
    int, typer.Option("--memory-limit", metavar="MB", help="For the process that runs your own code.", min=512)
]
ExplainFlag = Annotated[
    bool,
    typer.Option("--explain", help="Show what is recognised in files of your own, and how to declare it; run nothing."),
]
SelfTestFlag = Annotated[
    bool, typer.Option("--self-test", help="Examine the checker itself: planted bugs, correct gradients, kinks.")
]

_OF_CODE: dict[str, tuple[Any, Any]] = {
    "fail_on": (FailOn, None),
    "time_limit": (TimeLimit, 20.0),
    "memory_limit": (MemoryLimit, 4096),
}


@dataclass(frozen=True)
class OfCode:
    """How users' own code is run, and what of it fails the run.

    Attributes:
        limits: of time and memory.
        fail_on: outcomes that do.
    """

    limits: Limits = field(default_factory=Limits)
    fail_on: frozenset[Outcome] = DEFAULT_FAIL_ON


def of_code(fail_on: list[str] | None, time_limit: float, memory_limit: int) -> OfCode:
    """Return what the options of users' own code ask for.

    Raises:
        UsageError: there is no such outcome.
    """
    return OfCode(Limits(time_limit, memory_limit), outcomes(items("fail-on", fail_on or ()), "--fail-on"))


def with_options_of_code(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the options of users' own code; it gets them as one `OfCode`, its parameter `of_code`."""
    own = [each for each in inspect.signature(command, eval_str=True).parameters.values() if each.name != "of_code"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    more = [inspect.Parameter(n, keyword, annotation=kind, default=value) for n, (kind, value) in _OF_CODE.items()]

    @wraps(command)
    def wrapper(**given: Any) -> Result:
        return command(of_code=of_code(*(given.pop(name) for name in _OF_CODE)), **given)

    shown = [*(each.replace(kind=keyword) for each in own), *more]
    wrapper.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {each.name: each.annotation for each in shown}
    del wrapper.__wrapped__
    return wrapper
