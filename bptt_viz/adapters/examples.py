"""A target with an example of its inputs, in whatever form a user hands it over."""

import inspect
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

# What PyTorch Lightning calls it is understood too.
_DECLARED = ("example_inputs", "example_input_array")

ADVICE = "name a function without arguments that returns it with example inputs: def example(): return {target}, x, h"


def taken_apart(target: Any, inputs: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Return a target and its example inputs; none if it declares none.

    Args:
        target: what can be called; a tuple of it and its inputs; or a function without arguments that returns either.
        inputs: its inputs, which then are not looked for.
    """
    if inputs:
        return target, inputs
    if inspect.isfunction(target) and not declared(target) and not _needed(target):
        with seeded():
            target = target()
    if isinstance(target, tuple | list) and target:
        target, *rest = target
        return target, tuple(rest)
    return target, declared(target)


def declared(target: Any) -> tuple[Any, ...]:
    """Return the inputs that a target has as its `example_inputs`, or that a method of this name returns."""
    if inspect.isclass(target) and not hasattr(target, "apply"):
        return ()
    found = next((value for name in _DECLARED if (value := getattr(target, name, None)) is not None), ())
    if inspect.isroutine(found):
        with seeded():
            found = found()
    return tuple(found) if isinstance(found, tuple | list) else (found,)


def _needed(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind not in {p.VAR_POSITIONAL, p.VAR_KEYWORD}]


def argument_names(function: Any, count: int) -> tuple[str, ...]:
    """Return the names of a function's first arguments; `input[k]` where its signature has none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # a function of C code
        parameters = []
    named = [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    return tuple(named[:count]) + tuple(f"input[{k}]" for k in range(len(named), count))


@contextmanager
def seeded() -> Iterator[None]:
    """Seed the global generators, so that users' examples are the same every time, and put them back after."""
    before = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
