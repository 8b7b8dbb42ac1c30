"""Makes docs/commands.md from the commands themselves: `python tests/commands/reference.py` writes it anew."""

import inspect
from pathlib import Path

import typer

from bptt_viz.app import app
from bptt_viz.console.manual import (
    declared_of,
    default_of,
    name_of,
    range_of,
    read_manual,
    usage_of,
    value_of,
)
from bptt_viz.console.options import MODEL_OPTIONS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

HEAD = """# Commands

`bptt-viz COMMAND --help` shows the same in the terminal. Made from it by `python tests/commands/reference.py`.

Every command: exit code 0 for a pass, 1 for a mismatch or a verdict asked to fail on, 2 for a mistake in usage,
configuration or input, 3 for a missing extra or renderer, 4 for an error of bptt-viz itself, 5 for an inconclusive
check, 130 for Ctrl-C, 141 for a closed pipe, 143 for SIGTERM. Results go to standard output, everything else to
standard error. Each option can also be set by a variable, such as `BPTT_VIZ_HIDDEN=64`, or in `[tool.bptt_viz]` of
pyproject.toml; see [settings](index.md#settings).
"""

ABOUT_MODEL = """
## Model options

Taken by every command with a MODEL: a built-in cell (`bptt-viz list cells`), or `file.py:ClassName` for a
[cell of one's own](own-cell.md). **Naming a file runs it**, like `python file.py` would.

"""


def page():
    """Return docs/commands.md as it should be."""
    commands = typer.main.get_command(app).commands
    functions = {made.name: made.callback for made in app.registered_commands}
    texts = [_section(name, commands[name], functions[name]) for name in sorted(commands)]
    models = next(name for name in sorted(commands) if _takes_model(commands[name]))
    common = _rows(commands[models], functions[models], only=set(MODEL_OPTIONS))
    return HEAD + "".join(texts) + ABOUT_MODEL + common


def _takes_model(command):
    return {parameter.name for parameter in command.params} >= set(MODEL_OPTIONS)


def _section(name, command, function):
    told = read_manual(function.__doc__)
    arguments = " ".join(usage_of(p) for p in command.params if p.param_type_name == "argument")
    own = {p.name for p in command.params} - (set(MODEL_OPTIONS) if _takes_model(command) else set())
    title = f"bptt-viz {name} [OPTIONS] {arguments}".rstrip()
    examples = "\n".join(told.examples)
    exits = "".join(f"\nExit code {code}: {meaning}.\n" for code, meaning in told.exits.items())
    more = "\nTakes the [model options](#model-options) too.\n" if _takes_model(command) else ""
    head = f"\n## {name}\n\n`{title}`\n\n{told.about}\n\n```sh\n{examples}\n```\n"
    return f"{head}\n{_rows(command, function, own)}{more}{exits}\nSee also {_links(told.see)}.\n"


def _links(see):
    """Return other commands and pages as links."""
    named = see.split(", ")
    return ", ".join(f"[{each}](#{each})" if ".md" not in each else f"[{each}]({Path(each).name})" for each in named)


def _rows(command, function, only):
    defaults = inspect.signature(function).parameters
    lines = ["| option | meaning | default | range |", "|---|---|---|---|"]
    for parameter in command.params:
        if parameter.name in only:
            kind, least, most = declared_of(parameter, command)
            argument = parameter.param_type_name == "argument"
            value = "" if argument else value_of(parameter, kind)
            shown = f"`{name_of(parameter)}`" if argument else f"`{_flag(parameter, value)}`"
            default = default_of(defaults[parameter.name].default) if not _wanted(defaults[parameter.name]) else ""
            row = [
                shown.replace("|", "\\|"),
                _cell(parameter.help),
                f"`{default}`" if default else "",
                range_of(least, most),
            ]
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def _flag(parameter, value):
    return " ".join(filter(None, [", ".join(sorted(parameter.opts, key=len)), value]))


def _wanted(parameter):
    return parameter.default is inspect.Parameter.empty


def _cell(text):
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
