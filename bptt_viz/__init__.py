"""Verify and show backpropagation through time.

What stands in `__all__` is for use in other programs and for cells of one's own; each name is imported when it is
first used, so that `import bptt_viz` alone costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bptt_viz import ops
    from bptt_viz.api.analyses import credit, curves, norms, report, spectrum
    from bptt_viz.api.checks import check
    from bptt_viz.api.graphs import graph, record
    from bptt_viz.cells import Cell, Parameter
    from bptt_viz.console.shown import Shown
    from bptt_viz.errors import BpttVizError, UsageError
    from bptt_viz.models import Rollout
    from bptt_viz.tape import Node, Tape, backward
    from bptt_viz.targets.api import Target

__version__ = "0.1.0"

__all__ = [
    "BpttVizError",
    "Cell",
    "Node",
    "Parameter",
    "Rollout",
    "Shown",
    "Tape",
    "Target",
    "UsageError",
    "backward",
    "check",
    "credit",
    "curves",
    "graph",
    "norms",
    "ops",
    "record",
    "report",
    "spectrum",
]

_HOMES = {
    "api.analyses": ("credit", "curves", "norms", "report", "spectrum"),
    "api.checks": ("check",),
    "api.graphs": ("graph", "record"),
    "cells": ("Cell", "Parameter"),
    "console.shown": ("Shown",),
    "errors": ("BpttVizError", "UsageError"),
    "models": ("Rollout",),
    "tape": ("Node", "Tape", "backward"),
    "targets.api": ("Target",),
}


def __getattr__(name: str) -> Any:
    if name == "ops":
        return import_module("bptt_viz.ops")
    for home, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(f"bptt_viz.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'bptt_viz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
