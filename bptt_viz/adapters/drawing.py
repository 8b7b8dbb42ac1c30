"""Pictures of models of other frameworks: from a name, or from an object, to what `bptt-viz graph` draws of ours."""

from dataclasses import replace
from importlib import import_module
from typing import Any

from bptt_viz.adapters.checking import name_of
from bptt_viz.adapters.named import needed
from bptt_viz.adapters.recording import module_named
from bptt_viz.errors import UsageError
from bptt_viz.models import Request
from bptt_viz.pictures import Drawing, of_nodes, of_rollout
from bptt_viz.results.graph import GraphView, Level


def draw_torch(model: Any, batch: Any, loss: Any, wanted: Drawing, title: str = "") -> GraphView:
    """Draw a PyTorch model's recurrent layers, unrolled over the steps of a batch, with the gradient of its real loss.

    Of a model without layers of PyTorch's, its own operations are drawn, step by step.

    Args:
        model: a module with nn.RNN, nn.LSTM or nn.GRU layers, or loops over their cells; or any other module.
        batch: its input, or a tuple of its inputs; if that is empty, an example is looked for as for `check_torch`.
        loss: None, or takes what the model returns, see `record_torch`.
        wanted: what the picture shows; a model without layers of PyTorch's has operations alone.
        title: of such a model's picture; its name if left out.

    Raises:
        UsageError: there is nothing to draw, or the layers are no stack that runs forward in time.
        MissingError: PyTorch is not installed.
    """
    inputs = batch if type(batch) is tuple else (batch,)
    return _drawn(model, inputs, loss, wanted, title or name_of(model))


def picture_named(request: Request, wanted: Drawing) -> GraphView | None:
    """Draw the PyTorch model that `pkg.mod:obj` or `file.py:obj` names; None if it names nothing of PyTorch's.

    Raises:
        UsageError: there is no such thing, it cannot be drawn, or an option is for models of ours.
        MissingError: PyTorch is not installed.
    """
    target = module_named(request)
    return None if target is None else _drawn(target, (), None, wanted, "")


def _drawn(target: Any, inputs: tuple[Any, ...], loss: Any, wanted: Drawing, title: str) -> GraphView:
    with needed():
        recorder = import_module("bptt_viz.adapters.pytorch.record")
    if not recorder.has_layers(target):
        tape, results, seeds = recorder.operations(target, inputs, loss)
        assert tape.nodes, "a tape lives as long as somebody holds it"
        return of_nodes(results, wanted, seeds if wanted.gradients else None, title)
    rollout = recorder.recorded(target, inputs, loss, name_of(target), ends=False).rollout
    whole = range(1, rollout.steps + 1)
    if any(run.backward or run.steps != whole for run in rollout.layers):
        raise UsageError(
            f"{name_of(target)} is no stack of layers that run forward over all steps; only those are drawn"
        )
    return of_rollout(rollout, wanted if wanted.level is Level.OP else replace(wanted, at=None))
