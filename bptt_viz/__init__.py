"""Verify and show backpropagation through time.

What stands in `__all__` is for use in other programs and for cells of one's own; each name is imported when it is
first used, so that `import bptt_viz` alone costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bptt_viz import ops
    from bptt_viz.adapters.api import check_autograd, check_jax, check_torch
    from bptt_viz.adapters.drawing import draw_torch
    from bptt_viz.adapters.recording import record_torch
    from bptt_viz.cells import Cell, Parameter
    from bptt_viz.errors import BpttVizError, UsageError
    from bptt_viz.models import Request, prepare
    from bptt_viz.pictures import Picture, draw
    from bptt_viz.tape import Node, Tape, backward
    from bptt_viz.targets.api import Target, check_file, check_target

__version__ = "0.1.0"

__all__ = [
    "BpttVizError",
    "Cell",
    "Node",
    "Parameter",
    "Picture",
    "Request",
    "Tape",
    "Target",
    "UsageError",
    "backward",
    "check_autograd",
    "check_file",
    "check_jax",
    "check_target",
    "check_torch",
    "draw",
    "draw_torch",
    "ops",
    "prepare",
    "record_torch",
]

_HOMES = {
    "adapters.api": ("check_autograd", "check_jax", "check_torch"),
    "adapters.drawing": ("draw_torch",),
    "adapters.recording": ("record_torch",),
    "cells": ("Cell", "Parameter"),
    "errors": ("BpttVizError", "UsageError"),
    "models": ("Request", "prepare"),
    "pictures": ("Picture", "draw"),
    "tape": ("Node", "Tape", "backward"),
    "targets.api": ("Target", "check_file", "check_target"),
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
