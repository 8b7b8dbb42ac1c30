"""Values for options that no flag gives: from `BPTT_VIZ_*` variables, else from `[tool.bptt_viz]` in pyproject.toml."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError

_TABLE = "tool.bptt_viz"


class Defaults(dict[str, Any]):
    """Typer's default map of one command, by parameter name.

    What is wrong with the file shows in `verify` only, so that --help always works.

    Keys of `[tool.bptt_viz]` hold for every command that has such an option; those of `[tool.bptt_viz.COMMAND]`
    for that command, and win. A variable wins over both.

    Attributes:
        origins: where each value came from, for the message if it is refused.
    """

    def __init__(self, command: str, commands: Mapping[str, Any]) -> None:
        super().__init__()
        self.origins: dict[str, str] = {}
        self._command = command
        self._commands = commands
        self._fault: UsageError | None = None
        try:
            self._read()
        except UsageError as fault:
            self._fault = fault

    def verify(self) -> None:
        """Refuse what made no sense.

        Raises:
            UsageError: the file is no TOML, a key is unknown, or a value is of the wrong kind.
        """
        if self._fault is not None:
            raise self._fault

    def _read(self) -> None:
        options = _options(self._commands.get(self._command))
        path = _nearest()
        if path is not None:
            for key, value in _file_values(path, self._command, self._commands).items():
                if key in options:
                    self._keep(options[key], value, str(path))
                    if options[key].param_type_name == "argument":
                        self[key] = [_seen_from_here(target, path.parent) for target in self[key]]
        for key, option in options.items():
            if value := os.environ.get(f"BPTT_VIZ_{key.upper()}"):
                self._keep(option, value.split() if _takes_many(option) else value, f"BPTT_VIZ_{key.upper()}")

    def _keep(self, option: Any, value: Any, origin: str) -> None:
        several = isinstance(value, list)
        if isinstance(value, dict) or (several and not _takes_many(option)):
            raise UsageError(f"{origin}: {option.opts[0]} takes one value, got {value!r}")
        given = [_as_typed(item) for item in (value if several else [value])]
        self[option.name] = given if _takes_many(option) else given[0]
        self.origins[option.name] = origin


def _takes_many(option: Any) -> bool:
    return bool(getattr(option, "multiple", False) or option.nargs == -1)


def _seen_from_here(target: str, folder: Path) -> str:
    """Return a target whose file is named as seen from a folder, as it is seen from the working directory."""
    found = re.fullmatch(r"(?P<file>.+\.(?:py|ipynb))(?P<member>:.*)?", target)
    return os.path.relpath(folder / found["file"]) + (found["member"] or "") if found else target


def _as_typed(value: Any) -> str:
    """Return a value as it would be typed after the flag, so that it is checked like one."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(command: Any) -> dict[str, Any]:
    """Return a command's options by their long flags, with underscores for dashes; a list of arguments by its name."""
    parameters = command.params if command is not None else ()
    arguments = {each.name: each for each in parameters if each.param_type_name == "argument" and each.nargs == -1}
    return arguments | {
        flag.removeprefix("--").replace("-", "_"): parameter
        for parameter in parameters
        for flag in parameter.opts
        if flag.startswith("--")
    }


def _file_values(path: Path, command: str, commands: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a pyproject.toml has for one command, the command's own table winning."""
    table = _table(path)
    own = table.get(command, {})
    if not isinstance(own, dict):
        raise UsageError(f"{path}: [{_TABLE}.{command}] must be a table")
    own = _underscored(own)
    others = {key: value for key, value in table.items() if key not in commands and not _declares(key, value)}
    common = _underscored(others)
    _refuse_unknown(path, f"{_TABLE}.{command}", own, set(_options(commands.get(command))))
    _refuse_unknown(path, _TABLE, common, {key for each in commands.values() for key in _options(each)})
    return common | own


def _declares(key: str, value: Any) -> bool:
    """Tell whether an entry holds declarations of targets rather than the names of targets to check."""
    return key == "targets" and isinstance(value, dict)


def _refuse_unknown(path: Path, table: str, given: Mapping[str, Any], known: set[str]) -> None:
    for key in sorted(set(given) - known):
        raise UsageError(f"{path}: [{table}] has no option {key!r}")


def _table(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    for key in _TABLE.split("."):
        found = found.get(key, {})
        if not isinstance(found, dict):
            raise UsageError(f"{path}: [{_TABLE}] must be a table")
    return found


def _underscored(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): value for key, value in table.items()}


def _nearest() -> Path | None:
    """Return the pyproject.toml of the working directory or the nearest one above it."""
    try:
        start = Path.cwd()
        return next((path for folder in (start, *start.parents) if (path := folder / "pyproject.toml").is_file()), None)
    except OSError:  # the working directory has been removed, or one above it may not be entered
        return None
