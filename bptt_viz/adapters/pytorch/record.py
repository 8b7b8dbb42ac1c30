"""From a PyTorch model with its batch and its loss, in whatever form they are given, to their report."""

import inspect
from collections.abc import Callable
from typing import Any, Literal

import torch

from bptt_viz.adapters.examples import seeded, taken_apart
from bptt_viz.adapters.pytorch.calling import single_thread
from bptt_viz.adapters.pytorch.examples import call_of
from bptt_viz.adapters.pytorch.layout import is_recurrent
from bptt_viz.adapters.pytorch.recording.report import Recording, report
from bptt_viz.errors import UsageError
from bptt_viz.results.norms import NormReport


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
    with torch.random.fork_rng(), seeded():
        torch.manual_seed(0)
        model, inputs = taken_apart(target, inputs)
    if inputs and callable(inputs[-1]) and not isinstance(inputs[-1], torch.nn.Module | torch.Tensor):
        *inner, loss = inputs
        inputs = tuple(inner)
    call = call_of(model, inputs, is_recurrent)
    if not isinstance(call.target, torch.nn.Module):
        raise UsageError(f"{name} is no PyTorch module; only their recurrent layers can be recorded")
    with single_thread():
        return Recording(call, loss or getattr(model, "example_loss", None), ends)
