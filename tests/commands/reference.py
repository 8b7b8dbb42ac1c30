"""Makes docs/commands.md from the commands themselves: `python tests/commands/reference.py` writes it anew."""

import inspect
import re
from enum import Enum
from pathlib import Path

import typer

from bptt_viz.app import app
from bptt_viz.console.options import MODEL_OPTIONS as DECLARED

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

HEAD = """# Commands

`bptt-viz COMMAND --help` shows the same in the terminal. Made from it by `python tests/commands/reference.py`.

Every command: exit code 0 for a pass, 1 for a mismatch or a verdict asked to fail on, 2 for a mistake in usage,
configuration or input, 3 for a missing extra or renderer, 4 for an error of bptt-viz itself, 5 for an inconclusive
check, 130 for Ctrl-C, 141 for a closed pipe. Results go to standard output, everything else to standard error. Each
option can also be set by a variable, such as `BPTT_VIZ_HIDDEN=64`, or in `[tool.bptt_viz]` of pyproject.toml; see
[settings](index.md#settings).
"""

MODEL_OPTIONS = """
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
    common = _rows(commands[models], functions[models], only=set(DECLARED))
    return HEAD + "".join(texts) + MODEL_OPTIONS + common


def _takes_model(command):
    return {parameter.name for parameter in command.params} >= set(DECLARED)


def _section(name, command, function):
    about, *examples = inspect.cleandoc(function.__doc__).split("Example: ")
    example = "".join(examples).strip()
    arguments = " ".join(p.metavar or p.name.upper() for p in command.params if p.param_type_name == "argument")
    own = {p.name for p in command.params} - (set(DECLARED) if _takes_model(command) else set())
    more = "\n\nTakes the [model options](#model-options) too.\n" if _takes_model(command) else "\n"
    title = f"bptt-viz {name} {arguments}".rstrip()
    rows = _rows(command, function, own)
    head = f"\n## {name}\n\n`{title} [OPTIONS]`\n\n{about.strip()}\n\n```sh\n{example}\n```\n"
    return f"{head}\n{rows.rstrip()}{more}"


def _rows(command, function, only):
    defaults = inspect.signature(function).parameters
    lines = ["| option | meaning | default |", "|---|---|---|"]
    for parameter in command.params:
        if parameter.name in only:
            flags = ", ".join(f"`{flag}`" for flag in parameter.opts)
            shown = parameter.param_type_name == "argument" and f"`{(parameter.metavar or parameter.name).upper()}`"
            default = _default(defaults[parameter.name].default)
            lines.append(f"| {shown or flags} | {_cell(parameter.help)} | {default} |")
    return "\n".join(lines) + "\n"


def _default(value):
    if value is inspect.Parameter.empty or value is None or value is False or value == []:
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _cell(text):
    return re.sub(r" *\[default: .*\]", "", text.replace("|", "\\|"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
