"""From names, as people type them, to cells and models, and from texts to their options."""

import sys
from collections.abc import Collection, Mapping
from dataclasses import fields
from functools import partial
from hashlib import blake2b
from importlib import import_module
from importlib.machinery import SourceFileLoader
from inspect import isabstract, isclass
from pathlib import Path
from pkgutil import iter_modules
from types import CodeType, ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from bptt_viz.cells import Cell, discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models.interface import Architecture
from bptt_viz.topologies import MakeCell

_FOLDER = "bptt_viz.models"


def discover_models() -> dict[str, type[Architecture]]:
    """Return every model of this folder by the name that the command line uses."""
    found: dict[str, type[Architecture]] = {}
    for module in iter_modules(import_module(_FOLDER).__path__):
        for member in vars(import_module(f"{_FOLDER}.{module.name}")).values():
            if isclass(member) and issubclass(member, Architecture) and not isabstract(member):
                found[member.name] = member
    return dict(sorted(found.items()))


def target_class(name: str) -> type[Cell] | type[Architecture]:
    """Return a built-in cell or model by name, or the class of either kind that `file.py:ClassName` names.

    Raises:
        UsageError: no such name, file or class, or the file fails to run.
    """
    known: dict[str, type[Cell] | type[Architecture]] = {**discover_cells(), **discover_models()}
    return known[name] if name in known else _from_file(name, known, (Cell, Architecture))


def cell_class(name: str) -> type[Cell]:
    """Return a built-in cell by name, or the class that `file.py:ClassName` names.

    Raises:
        UsageError: no such cell, file or class, or the file fails to run.
    """
    known = discover_cells()
    return known[name] if name in known else _from_file(name, known, (Cell,))


_DERIVED: dict[type[Any], str] = {Cell: "bptt_viz.cells.Cell", Architecture: "bptt_viz.models.Architecture"}
_WANTED: dict[type[Any], str] = {Cell: "both `parameters` and `step`"}


def _from_file(name: str, known: Collection[str], bases: tuple[type[Any], ...]) -> Any:
    path, colon, member = name.rpartition(":")
    if colon and path in sys.modules:  # such as __main__, a notebook's own
        found: Any = sys.modules[path]
        for part in member.split("."):
            found = getattr(found, part, None)
        return usable(found, path, member, bases)
    if not colon or not path.endswith(".py"):
        what = "cell" if bases == (Cell,) else "model"
        raise UsageError(f"unknown {what} {name!r}; choose from {', '.join(known)}, or give file.py:ClassName")
    return usable(getattr(import_file(Path(path)), member, None), path, member, bases)


def usable(found: Any, path: str, member: str, bases: tuple[type[Any], ...] = (Cell, Architecture)) -> Any:
    """Return what a module has under a name, if it is a whole class of one of these kinds.

    Raises:
        UsageError: it is none, or lacks a method.
    """
    base = next((base for base in bases if isclass(found) and issubclass(found, base)), None)
    if base is None:
        wanted = " or ".join(_DERIVED[base] for base in bases)
        raise UsageError(f"{path} has no class {member!r} derived from {wanted}")
    if isabstract(found):
        missing = ", ".join(sorted(getattr(found, "__abstractmethods__", ())))
        raise UsageError(f"{path}:{member} must define {_WANTED.get(base) or missing}")
    return found


def cell_maker(cell: type[Cell], what: str, given: Mapping[str, str]) -> MakeCell:
    """Return what makes cells of a kind with options of their own, given as texts; errors as for `converted`."""
    return partial(cell, **converted(cell, what, given, Cell))


def own_options(made: type[Any], base: type[Any]) -> list[str]:
    """Return the names of a class's own options: the fields that its base has not."""
    common = {f.name for f in fields(base)}
    return [f.name for f in fields(made) if f.init and f.name not in common]


def converted(made: type[Any], what: str, given: Mapping[str, str], base: type[Any]) -> dict[str, Any]:
    """Return options of a cell or a model as values of their types.

    Args:
        made: its class.
        what: how a message calls it.
        given: texts by name.
        base: the class whose fields are no options.

    Raises:
        UsageError: there is no such option, or the value does not fit.
    """
    hints, own = get_type_hints(made), own_options(made, base)
    for name in given:
        if name not in own:
            has = f"its options are {', '.join(sorted(own))}" if own else "it has none"
            raise UsageError(f"{what} has no option {name!r}; {has}")
    return {name: _converted(name, value, hints[name]) for name, value in given.items()}


class _Loader(SourceFileLoader):
    """Reads the source each time and leaves no compiled file, which an edit within the same second would not renew."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self.source_to_code(self.get_data(self.path), self.path)


def import_file(path: Path) -> ModuleType:
    """Run a user's file as a module of its own, and return it.

    Raises:
        UsageError: there is no such file, or it fails to run.
    """
    if not path.is_file():
        raise UsageError(f"{str(path)!r}: no such file")
    # Two files of one name are two modules.
    name = f"bptt_viz_user_{path.stem}_{blake2b(bytes(path.resolve()), digest_size=8).hexdigest()}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        _Loader(name, str(path)).exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise UsageError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def _converted(name: str, value: str, kind: Any) -> Any:
    literals = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else ()
    if literals:
        choices = {str(literal).lower() if kind is bool else str(literal): literal for literal in literals}
        if value not in choices:
            raise UsageError(f"option {name!r} must be one of {', '.join(choices)}, got {value!r}")
        return choices[value]
    if kind not in {int, float, str}:
        raise UsageError(f"option {name!r}: only int, float, str, bool and Literal options can be set, not {kind}")
    try:
        number = kind(value)
    except (TypeError, ValueError):
        raise UsageError(f"option {name!r}: {value!r} is not a valid {kind.__name__}") from None
    if isinstance(number, float) and not np.isfinite(number):
        raise UsageError(f"option {name!r} must be finite, got {value!r}")
    return number
