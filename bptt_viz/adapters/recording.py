"""Reports on models of other frameworks: from a name, or from an object, to the report of `bptt-viz norms`."""

from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from bptt_viz.adapters.checking import name_of
from bptt_viz.adapters.named import is_named, is_of_torch, named, needed
from bptt_viz.cells import Cell
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Request
from bptt_viz.results.norms import NormReport

Which = Literal["all", "last"]

# What a request may say about a model that stands in a user's code.
_FITTING = frozenset({"cell", "seed"})


def record_torch(model: Any, batch: Any = (), loss: Any = None, which: Which = "all") -> NormReport:
    """Report how the gradient of a PyTorch model's loss flows through its recurrent layers, step by step.

    Args:
        model: a module with nn.RNN, nn.LSTM or nn.GRU layers, or loops over their cells; it is copied to double
            precision, and left as it is.
        batch: its input, or a tuple of its inputs; without them an example is looked for as for `check_torch`.
        loss: takes what the model returns; gives L, or one L_t a time step. Without it a random projection of what the
            topmost layer returns.
        which: whose gradient the per-step norms are about: `all` losses or the `last` one.

    Raises:
        UsageError: there is nothing to record, or it cannot be taken apart.
        MissingError: PyTorch is not installed.
    """
    inputs = batch if type(batch) is tuple else (batch,)  # a packed sequence is a tuple too, and one input
    with needed():
        recorder = import_module("bptt_viz.adapters.pytorch.record")
    found: NormReport = recorder.record(model, inputs, loss, which, name_of(model))
    return found


def record_named(request: Request, which: Which) -> NormReport | None:
    """Report on the PyTorch model that `pkg.mod:obj` or `file.py:obj` names; None if it names nothing of PyTorch's.

    Raises:
        UsageError: there is no such thing, it has nothing to record, or an option is for models of ours.
        MissingError: PyTorch is not installed.
    """
    target = module_named(request)
    if target is None:
        return None
    recorder = import_module("bptt_viz.adapters.pytorch.record")
    found: NormReport = recorder.record(target, (), None, which, request.cell)
    return found


def module_named(request: Request) -> Any | None:
    """Return what a request names, if it is a PyTorch module or may return one; errors as for `record_named`."""
    if not is_named(request.cell) or not _may_use_torch(request.cell):
        return None
    target = named(request.cell)
    if isinstance(target, type) and issubclass(target, Cell | Architecture):
        return None
    with needed():
        recorder = import_module("bptt_viz.adapters.pytorch.record")
    if not is_of_torch(target) and not recorder.makes_modules(target):
        return None
    for field in fields(Request):
        if field.name not in _FITTING and getattr(request, field.name) != getattr(Request(), field.name):
            option = {"settings": "set"}.get(field.name, field.name)
            raise UsageError(f"--{option} is for models of ours and means nothing for {request.cell}")
    return target


def _may_use_torch(target: str) -> bool:
    """Tell whether a target may be PyTorch's: a file that never names it is not run only to find that out."""
    path = Path(target.rpartition(":")[0])
    return path.suffix != ".py" or not path.is_file() or b"torch" in path.read_bytes()
