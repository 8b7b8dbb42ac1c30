"""Keyword options as the command line reads them: the same names, conversions, ranges and messages.

Values are turned into text, and a command's own parameters read it: nothing is declared twice. Variables of the
environment and pyproject.toml are the command line's affair, and have no say here.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fspath
from typing import Any, ParamSpec, TypedDict, TypeVar, get_type_hints

from bptt_viz.adapters.checking import name_of as called
from bptt_viz.cells import Cell
from bptt_viz.console.failures import words_of
from bptt_viz.console.options import MODEL_OPTIONS, parser_of, request_of
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Request

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


class ModelOptions(TypedDict, total=False):
    """Options that every function of a model takes, as `bptt-viz COMMAND --help` tells of them.

    Attributes:
        hidden: H, from 1 on; 32, or that of the weights.
        layers: cells stacked in depth, from 1 on.
        steps: T, from 1 on; 25 if the text is that long.
        batch: N, text windows side by side, from 1 on; 1.
        activation: `tanh`, `sigmoid`, `relu` or `identity`, where the cell has one.
        init: recurrent weights, `name` or `name=value`; `xavier`.
        topology: of a cell: `one-to-one`, `one-to-many`, `many-to-one`, `many-to-many` or `delayed`.
        text: `hello`, `sonnets`, `azalea` or a UTF-8 file.
        weights: a file of trained weights.
        vocabulary: the order of their characters: `sorted`, `first-seen` or a file.
        seed: of every random draw, from 0 on; 0.
        dtype: `float64` or `float32`.
        settings: options of the cell or model, by name, such as `{"forget_bias": 3}`.
    """

    hidden: int | None
    layers: int | None
    steps: int | None
    batch: int
    activation: str | None
    init: str
    topology: str | None
    text: str | PathLike[str] | None
    weights: str | PathLike[str] | None
    vocabulary: str | PathLike[str] | None
    seed: int
    dtype: str
    settings: Mapping[str, Any] | None


def read(command: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a command's parameters by name, as it would get them from the command line.

    Args:
        command: the command's function.
        given: options by the names of its parameters; None leaves one out.

    Raises:
        UsageError: a value does not fit.
    """
    parser = parser_of(command)
    known = {each.name: each for each in parser.params}
    words = [word for name, value in given.items() for word in _words(known[name], value)]
    try:
        found: dict[str, Any] = parser.main(words, standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):  # Typer's own, which are Click's in some of its versions
            raise
        raise UsageError(words_of(error)) from None
    return found


def of_model(
    command: Callable[..., Any], model: Any, own: Mapping[str, Any], options: Mapping[str, Any]
) -> tuple[Request, dict[str, Any]]:
    """Return a model and its options as a request, and the command's own parameters.

    Args:
        command: the command's function.
        model: its name, a path, or a class.
        own: the function's own options.
        options: of the model.

    Raises:
        UsageError: there is no such option, or a value does not fit.
    """
    demand_known(options, own)
    found = read(command, {**own, **options})
    chosen = {name: found.pop(name) for name in MODEL_OPTIONS}
    return request_of(name_of(model), chosen), found


def demand_known(options: Mapping[str, Any], own: Iterable[str] = ()) -> None:
    """Refuse what is no option of a model.

    Raises:
        UsageError: there is one; the message lists those that there are.
    """
    for name in options.keys() - MODEL_OPTIONS.keys():
        raise UsageError(f"there is no option {name!r}; choose from {', '.join(sorted({*own, *MODEL_OPTIONS}))}")


def is_name(model: Any) -> bool:
    """Tell whether something names a model, or is the class of one."""
    return isinstance(model, str | PathLike) or (isinstance(model, type) and issubclass(model, Cell | Architecture))


def name_of(model: Any) -> str:
    """Return the name of a model; of a class, that of its module before it, as in `__main__:MyCell`.

    Raises:
        UsageError: it is neither name nor class, or the class stands within a function, where no name finds it.
    """
    if isinstance(model, str | PathLike):
        return fspath(model)
    if not is_name(model):
        raise UsageError(f"expected a model's name, such as 'lstm', or a class derived from Cell, got {model!r}")
    if "<locals>" in model.__qualname__:
        raise UsageError(f"{model.__name__} is defined within a function; define it at the top of a cell or module")
    return f"{model.__module__}:{model.__qualname__}"


def demand_no_example(model: Any, example: Any, criterion: Any) -> None:
    """Refuse what only a model of another framework takes.

    Raises:
        UsageError: there is an example or a criterion for a model that is named.
    """
    if not (type(example) is tuple and not example) or criterion is not None:
        raise UsageError(f"an example and a criterion are for a PyTorch module; {name_of(model)} has its own")


def demand_torch(model: Any) -> None:
    """Refuse what is no name and cannot be a module of PyTorch, for nobody has imported that.

    Raises:
        UsageError: it is something else.
    """
    if "torch" not in sys.modules:
        raise UsageError(
            f"expected a model's name, such as 'lstm', a class derived from Cell, or a PyTorch module, got {model!r}"
        )


def demand_no_options(model: Any, options: Mapping[str, Any], **more: bool) -> None:
    """Refuse options of our models for one that stands in a user's code.

    Args:
        model: the object.
        options: of a model.
        more: further options by name, true if given.

    Raises:
        UsageError: there is one.
    """
    demand_known(options)
    for name in [*options, *(name for name, given in more.items() if given)]:
        flag = {"settings": "set"}.get(name, name).replace("_", "-")
        raise UsageError(f"--{flag} is for models of ours and means nothing for {called(model)}")


def with_model_options(function: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """Show the options of a model, with their defaults, in a function's signature."""
    signature = inspect.signature(function, eval_str=True)
    hints = get_type_hints(ModelOptions)
    shown = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    keyword = inspect.Parameter.KEYWORD_ONLY
    own = {each.name for each in shown}
    more = [
        inspect.Parameter(name, keyword, default=default, annotation=hints[name])
        for name, (_, default) in MODEL_OPTIONS.items()
        if name not in own
    ]
    function.__signature__ = signature.replace(parameters=[*shown, *more])  # type: ignore[attr-defined]
    return function


def _words(option: Any, value: Any) -> Iterator[str]:
    """Yield the words of the command line that give an option its value."""
    flag = option.opts[0]
    if value is None:
        return
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError(f"{flag} is on or off: True or False, got {value!r}")
        yield from (flag,) if value else ()
    elif option.multiple:
        yield from (f"{flag}={_text(each)}" for each in _several(value))
    else:
        yield f"{flag}={_text(value)}"


def _several(value: Any) -> list[Any]:
    """Return the values of an option that may be given more than once."""
    if isinstance(value, Mapping):
        return [f"{name}={_text(each)}" for name, each in value.items()]
    return list(value) if isinstance(value, list | tuple | set | frozenset | range) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return fspath(value) if isinstance(value, PathLike) else str(value)
