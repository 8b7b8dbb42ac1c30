"""From a PyTorch model with its batch and its loss, in whatever form they are given, to their report."""

import inspect
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import torch

from bptt_viz.adapters.checking import name_of
from bptt_viz.adapters.examples import seeded, taken_apart
from bptt_viz.adapters.pytorch import layers
from bptt_viz.adapters.pytorch.calling import Call, single_thread
from bptt_viz.adapters.pytorch.examples import call_of
from bptt_viz.adapters.pytorch.guess import constructed
from bptt_viz.adapters.pytorch.layout import is_recurrent, layout_of
from bptt_viz.adapters.pytorch.recording.report import Recording, report
from bptt_viz.adapters.pytorch.tracing import traced
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.results.norms import NormReport
from bptt_viz.tape import Node, Tape


def makes_modules(target: Any) -> bool:
    """Tell whether a target is a tuple that begins with a module, or a function, which may return one."""
    if isinstance(target, tuple | list):
        return bool(target) and isinstance(target[0], torch.nn.Module)
    return inspect.isfunction(target)


def record(
    target: Any, inputs: tuple[Any, ...], loss: Callable[[Any], Any] | None, which: Literal["all", "last"], name: str
) -> NormReport:
    """Return the report; arguments as for `record_torch`, errors as for `recorded`."""
    return report(recorded(target, inputs, loss, name), which, name)


def recorded(
    target: Any, inputs: tuple[Any, ...], loss: Callable[[Any], Any] | None, name: str, ends: bool = True
) -> Recording:
    """Return the recording; arguments as for `record_torch` and `Recording`.

    A tuple, or what a function without arguments returns, may end in the loss; so may a model have its `example_loss`.

    Raises:
        UsageError: it is no module, or has nothing to record.
    """
    call, found = _taken(target, inputs, loss, name)
    with single_thread():
        return Recording(call, found, ends)


def has_layers(target: Any) -> bool:
    """Tell whether a target has recurrent layers or cells of PyTorch's; a factory is asked."""
    with torch.random.fork_rng(), seeded():
        model, _ = taken_apart(target, ())
    made = constructed(model) if isinstance(model, type) and issubclass(model, torch.nn.Module) else model
    return isinstance(made, torch.nn.Module) and any(layers.kind(part) for part in made.modules())


def operations(
    target: Any, inputs: tuple[Any, ...], loss: Callable[[Any], Any] | None
) -> tuple[Tape, list[Node], dict[Node, Array]]:
    """Return a model's operations on a tape of ours, their results, and seeds of ones for those that are arrays.

    Raises:
        UsageError: it is no module, or autograd sees no way through it.
    """
    call, found = _taken(target, inputs, loss, name_of(target))
    tracer, results = traced(call, dict(layout_of(call).time), found)
    if not results:
        raise UsageError(f"{name_of(target)}: nothing that was computed depends on its parameters or inputs")
    return tracer.tape, results, {node: np.ones(node.shape) for node in results if node.value.ndim}


def _taken(
    target: Any, inputs: tuple[Any, ...], loss: Callable[[Any], Any] | None, name: str
) -> tuple[Call, Callable[[Any], Any] | None]:
    """Return a model with its example, and its loss."""
    with torch.random.fork_rng(), seeded():
        torch.manual_seed(0)
        model, inputs = taken_apart(target, inputs)
    if inputs and callable(inputs[-1]) and not isinstance(inputs[-1], torch.nn.Module | torch.Tensor):
        *inner, loss = inputs
        inputs = tuple(inner)
    call = call_of(model, inputs, is_recurrent)
    if not isinstance(call.target, torch.nn.Module):
        raise UsageError(f"{name} is no PyTorch module; only modules can be recorded")
    return call, loss or getattr(model, "example_loss", None)
