"""Arrays nested in tuples, lists, dicts and dataclasses, as frameworks' functions take and return them."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

Leaf = Callable[[str, Any], Any]
"""Takes a leaf's name and its value, and returns what stands in its place."""


def mapped(function: Leaf, value: Any, name: str) -> Any:
    """Return a copy of a nested value with every leaf replaced.

    A leaf is named after the way to it, as one would write it in Python: `state[0]`, `out['h']`, `packed.data`.
    """
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        parts = {each: mapped(function, getattr(value, each), f"{name}.{each}") for each in value._fields}
        return type(value)(**parts)
    if isinstance(value, tuple | list):
        return type(value)(mapped(function, part, f"{name}[{k}]") for k, part in enumerate(value))
    if isinstance(value, Mapping):
        return {key: mapped(function, part, f"{name}[{key!r}]") for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        held = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        return replace(value, **{each: mapped(function, part, f"{name}.{each}") for each, part in held.items()})
    return function(name, value)


def leaves(value: Any, name: str) -> dict[str, Any]:
    """Return the leaves of a nested value by their names."""
    found: dict[str, Any] = {}
    mapped(noting(found), value, name)
    return found


def noting(found: dict[str, Any]) -> Leaf:
    """Return a function that leaves every leaf as it is and notes it by its name."""

    def noted(name: str, leaf: Any) -> Any:
        found[name] = leaf
        return leaf

    return noted
