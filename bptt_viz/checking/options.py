"""A check's options as people give them by keyword, in tests and in Python."""

from collections.abc import Mapping
from dataclasses import fields
from math import inf
from typing import Any

from bptt_viz.checking.differences import parse_method
from bptt_viz.checking.run import CheckRequest
from bptt_viz.checking.shapes import parse_shapes
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Judgement

TOLERANCES = ("rtol", "atol", "eps")


def request_from(options: Mapping[str, Any], **fixed: Any) -> CheckRequest:
    """Turn options, by the names of `bptt-viz check`, into a request.

    Raises:
        UsageError: one of them is unknown or has a value that makes no sense.
    """
    plain = {field.name for field in fields(CheckRequest)} - {"target", "judgement", "every_entry"}
    _demand_known(options, plain | {*TOLERANCES, "full"})
    given = {name: value for name, value in options.items() if name in plain} | fixed
    if isinstance(shapes := given.get("shapes"), str):
        given["shapes"] = parse_shapes(shapes)
    given["method"] = parse_method(given.get("method"))
    given["settings"] = {name: _as_typed(value) for name, value in given.get("settings", {}).items()}
    tolerances = {name: options[name] for name in TOLERANCES if name in options}
    every_entry = bool(options.get("full", False))
    return CheckRequest(target="", every_entry=every_entry, judgement=Judgement(**tolerances), **given)


def _demand_known(options: Mapping[str, Any], known: set[str]) -> None:
    for name in options.keys() - known:
        raise UsageError(f"there is no option {name!r}; choose from {', '.join(sorted(known))}")
    for name in options.keys() & set(TOLERANCES):
        if not (isinstance(options[name], int | float) and 0 < options[name] < inf):
            raise UsageError(f"{name} must be positive and finite, got {options[name]!r}")


def _as_typed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
