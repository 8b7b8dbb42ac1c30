"""The page that `--help` shows: purpose, description, examples, options in groups, exit codes, variables, see also."""

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from typer.core import TyperCommand

from bptt_viz.console.options import MODEL_OPTIONS

_OUTPUT = {"plot", "json", "output", "help"}
_EXITS = {
    "0": "done",
    "2": "a mistake in usage, configuration or input",
    "3": "a renderer or an optional package is missing; the message says how to install it",
    "4": "an error of bptt-viz itself",
    "130": "Ctrl-C",
    "141": "whoever read the output has gone",
    "143": "ended by kill or timeout (SIGTERM)",
}
_FIXED = "\N{NO-BREAK SPACE}"  # where no line may end
_VALUES = {int: "N", float: "X", str: "TEXT", Path: "FILE"}


@dataclass(frozen=True)
class Manual:
    """What a command's docstring says, in the order of its page.

    Attributes:
        about: paragraphs; the first is the purpose, in one sentence.
        exits: exit codes of this command, with their meanings.
        examples: command lines.
        see: other commands, and pages of the documentation.
    """

    about: str
    exits: dict[str, str]
    examples: tuple[str, ...]
    see: str


def read_manual(docstring: str) -> Manual:
    """Read a docstring whose last lines are `Exit code N: …`, `Example: …` and `See also: …`."""
    text = inspect.cleandoc(docstring)
    about = re.split(r"^(?:Exit code \d+|Example|See also): ", text, maxsplit=1, flags=re.MULTILINE)[0].strip()
    exits = dict(re.findall(r"^Exit code (\d+): (.+(?:\n  .+)*)", text, re.MULTILINE))
    examples = re.findall(r"^Example: (.+(?:\n  .+)*)", text, re.MULTILINE)
    see = re.search(r"^See also: (.+(?:\n  .+)*)", text, re.MULTILINE)
    return Manual(
        about, {code: _joined(told) for code, told in exits.items()}, tuple(examples), _joined(see[1] if see else "")
    )


def _joined(lines: str) -> str:
    return " ".join(lines.split())


class Documented(TyperCommand):
    """A command whose `--help` is such a page."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002, Typer's signature
        """Return the purpose: a whole sentence, however long."""
        return _joined(read_manual(self.help or "").about.partition("\n\n")[0])

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002, Typer's signature
        """Return what stands behind the command's name."""
        return ["[OPTIONS]", *(usage_of(each) for each in self.params if each.param_type_name == "argument")]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        told = read_manual(self.help or "")
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(told.about)
        _lines(formatter, "Examples" if len(told.examples) > 1 else "Example", told.examples)
        for title, parameters in grouped(self.get_params(ctx)):
            _definitions(formatter, title, [row_of(each, ctx) for each in parameters])
        _definitions(formatter, "Exit codes", sorted({**_EXITS, **told.exits}.items(), key=lambda pair: int(pair[0])))
        _paragraph(formatter, "Settings", settings_of(self))
        _paragraph(formatter, "See also", told.see)
        formatter.buffer[:] = [text.replace(_FIXED, " ") for text in formatter.buffer]


def grouped(parameters: Iterable[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Return a command's parameters by the groups that its page has, without the empty ones."""
    every = [each for each in parameters if not getattr(each, "hidden", False)]
    options = [each for each in every if each.param_type_name == "option"]
    common = set(MODEL_OPTIONS) if {each.name for each in options} >= set(MODEL_OPTIONS) else set()
    groups = {
        "Arguments": [each for each in every if each.param_type_name == "argument"],
        "Options": [each for each in options if each.name not in common | _OUTPUT],
        "Model options": [each for each in options if each.name in common],
        "Output options": [each for each in options if each.name in _OUTPUT],
    }
    yield from ((title, found) for title, found in groups.items() if found)


def row_of(parameter: Any, ctx: Any) -> tuple[str, str]:
    """Return how a parameter is written, and its meaning with default and range."""
    kind, least, most = declared_of(parameter, ctx.command)
    if parameter.param_type_name == "argument":
        name = name_of(parameter)
    else:
        name = " ".join(filter(None, [", ".join(sorted(parameter.opts, key=len)), value_of(parameter, kind)]))
    default = default_of(parameter.get_default(ctx, call=False))
    said = "; ".join(filter(None, [f"default: {default}" if default else "", range_of(least, most)]))
    return name, f"{parameter.help}  [{said.replace(' ', _FIXED)}]" if said else str(parameter.help)


def declared_of(parameter: Any, command: Any) -> tuple[Any, Any, Any]:
    """Return the type of one value and its ends as the command's function declares them, whatever Typer makes of it."""
    given = inspect.signature(command.callback, eval_str=True).parameters.get(parameter.name)
    if given is None:
        return bool, None, None  # --help
    annotation, *about = get_args(given.annotation)
    (about,) = [each for each in about if hasattr(each, "param_decls")]
    return _bare(annotation), about.min, about.max


def _bare(annotation: Any) -> Any:
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return _bare(kinds[0]) if kinds else annotation


def usage_of(argument: Any) -> str:
    """Return an argument as a usage line has it."""
    name = name_of(argument)
    return name if argument.required else f"[{name}]"


def name_of(argument: Any) -> str:
    """Return what an argument is called: MODEL, or TARGET... for several."""
    name = str(argument.metavar or argument.name).upper().strip("[]").removesuffix("...").strip("[]")
    return f"{name}..." if argument.nargs == -1 else name


def value_of(option: Any, kind: Any) -> str:
    """Return what stands for an option's value; nothing for a flag."""
    if option.is_flag or option.name == "help":
        return ""
    if option.metavar:
        return str(option.metavar)
    return "|".join(str(each.value) for each in kind) if issubclass(kind, Enum) else _VALUES[kind]


def default_of(value: Any) -> str:
    """Return a default as it is typed; nothing where there is none to be told."""
    if value is None or isinstance(value, bool) or value in ((), [], ""):
        return ""
    if isinstance(value, list | tuple):
        return ",".join(map(default_of, value))
    return str(value.value) if isinstance(value, Enum) else f"{value:g}" if isinstance(value, float) else str(value)


def range_of(least: float | None, most: float | None) -> str:
    """Return which numbers are allowed, in words."""
    if least is None and most is None:
        return ""
    if most is None:
        return f"at least {least:,}"
    return f"at most {most:,}" if least is None else f"{least:,} to {most:,}"


def settings_of(command: Any) -> str:
    """Return how options are set without flags, by the example of the command's own first one that takes a value."""
    groups = dict(grouped(command.params))
    ours = [each for each in groups.get("Options", groups["Output options"]) if not each.is_flag]
    flag = max((ours or [each for each in command.params if each.name == "output"])[0].opts, key=len)
    key = flag.removeprefix("--").replace("-", "_")
    return (
        f"Every option can also be set by a variable, BPTT_VIZ_{key.upper()} for {flag}, or in pyproject.toml as {key}"
        f" in [tool.bptt_viz.{command.name}]; a flag wins over a variable, a variable over the file."
        " BPTT_VIZ_TRACEBACK=1 shows where an error of bptt-viz itself arose; NO_COLOR turns colours off."
    )


def _lines(formatter: Any, title: str, lines: Iterable[str]) -> None:
    with formatter.section(title):
        for line in lines:
            formatter.write(f"  {line}\n")


def _paragraph(formatter: Any, title: str, text: str) -> None:
    if text:
        with formatter.section(title):
            formatter.write_text(text)


def _definitions(formatter: Any, title: str, rows: list[tuple[str, str]]) -> None:
    with formatter.section(title):
        formatter.write_dl(rows, col_max=26)
