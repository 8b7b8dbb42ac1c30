"""What a forward pass does on its way that a check must know of: random draws, fresh weights, single precision."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.utils._python_dispatch import TorchDispatchMode

from bptt_viz.adapters.pytorch.calling import Call, Tensors, users_line

_LOW = frozenset({torch.float32, torch.float16, torch.bfloat16})


@dataclass
class Seen:
    """What was seen, in words with the user's line; empty where it was not.

    Attributes:
        draws: the first operation that draws random numbers.
        builds: the first module that was built.
        low: the first operation whose result is in less than double precision.
    """

    draws: str = ""
    builds: str = ""
    low: str = ""


class _Watch(TorchDispatchMode):
    """Looks at every operation that PyTorch carries out."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if not self._seen.draws and torch.Tag.nondeterministic_seeded in func.tags:
            self._seen.draws = _here(func)
        if not self._seen.low and (low := _low(made)):
            self._seen.low = f"{low} in {_here(func)}"
        return made


def _here(func: Any) -> str:
    return f"{func.overloadpacket.__name__.strip('_')}{users_line(traceback.extract_stack())}"


def _low(made: Any) -> str:
    """Return the type of the first result that is in less than double precision; empty if all are double."""
    parts = made if isinstance(made, tuple | list) else (made,)
    types = (part.dtype for part in parts if isinstance(part, torch.Tensor) and part.dtype in _LOW)
    return str(next(types, "")).removeprefix("torch.")


@contextmanager
def _registrations(seen: Seen) -> Iterator[None]:
    def noted(module: torch.nn.Module, *_: Any) -> None:
        seen.builds = seen.builds or f"{type(module).__name__}{users_line(traceback.extract_stack())}"

    handle = register_module_parameter_registration_hook(noted)
    try:
        yield
    finally:
        handle.remove()


def watched(call: Call, values: Tensors) -> Seen:
    """Run a call once and return what was seen."""
    seen = Seen()
    with _registrations(seen), _Watch(seen):
        call(values)
    return seen


def active_dropout(target: Any) -> str:
    """Return, in words, the first part of a module whose dropout is switched on; empty if none is."""
    for name, part in target.named_modules() if isinstance(target, torch.nn.Module) else ():
        rate = part.p if isinstance(part, torch.nn.modules.dropout._DropoutNd) else 0.0
        if isinstance(part, torch.nn.RNNBase) and part.num_layers > 1:
            rate = part.dropout
        if part.training and rate > 0:
            return f"{type(part).__name__} {name}".rstrip() + f" with p = {rate:g}"
    return ""


def why_not_deterministic(call: Call, values: Tensors) -> str:
    """Say what makes two forward passes differ, and what to do."""
    dropout = active_dropout(call.target)
    if dropout:
        return f"dropout is active ({dropout}): hand the module over in evaluation mode, module.eval()"
    seen = watched(call, values)
    if seen.builds:
        return f"forward builds fresh weights at every call ({seen.builds}): build them once, in __init__"
    if seen.draws:
        return f"forward draws random numbers ({seen.draws}): pass them in as an argument, or draw them once"
    return "forward keeps something from call to call, and no two calls are alike"
