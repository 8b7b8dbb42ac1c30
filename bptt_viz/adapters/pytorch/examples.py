"""What to call and with what: a module, autograd function or callable with its example, however it is given."""

import inspect
from collections.abc import Callable
from typing import Any

import torch

from bptt_viz.adapters.examples import ADVICE, argument_names, taken_apart
from bptt_viz.adapters.pytorch import guess, layers
from bptt_viz.adapters.pytorch.calling import Call
from bptt_viz.errors import UsageError

Fits = Callable[[Call], bool]
"""Tells whether a call is recurrent in time; raises whatever the target raises."""


def call_of(target: Any, inputs: tuple[Any, ...], fits: Fits) -> Call:
    """Return a target with its example.

    Args:
        target: a module, a class of modules, an autograd function, a callable of tensors; a tuple of one of these and
            its inputs; or a function without arguments that returns any of them.
        inputs: its inputs; if there are none they are looked for.
        fits: see `Fits`.

    Raises:
        UsageError: there is no example, and none can be made.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        target, inputs = taken_apart(target, inputs)
        if not callable(target):
            raise UsageError(f"a module, an autograd function or a callable of tensors is wanted, got {target!r}")
        if isinstance(target, type) and issubclass(target, torch.nn.Module):
            target = guess.constructed(target)
        if not inputs and isinstance(target, torch.nn.Module):
            inputs = guess.guessed(target, lambda arguments: fits(_call(target, arguments)))
    if not inputs:
        name = getattr(target, "__name__", type(target).__name__)
        said = ADVICE.format(target=name)
        raise UsageError(f"{name} has no example inputs; set {name}.example_inputs = (x, h), or {said}")
    return _call(target, inputs)


def _call(target: Any, inputs: tuple[Any, ...]) -> Call:
    names = argument_names(_signed(target), len(inputs))
    return Call(target, inputs, names, layers.titles(target), lambda made: layers.named_outputs(target, made))


def _signed(target: Any) -> Any:
    """Return the function whose arguments the target takes."""
    function = getattr(target, "forward", target)
    if not (isinstance(target, type) and issubclass(target, torch.autograd.Function)):
        return function
    first = next(iter(inspect.signature(function).parameters), "")
    # The context, which a function with `setup_context` does without.
    return _without_first(function) if first in {"ctx", "context", "_"} else function


def _without_first(function: Callable[..., Any]) -> Callable[..., Any]:
    def rest() -> None: ...

    signature = inspect.signature(function)
    rest.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    return rest
