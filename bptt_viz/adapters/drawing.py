"""Pictures of models of other frameworks: from a name, or from an object, to what `bptt-viz graph` draws of ours."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from bptt_viz.adapters.checking import name_of
from bptt_viz.adapters.named import needed
from bptt_viz.adapters.recording import module_named
from bptt_viz.errors import UsageError
from bptt_viz.models import Request
from bptt_viz.pictures import Picture, draw


def draw_torch(model: Any, batch: Any = (), loss: Any = None, level: str = "step", **options: Any) -> Picture:
    """Draw a PyTorch model's recurrent layers, unrolled over the steps of a batch, with the gradient of its real loss.

    Of a model without layers of PyTorch's, its own operations are drawn, step by step.

    Args:
        model: a module with nn.RNN, nn.LSTM or nn.GRU layers, or loops over their cells; or any other module.
        batch: its input, or a tuple of its inputs; without them an example is looked for as for `check_torch`.
        loss: takes what the model returns, see `record_torch`.
        level: `step`, `gate` or `op`; a model without layers of PyTorch's has operations alone.
        options: further ones of `draw`: `gradients`, `values`, `norms`, `scale`, `title`, `theme`, and for layers `at`.

    Raises:
        UsageError: there is nothing to draw, or the layers are no stack that runs forward in time.
        MissingError: PyTorch is not installed.
    """
    inputs = batch if type(batch) is tuple else (batch,)
    return _drawn(model, inputs, loss, level, {"title": name_of(model), **options})


def picture_named(request: Request, level: str, options: Mapping[str, Any]) -> Picture | None:
    """Draw the PyTorch model that `pkg.mod:obj` or `file.py:obj` names; None if it names nothing of PyTorch's.

    Raises:
        UsageError: there is no such thing, it cannot be drawn, or an option is for models of ours.
        MissingError: PyTorch is not installed.
    """
    target = module_named(request)
    return None if target is None else _drawn(target, (), None, level, options)


def _drawn(target: Any, inputs: tuple[Any, ...], loss: Any, level: str, options: Mapping[str, Any]) -> Picture:
    with needed():
        recorder = import_module("bptt_viz.adapters.pytorch.record")
    options = {"title": "", **options}
    if not recorder.has_layers(target):
        options.pop("at", None)
        tape, results, seeds = recorder.operations(target, inputs, loss)
        assert tape.nodes, "a tape lives as long as somebody holds it"
        return draw(results, seeds=seeds if options.get("gradients") else None, **options)
    rollout = recorder.recorded(target, inputs, loss, name_of(target), ends=False).rollout
    whole = range(1, rollout.steps + 1)
    if any(run.backward or run.steps != whole for run in rollout.layers):
        raise UsageError(
            f"{name_of(target)} is no stack of layers that run forward over all steps; only those are drawn"
        )
    return draw(rollout, level=level, **{**options, "at": options.get("at") if level == "op" else None})
