"""What a module keeps from call to call, remembered as it was when loaded, and brought back before each run."""

import copy
import random
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

_LARGE = 1_000_000

Undo = Callable[[], None]


def remembered(module: ModuleType) -> list[Undo]:
    """Return what brings back a module's values, its classes' values, default arguments and random generators."""
    classes = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    found: list[Undo] = []
    for holder in (module, *classes):
        for name, value in list(vars(holder).items()):
            undo = _undo(holder, name, value)
            if undo is not None:
                found.append(undo)
    return found


def _undo(holder: Any, name: str, value: Any) -> Undo | None:
    if name.startswith("__"):
        return None
    if isinstance(value, np.random.Generator):
        return _of_generator(value)
    if isinstance(value, np.random.RandomState):
        return _call(value.set_state, value.get_state())
    if isinstance(value, random.Random):
        return _call(value.setstate, value.getstate())
    if isinstance(value, FunctionType) and value.__defaults__:
        return _of_defaults(value)
    mutable = isinstance(value, np.ndarray | list | dict | set | bytearray)
    if not mutable or (isinstance(value, np.ndarray) and value.size > _LARGE):  # too large to copy before each run
        return None
    return _of_value(holder, name, copy.deepcopy(value))


def _call(function: Callable[[Any], Any], kept: Any) -> Undo:
    def undo() -> None:
        function(kept)

    return undo


def _of_generator(generator: np.random.Generator) -> Undo:
    kept = copy.deepcopy(generator.bit_generator.state)

    def undo() -> None:
        generator.bit_generator.state = kept

    return undo


def _of_defaults(function: FunctionType) -> Undo:
    kept = copy.deepcopy(function.__defaults__)

    def undo() -> None:
        function.__defaults__ = copy.deepcopy(kept)

    return undo


def _of_value(holder: Any, name: str, kept: Any) -> Undo:
    def undo() -> None:
        setattr(holder, name, copy.deepcopy(kept))

    return undo
