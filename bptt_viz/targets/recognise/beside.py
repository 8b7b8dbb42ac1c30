"""Modules beside a user's file from which it imports names."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from bptt_viz.errors import UsageError
from bptt_viz.targets.recognise.inference.module import Module, read_module, top_level
from bptt_viz.targets.recognise.reading import read_source

_DEEPEST = 3
_MOST = 15
_LARGEST = 400_000

Imported = tuple[tuple[Module, Mapping[str, str] | None], ...]


def beside(file: str, tree: ast.Module) -> Imported:
    """Return the modules in a file's folder, or below or above it, that it imports names from, with those names.

    Of a large package only so many files are read.

    Args:
        file: the file.
        tree: its syntax tree.
    """
    return _imports(file, tree, 0, {})


def _imports(file: str, tree: ast.Module, depth: int, known: dict[Path, Module | None]) -> Imported:
    """Return the modules that a file imports names from, where `known` are those that have been read."""
    found = []
    for node in top_level(tree.body):
        if isinstance(node, ast.ImportFrom) and depth < _DEEPEST:
            path = next((each for each in _places(Path(file), node) if each.is_file()), None)
            module = _read(path, depth, known) if path is not None and path != Path(file) else None
            if module is not None:
                everything = any(each.name == "*" for each in node.names)
                found.append(
                    (module, None if everything else {each.asname or each.name: each.name for each in node.names})
                )
    return tuple(found)


def _places(file: Path, node: ast.ImportFrom) -> Iterator[Path]:
    """Yield where a module may be: beside the file, or from the folder above the package that the file is in."""
    parts = (node.module or "__init__").split(".")
    folder = file.resolve().parent
    if node.level:
        for _ in range(node.level - 1):
            folder = folder.parent
        yield folder.joinpath(*parts).with_suffix(".py")
        return
    yield folder.joinpath(*parts).with_suffix(".py")
    top = folder
    while (top / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    yield top.joinpath(*parts).with_suffix(".py")


def _read(path: Path, depth: int, known: dict[Path, Module | None]) -> Module | None:
    if path not in known and len(known) < _MOST:
        known[path] = None  # as long as it is being read, for files that import each other
        try:
            source = read_source(str(path)) if path.stat().st_size <= _LARGEST else None
        except (UsageError, OSError):
            source = None
        if source is not None:
            known[path] = read_module(source.tree, _imports(str(path), source.tree, depth + 1, known))
    return known.get(path)
