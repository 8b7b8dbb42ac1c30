"""What code calls a truncation: a number of its module or of an object, or a default of an argument."""

import inspect
from typing import Any

OUT_OF_REACH = 10**6


def put_out_of_reach(names: dict[str, Any]) -> None:
    """Set every number that is called a truncation so high that it never comes into play."""
    names.update({name: OUT_OF_REACH for name, value in names.items() if _is_one(name) and type(value) is int})


def truncations_of(function: Any) -> list[str]:
    """Return the arguments of a function that are called a truncation and have a number as default."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in parameters if _is_one(each.name) and type(each.default) is int]


def _is_one(name: str) -> bool:
    return "trunc" in name.lower()
