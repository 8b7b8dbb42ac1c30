"""What was run: its settings, the characters it read, and the gradients of its losses."""

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path
from typing import Literal

import numpy as np

from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms import Run
from bptt_viz.tape import Cotangents, Node, backward

Loss = Literal["all", "last"]
Characters = tuple[str | None, ...]


def seeded(rollout: Rollout, loss: Loss, wrt: Collection[Node] | None = None) -> Cotangents:
    """Return the gradients of L = Σ L_t (`all`), or of the last L_t alone (`last`).

    Args:
        rollout: the recorded values.
        loss: which of the two.
        wrt: the nodes whose gradients are kept; None keeps all.
    """
    node = rollout.loss if loss == "all" else rollout.losses[rollout.pattern.outputs[-1]]
    return backward(rollout.tape, {node: np.ones_like(node.value)}, wrt)


def describe(prepared: Prepared) -> Run:
    """Return what was run; a file is named without its folder."""
    request, cell = prepared.request, prepared.model.cells[0]
    own = {f.name: str(getattr(cell, f.name)) for f in fields(cell) if f.name not in {"input_size", "hidden_size"}}
    return Run(
        cell=Path(request.cell).name,
        options=own,
        hidden=request.hidden,
        layers=request.layers,
        steps=prepared.model.pattern.steps,
        batch=request.batch,
        topology=request.topology,
        text=Path(request.text).name,
        init=str(Initialisation.parse(request.init)),
        seed=request.seed,
        dtype=request.dtype,
    )


def characters(prepared: Prepared, rollout: Rollout) -> tuple[Characters, Characters]:
    """Return the first window's input and target characters by step, None where the topology has none."""
    batch, steps = prepared.batch, range(1, rollout.steps + 1)
    fed = tuple(batch.vocabulary[batch.inputs[t - 1, 0]] if t in rollout.inputs else None for t in steps)
    wanted = tuple(batch.vocabulary[batch.targets[t - 1, 0]] if t in rollout.losses else None for t in steps)
    return fed, wanted
