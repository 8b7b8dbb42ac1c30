"""The options that several commands share, declared once."""

import inspect
import shlex
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from bptt_viz.errors import UsageError

Result = TypeVar("Result")

# Beyond it NumPy cannot even say that the memory is too small.
_LARGEST = 10**6


Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A built-in cell or model (see `list`), or file.py:ClassName.")
]
Models = Annotated[
    list[str],
    typer.Argument(
        metavar="MODEL...",
        help='One or two of these; one with options of its own in quotation marks: "lstm --set forget_bias=3".',
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there instead of to standard output.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random draw.", min=0)]

# Said alike by every command that has such an option.
OF_ACTIVATION = "tanh, sigmoid, relu or identity, where the cell has one."
OF_INIT = (
    "Recurrent weights: normal, xavier, orthogonal, identity, radius, singular or sparse; =VALUE sets the deviation,"
    " gain, scale, spectral radius, largest singular value or fan-in."
)
OF_TOPOLOGY = "Of a cell: one-to-one, one-to-many, many-to-one, many-to-many (default) or delayed."
OF_SETTINGS = "An option of the cell or model, such as forget_bias=0 or reset=before."
OF_CELL_SETTINGS = "An option of the cell, such as forget_bias=0 or reset=before."

Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="Trained weights (see `weights`), which settle H, layers and the cell's options.",
    ),
]
Vocabulary = Annotated[
    str | None,
    typer.Option(
        "--vocabulary",
        metavar="FILE",
        help="The order of the weights' characters: a JSON or text file, sorted or first-seen; if left out, the weight"
        " file's own, else the better one of these two.",
    ),
]


class Asked(NamedTuple):
    """One of several models.

    Attributes:
        text: as it was typed.
        request: what it stands for, a `Request`.
    """

    text: str
    request: Any


_option = typer.Option
MODEL_OPTIONS: dict[str, tuple[Any, Any]] = {
    "hidden": (
        Annotated[
            int | None,
            _option("--hidden", help="Hidden size H; 32, or that of --weights.", min=1, max=_LARGEST),
        ],
        None,
    ),
    "layers": (
        Annotated[
            int | None,
            _option("--layers", help="Cells stacked in depth; 1 if the model does not say.", min=1, max=_LARGEST),
        ],
        None,
    ),
    "steps": (
        Annotated[int | None, _option("--steps", help="Time steps T; 25 if the text is that long.", min=1)],
        None,
    ),
    "batch": (
        Annotated[int, _option("--batch", help="Text windows N, run side by side.", min=1, max=_LARGEST)],
        1,
    ),
    "activation": (
        Annotated[str | None, _option("--activation", help=OF_ACTIVATION)],
        None,
    ),
    "init": (
        Annotated[
            str,
            _option("--init", help=OF_INIT),
        ],
        "xavier",
    ),
    "topology": (
        Annotated[
            str | None,
            _option("--topology", help=OF_TOPOLOGY),
        ],
        None,
    ),
    "text": (
        Annotated[
            str | None, _option("--text", help="hello, sonnets (default), azalea (all embedded) or a UTF-8 file.")
        ],
        None,
    ),
    "weights": (Weights, None),
    "vocabulary": (Vocabulary, None),
    "seed": (Seed, 0),
    "dtype": (Annotated[str, _option("--dtype", help="float64 or float32.")], "float64"),
    "settings": (
        Annotated[
            list[str] | None,
            _option("--set", metavar="NAME=VALUE", help=OF_SETTINGS),
        ],
        None,
    ),
}


def model_command(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the common model options; it gets them and MODEL as one `Request`, its parameter `request`."""
    return _with_model_options(command, "model", Model, "request", request_of)


def models_command(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the common model options for one or several models, each with options of its own if it has any.

    It gets them as `Asked`, its parameter `asked`: what was typed for each model and its `Request`.
    """
    return _with_model_options(command, "models", Models, "asked", requests_of)


def _with_model_options(
    command: Callable[..., Result], argument: str, kind: Any, parameter: str, read: Callable[[Any, dict[str, Any]], Any]
) -> Callable[..., Result]:
    """Give a command the common model options.

    Args:
        command: the command.
        argument: the name of the argument that says which model.
        kind: its type.
        parameter: the command's parameter that takes what was asked for.
        read: makes that of the argument and the options.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())
    keyword = inspect.Parameter.KEYWORD_ONLY
    shown = [
        inspect.Parameter(argument, keyword, annotation=kind),
        *_model_parameters(),
        *(each.replace(kind=keyword) for each in own if each.name != parameter),
    ]

    @wraps(command)
    def wrapper(**given: Any) -> Result:
        chosen = {name: given.pop(name) for name in MODEL_OPTIONS}
        return command(**{parameter: read(given.pop(argument), chosen)}, **given)

    wrapper.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    del wrapper.__wrapped__
    return wrapper


def _model_parameters() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in MODEL_OPTIONS.items()
    ]


def request_of(model: str, chosen: dict[str, Any]) -> Any:
    """Return a model and the common model options, by name, as a `Request`.

    Raises:
        UsageError: a setting has no `=`.
    """
    from bptt_viz.models import Request

    settings = parse_settings(chosen["settings"])
    return Request(cell=model, **(chosen | {"settings": settings}))


def requests_of(models: list[str], chosen: dict[str, Any]) -> "tuple[Asked, ...]":
    """Read models such as `lstm` or `lstm --set forget_bias=3`, whose own options come before the common ones."""
    asked = []
    for text in models:
        name, options = split_model(text)
        own = _own_options(text, options)
        settings = [*(chosen["settings"] or ()), *own.pop("settings", ())]
        asked.append(Asked(text, request_of(name, {**chosen, **own, "settings": settings})))
    return tuple(asked)


def split_model(text: str) -> tuple[str, list[str]]:
    """Split a model from options of its own; a file's name may have spaces, but no word that starts with a dash.

    Raises:
        UsageError: a quotation mark is not closed.
    """
    name, dash, options = text.strip().partition(" -")
    try:
        return name.strip(), shlex.split(f"-{options}") if dash else []
    except ValueError as error:
        raise UsageError(f"MODEL {text!r}: {str(error).lower()}") from None


def _own_options(model: str, words: list[str]) -> dict[str, Any]:
    """Return those of the model options that the words behind a model give.

    Raises:
        UsageError: there is no such option, or its value does not fit.
    """
    try:
        context = _parser(_model_parameters()).make_context("MODEL", words)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        raise UsageError(f"MODEL {model!r}: {error.format_message().rstrip('.')}") from None
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {
        name: value for name, value in context.params.items() if getattr(sources[name], "name", "") == "COMMANDLINE"
    }


def parser_of(command: Callable[..., Any]) -> Any:
    """Return what reads a command's options, but not its arguments, from words; it returns them by name."""
    every = inspect.signature(command, eval_str=True).parameters.values()
    return _parser([each for each in every if not _is_argument(each)])


def _is_argument(parameter: inspect.Parameter) -> bool:
    told = getattr(parameter.annotation, "__metadata__", ())
    return any(isinstance(each, typer.models.ArgumentInfo) for each in told)


def _parser(parameters: list[inspect.Parameter]) -> Any:
    def collect(**given: Any) -> dict[str, Any]:
        return given

    collect.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    collect.__annotations__ = {each.name: each.annotation for each in parameters}
    single = typer.Typer(add_completion=False)
    single.command(add_help_option=False)(collect)
    return typer.main.get_command(single)


def parse_settings(given: list[str] | None) -> dict[str, str]:
    """Read NAME=VALUE pairs.

    Raises:
        UsageError: one of them has no `=`.
    """
    pairs = [text.partition("=") for text in given or ()]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise UsageError(f"--set wants NAME=VALUE, got {name!r}")
    return {name: value for name, _, value in pairs}
