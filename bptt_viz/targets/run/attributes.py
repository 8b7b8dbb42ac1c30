"""Parameters where code keeps them: attributes of objects, entries of dicts and lists, arguments that are updated."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.run.binding import key_of

Path = tuple[tuple[str, Any], ...]
"""Steps from an object to a value: (`attribute`, name) or (`item`, key)."""


def attribute_paths(parameters: Sequence[Argument]) -> dict[str, Path]:
    """Return the way from an object to each of its parameters."""
    found: dict[str, Path] = {}
    for each in parameters:
        steps: Path = tuple(("attribute", part) for part in each.name.split(".")) if each.name else ()
        found |= {each.name: steps} if each.kind == "name" else dict(_inside(each, steps))
    return found


def argument_paths(arguments: Sequence[Argument]) -> dict[str, Path]:
    """Return the way to each array from the positional and keyword arguments of a call, as a pair."""
    found: dict[str, Path] = {}
    positional = [each for each in arguments if not each.keyword]
    places: list[tuple[Path, Argument]] = [((("item", 0), ("item", k)), each) for k, each in enumerate(positional)]
    places += [((("item", 1), ("item", each.keyword)), each) for each in arguments if each.keyword]
    for path, each in places:
        found |= {each.name: path} if each.kind == "name" else dict(_inside(each, path))
    return found


def _inside(argument: Argument, path: Path) -> Iterator[tuple[str, Path]]:
    for place, item in enumerate(argument.items):
        step = (*path, ("item", key_of(item) if argument.kind == "dict" else place))
        if item.kind == "name":
            yield item.name, step
        else:
            yield from _inside(item, step)


def read(root: Any, path: Path) -> Any:
    """Return what stands at the end of a path."""
    for kind, name in path:
        root = getattr(root, name) if kind == "attribute" else root[name]
    return root


def write(root: Any, path: Path, value: Any) -> None:
    """Put a value at the end of a path."""
    holder = read(root, path[:-1])
    kind, name = path[-1]
    if kind == "attribute":
        setattr(holder, name, value)
    else:
        holder[name] = value


def beside(path: Path, pattern: str) -> Path:
    """Return the path of a gradient that is kept beside its parameter under a name made of the parameter's."""
    kind, name = path[-1]
    return (*path[:-1], (kind, pattern.replace("{}", str(name))))


def replaced(root: Any, new: Mapping[int, Any]) -> None:
    """Put new arrays wherever an object or what it holds refers to old ones, so that sharing stays sharing.

    Args:
        root: the object.
        new: by the identity of the old array.
    """
    _Replacing(new).visit(root)


class _Replacing:
    def __init__(self, new: Mapping[int, Any]) -> None:
        self._new = new
        self._seen: set[int] = set()

    def visit(self, value: Any) -> Any:
        """Return what shall stand where a value stands."""
        if id(value) in self._new:
            return self._new[id(value)]
        if id(value) in self._seen or isinstance(value, np.ndarray | str | bytes | int | float | type | ModuleType):
            return value
        self._seen.add(id(value))
        if isinstance(value, dict):
            value.update({key: self.visit(item) for key, item in value.items()})
        elif isinstance(value, list):
            value[:] = [self.visit(item) for item in value]
        elif type(value) is tuple:
            parts = tuple(self.visit(item) for item in value)
            return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
        elif hasattr(value, "__dict__") and not callable(value):
            vars(value).update({key: self.visit(item) for key, item in vars(value).items()})
        return value
