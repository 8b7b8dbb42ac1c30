"""Declarations of users: in pyproject.toml, in TOML beside the code, or as `Target(…)` in the code itself."""

import ast
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Target
from bptt_viz.targets.roles import is_complete, roles
from bptt_viz.targets.tables import from_table

_TABLE = "tool.bptt_viz.targets"
_BESIDE = "bptt_viz.toml"


def declared_for(file: str, tree: ast.Module) -> tuple[Target, ...]:
    """Return the targets that are declared for a file; of two with one name the one nearest to the code holds.

    Args:
        file: as it was named.
        tree: its syntax tree.

    Raises:
        UsageError: a declaration makes no sense; the message names the place and the key.
    """
    found: dict[str, Target] = {}
    for target in (*_in_project(Path(file)), *_beside(Path(file)), *_in_code(file, tree)):
        found[target.name] = target
    for target in found.values():
        if is_complete(target):  # else its object is asked, when it runs
            roles(target, f"target {target.name}")
    return tuple(found.values())


def _in_project(file: Path) -> Iterator[Target]:
    """Yield what the nearest pyproject.toml above the file declares for it."""
    try:
        folder = file.resolve().parent
    except OSError:
        return
    path = next(
        (each / "pyproject.toml" for each in (folder, *folder.parents) if (each / "pyproject.toml").is_file()), None
    )
    if path is None:
        return
    tables: Any = _read(path)
    for key in _TABLE.split("."):
        tables = tables.get(key, {}) if isinstance(tables, dict) else {}
    if isinstance(tables, dict):
        yield from _of_tables(tables, path, f"{_TABLE}.", file)


def _beside(file: Path) -> Iterator[Target]:
    """Yield what `bptt_viz.toml` and `NAME.bptt.toml` in the file's folder declare for it."""
    shared, own = file.parent / _BESIDE, file.with_suffix(".bptt.toml")
    if shared.is_file():
        yield from _of_tables(_read(shared), shared, "", file)
    if own.is_file():
        yield from _of_tables(_read(own), own, "", file, alone=True)


def _of_tables(tables: Mapping[str, Any], path: Path, prefix: str, file: Path, alone: bool = False) -> Iterator[Target]:
    """Yield the targets of tables that are those of a file; in a TOML of its own no table need name it."""
    for name, table in tables.items():
        place = f"{_shown(path)} [{prefix}{name}]"
        if not isinstance(table, dict):
            raise UsageError(f"{place}: expected a table with forward, backward and shapes, got {table!r:.60}")
        named = table.get("file")
        if named is None and not alone:
            raise UsageError(f'{place}: file is missing; write for example file = "{file.name}"')
        if named is None or _same(path.parent / str(named), file):
            yield from_table(name, {**table, "file": str(file)}, place)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.resolve() == other.resolve()
    except OSError:
        return False


def _shown(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):  # another drive
        return str(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{_shown(path)}: not valid TOML: {error}") from None
    except OSError as error:
        raise UsageError(f"{_shown(path)} cannot be read: {(error.strerror or str(error)).lower()}") from None


def _in_code(file: str, tree: ast.Module) -> Iterator[Target]:
    """Yield `NAME = Target(…)` at the top level of a file; its values are texts that are read, not run."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_target(node.value.func):
            call = node.value
            for name in (each.id for each in node.targets if isinstance(each, ast.Name)):
                place = f"{file}:{node.lineno} {name} = Target(…)"
                yield from_table(name, {**_literals(call, place), "file": file}, place, line=node.lineno)


def _is_target(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "Target"


def _literals(call: ast.Call, place: str) -> dict[str, Any]:
    if call.args or any(each.arg is None for each in call.keywords):
        raise UsageError(f'{place}: name every value, as in Target(forward="…", backward="…", shapes="…")')
    found = {}
    for each in call.keywords:
        try:
            found[str(each.arg)] = ast.literal_eval(each.value)
        except (ValueError, TypeError):
            raise UsageError(
                f"{place}: {each.arg} must be a text in quotes, since the file is not run to read it"
            ) from None
    return found
