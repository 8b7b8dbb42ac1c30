"""The options that several commands share, declared once."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bptt_viz.errors import UsageError

Result = TypeVar("Result")

# Beyond it NumPy cannot even say that the memory is too small.
_LARGEST = 10**6


Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A built-in cell or model (see `list`), or file.py:ClassName.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there instead of to standard output.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of every random draw.", min=0)]

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

_option = typer.Option
_MODEL_OPTIONS: dict[str, tuple[Any, Any]] = {
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
        Annotated[str | None, _option("--activation", help="tanh, sigmoid, relu or identity, where the cell has one.")],
        None,
    ),
    "init": (
        Annotated[
            str,
            _option(
                "--init",
                help="Recurrent weights: normal, xavier, orthogonal, identity, radius, singular or sparse; =VALUE sets"
                " the deviation, gain, scale, spectral radius, largest singular value or fan-in.",
            ),
        ],
        "xavier",
    ),
    "topology": (
        Annotated[
            str | None,
            _option(
                "--topology", help="Of a cell: one-to-one, one-to-many, many-to-one, many-to-many (default) or delayed."
            ),
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
            _option(
                "--set",
                metavar="NAME=VALUE",
                help="An option of the cell or model, such as forget_bias=0 or reset=before.",
            ),
        ],
        None,
    ),
}


def model_command(command: Callable[..., Result]) -> Callable[..., Result]:
    """Give a command the common model options; it gets them and MODEL as one `Request`, its parameter `request`."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())
    rest = [parameter for parameter in own if parameter.name != "request"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    shown = [
        inspect.Parameter("model", keyword, annotation=Model),
        *(
            inspect.Parameter(name, keyword, annotation=kind, default=default)
            for name, (kind, default) in _MODEL_OPTIONS.items()
        ),
        *(parameter.replace(kind=keyword) for parameter in rest),
    ]

    @wraps(command)
    def wrapper(**given: Any) -> Result:
        from bptt_viz.models import Request

        chosen = {name: given.pop(name) for name in _MODEL_OPTIONS}
        settings = parse_settings(chosen.pop("settings"))
        return command(request=Request(cell=given.pop("model"), settings=settings, **chosen), **given)

    wrapper.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    del wrapper.__wrapped__
    return wrapper


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
