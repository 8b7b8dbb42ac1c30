"""Results as JSON between two processes: written by `render`'s rules, read back into the same dataclasses."""

import json
import types
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Result = TypeVar("Result")


def written(value: Any) -> str:
    """Return a tree of dataclasses, tuples and plain values as one line of JSON."""
    return json.dumps(_plain(value))


def read(kind: type[Result], document: Any) -> Result:
    """Return the dataclass that a decoded document was written from.

    Args:
        kind: its class; annotations say how to read each field.
        document: what `json.loads` returned.
    """
    made: Result = _read(kind, document)
    return made


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.item() if hasattr(value, "item") else value  # NumPy's numbers


def _read(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return None if value is None else _read(next(k for k in get_args(kind) if k is not types.NoneType), value)
    if origin is tuple:
        return _read_tuple(get_args(kind), value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], item) for name, item in value.items()})
    return kind(value)


def _read_tuple(kinds: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if kinds[-1:] == (Ellipsis,):
        return tuple(_read(kinds[0], item) for item in value)
    return tuple(_read(kind, item) for kind, item in zip(kinds, value, strict=True))
