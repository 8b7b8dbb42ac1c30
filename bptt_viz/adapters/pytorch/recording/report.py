"""The per-step gradient report of a PyTorch model's recurrent layers under its own loss."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import torch

from bptt_viz.adapters.pytorch.calling import Call
from bptt_viz.adapters.pytorch.layers import kind
from bptt_viz.adapters.pytorch.recording.advice import advise
from bptt_viz.adapters.pytorch.recording.cells import suffix, titles
from bptt_viz.adapters.pytorch.recording.gradients import gradients
from bptt_viz.adapters.pytorch.recording.replay import replayed
from bptt_viz.adapters.pytorch.recording.visits import Chain, placed, recorded
from bptt_viz.analyses.norms import rollout_report
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.results.norms import LayerNorms, NormReport, Run

Loss = Callable[[Any], torch.Tensor]


class Recording:
    """A model's recurrent layers on a tape of ours.

    Attributes:
        chains: the calls of its layers and cells.
        rollout: the tape, with the loss in the form of its gradient.
        losses: L_t, where the loss comes apart.
        loss: L.
    """

    def __init__(self, call: Call, loss: Loss | None, ends: bool = True) -> None:
        """Run a model once, and its loss back.

        Args:
            call: the model with its batch.
            loss: takes what the model returns; gives L, or one L_t a time step. None takes a random projection.
            ends: record the losses at the ends of the layers' runs too.

        Raises:
            UsageError: there is nothing to record, or a layer cannot be taken apart.
        """
        model = call.target
        model.requires_grad_(True)
        with torch.enable_grad(), recorded(model) as recorder:
            made = call.returned({**call.parameters, **call.given})
        self.chains: list[Chain] = recorder.chains
        if not self.chains:
            raise UsageError("the model ran without calling any of its recurrent layers")
        steps = placed(self.chains)
        value = loss(made) if loss is not None else _projection(self.chains)
        found = gradients(self.chains, _demand_loss(value, self.chains[-1].steps, steps), steps)
        self.rollout: Rollout = replayed(self.chains, found, steps, ends)
        self.losses, self.loss = found.losses, found.value


def _demand_loss(value: Any, *steps: int) -> torch.Tensor:
    if not isinstance(value, torch.Tensor) or not value.is_floating_point() or not value.requires_grad:
        raise UsageError(f"the loss must be a tensor that depends on the model, got {type(value).__name__}")
    if value.numel() == 1:
        return value.double().reshape(())
    if value.ndim != 1 or len(value) not in steps:
        raise UsageError(f"the loss must be one number, or one for each of {steps[0]} steps, got {tuple(value.shape)}")
    return value.double()


def _projection(chains: list[Chain]) -> torch.Tensor:
    """Return a random projection of everything that the topmost layer returns."""
    rng, total = np.random.default_rng(0), torch.zeros((), dtype=torch.float64)
    for visit in chains[-1].visits:
        for tensor in visit.returned.values():
            total = total + (tensor * torch.from_numpy(rng.standard_normal(tuple(tensor.shape)))).sum()
    return total


def report(made: Recording, which: Literal["all", "last"], name: str) -> NormReport:
    """Return the report.

    Args:
        made: what was recorded.
        which: whose gradient the per-step norms are about.
        name: what the model is called.
    """
    rollout = made.rollout
    steps = rollout.pattern.steps
    found = rollout_report(rollout, _run(made, name), which, made.losses)
    found = replace(found, advice=advise(found.verdict, made.chains, steps))
    owners = [(chain, row) for chain in made.chains for row in range(chain.rows)]
    named = tuple(_renamed(each, *owner) for each, owner in zip(found.layers, owners, strict=True))
    return replace(found, layers=named)


def _run(made: Recording, name: str) -> Run:
    module = made.chains[-1].module
    steps = made.rollout.pattern.steps
    rows = made.rollout.layers[-1].states[0]["h"].shape[0]
    return Run(
        cell=f"nn.{type(module).__name__}",
        options={"activation": module.nonlinearity} if kind(module) == "RNN" else {},
        hidden=module.hidden_size,
        layers=len(made.rollout.layers),
        steps=steps,
        batch=rows,
        topology="as called",
        text=name,
        init="as given",
        seed=0,
        dtype="float64",
        reads_text=False,
    )


def _renamed(layer: LayerNorms, chain: Chain, row: int) -> LayerNorms:
    """Give parameters PyTorch's names; those that the layer has not are left out."""
    names = titles(chain.module)
    prefix = f"{chain.name}." if chain.name else ""
    kept = [one for one in layer.parameters if one.name in names]
    return replace(
        layer,
        parameters=tuple(replace(one, name=f"{prefix}{names[one.name]}") for one in kept),
        recurrent=tuple(f"{prefix}{names[each]}" for each in layer.recurrent),
        ending=suffix(chain.module, row),
    )
