"""Defaults from `[tool.bptt_viz]` in the nearest pyproject.toml, where neither a flag nor a variable is given."""

import tomllib
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError


def defaults(command: str, options: set[str]) -> dict[str, dict[str, Any]]:
    """Return Typer's default map for one command.

    Keys of `[tool.bptt_viz]` hold for every command that has such an option; those of `[tool.bptt_viz.COMMAND]`
    for that command, and win. Dashes and underscores are the same.

    Raises:
        UsageError: the file is no TOML, or the command's own table names an option that it does not have.
    """
    path = _nearest(Path.cwd())
    if path is None:
        return {}
    common, own = _tables(path, command)
    unknown = sorted(set(own) - options)
    if unknown:
        raise UsageError(f"{path}: [tool.bptt_viz.{command}] has no option {unknown[0]!r}")
    return {command: {name: value for name, value in (common | own).items() if name in options}}


def _tables(path: Path, command: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    except OSError:
        return {}, {}
    table = document.get("tool", {}).get("bptt_viz", {})
    common = {key: value for key, value in table.items() if not isinstance(value, dict)}
    own = table.get(command, {})
    return _underscored(common), _underscored(own if isinstance(own, dict) else {})


def _underscored(table: dict[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): value for key, value in table.items()}


def _nearest(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file():
            return candidate
    return None
