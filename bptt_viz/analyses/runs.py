"""What was run: its settings, the characters it read, and the gradients of its losses."""

from collections.abc import Collection
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
    request = prepared.request
    return Run(
        cell=Path(request.cell).name,
        options=prepared.model.options(),
        hidden=request.hidden,
        layers=request.layers or 1,
        steps=prepared.model.pattern.steps,
        batch=request.batch,
        topology=prepared.model.pattern.name,
        text=Path(request.text or "").name,
        init=str(Initialisation.parse(request.init)),
        seed=request.seed,
        dtype=request.dtype,
    )


def characters(prepared: Prepared, rollout: Rollout) -> tuple[Characters, Characters]:
    """Return the first window's input and target characters by step, None where the topology has none."""
    batch, steps = prepared.batch, range(1, rollout.steps + 1)
    fed = tuple(batch.read(t, rollout.inputs[t].value) if t in rollout.inputs else None for t in steps)
    wanted = tuple(batch.asked(t) if t in rollout.losses else None for t in steps)
    return fed, wanted
