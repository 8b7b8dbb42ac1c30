"""What can be given to each command, as the application itself declares it: a new command is found by itself."""

import inspect
import re
import shlex
import typing
from dataclasses import dataclass
from enum import Enum
from types import UnionType

from typer.models import ParameterInfo

from bptt_viz.app import app


@dataclass(frozen=True)
class Parameter:
    """One argument or option of a command.

    Attributes:
        name: of the function's parameter.
        flag: the long flag; empty for an argument.
        kind: the type of one value.
        many: it takes several values.
        metavar: what stands for a value in the help.
        low: the smallest number allowed, or None.
        high: the largest number allowed, or None.
        required: it has no default.
        endings: of files that it writes, as its help names them; "" stands for any.
    """

    name: str
    flag: str
    kind: type
    many: bool
    metavar: str
    low: float | None
    high: float | None
    required: bool
    endings: tuple[str, ...]

    @property
    def is_flag(self):
        return self.kind is bool

    @property
    def is_choice(self):
        return issubclass(self.kind, Enum)


def _bare(annotation):
    """Return the type of one value and whether there may be several; None and lists are taken off."""
    kinds = [kind for kind in typing.get_args(annotation) if kind is not type(None)]
    if isinstance(annotation, UnionType) and len(kinds) == 1:
        return _bare(kinds[0])
    return (kinds[0], True) if typing.get_origin(annotation) is list else (annotation, False)


def _flag(name, declared):
    long = [each for each in declared or () if each.startswith("--")]
    return long[0] if long else f"--{name.replace('_', '-')}"


def _parameter(given):
    annotation, *about = typing.get_args(given.annotation)
    (about,) = [each for each in about if isinstance(each, ParameterInfo)]
    kind, many = _bare(annotation)
    option = type(about).__name__ == "OptionInfo"
    # Typer takes the first declaration of an option out of `param_decls` and calls it the default.
    declared = [*(about.param_decls or ()), about.default if isinstance(about.default, str) else ""]
    return Parameter(
        given.name,
        _flag(given.name, declared) if option else "",
        kind,
        many,
        about.metavar or "",
        about.min,
        about.max,
        given.default is inspect.Parameter.empty,
        _endings(about.help or "") if given.name == "output" else (),
    )


def _endings(text):
    return tuple(dict.fromkeys(re.findall(r"\.[a-z]+\b", text))) or ("",)


def _parameters(function):
    given = inspect.signature(function, eval_str=True).parameters.values()
    return tuple(_parameter(each) for each in given if typing.get_origin(each.annotation) is typing.Annotated)


def _example(function):
    """Return the first example of a command's help, without the program's and the command's name."""
    return shlex.split(re.search(r"^ *(?:Examples?:)? *bptt-viz \S+(.*)$", function.__doc__, re.MULTILINE)[1])


_FUNCTIONS = {made.name: made.callback for made in app.registered_commands}
COMMANDS = {name: _parameters(function) for name, function in _FUNCTIONS.items()}
EXAMPLES = {name: _example(function) for name, function in _FUNCTIONS.items()}


def arguments(command):
    return [each for each in COMMANDS[command] if not each.flag]


def options(command):
    return [each for each in COMMANDS[command] if each.flag]
