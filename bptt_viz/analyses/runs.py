"""What was run: its settings, the characters it read, and the gradients of its losses."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

import numpy as np

from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms import Run
from bptt_viz.tape import Cotangents, Node, backward
from bptt_viz.topologies import Layer

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


class Ends:
    """The gradients of the loss at the end of each layer's run: of the last one, or where it runs backward, the first.

    Attributes:
        rollout: the recorded values.
    """

    def __init__(self, rollout: Rollout, wrt: Collection[Node] | None = None) -> None:
        """Run the backward passes, one for each direction in which a layer runs.

        Args:
            rollout: the recorded values.
            wrt: the nodes whose gradients are kept; None keeps all.
        """
        self.rollout = rollout
        ends = {run.backward: rollout.pattern.outputs[0 if run.backward else -1] for run in rollout.layers}
        self._found = {
            way: backward(rollout.tape, {rollout.losses[t]: np.ones_like(rollout.losses[t].value)}, wrt)
            for way, t in ends.items()
        }

    def of(self, run: Layer) -> Cotangents:
        """Return the gradients of the loss at the end of a layer's run."""
        return self._found[run.backward]


def describe(prepared: Prepared) -> Run:
    """Return what was run; a file is named without its folder."""
    request = prepared.request
    return Run(
        cell=Path(request.cell).name,
        options=prepared.model.options(),
        hidden=request.width,
        layers=request.layers or 1,
        steps=prepared.model.pattern.steps,
        batch=request.batch,
        topology=prepared.model.pattern.name,
        text=Path(request.text or "").name,
        init=str(Initialisation.parse(request.init)),
        seed=request.seed,
        dtype=request.dtype,
        reads_text=prepared.model.reads_text,
        origin=prepared.origin,
    )


def characters(prepared: Prepared, rollout: Rollout) -> tuple[Characters, Characters]:
    """Return the first window's input and target characters by step, None where the topology has none."""
    batch, steps = prepared.batch, range(1, rollout.steps + 1)
    fed = tuple(batch.read(t, rollout.inputs[t].value) if t in rollout.inputs else None for t in steps)
    wanted = tuple(batch.asked(t) if t in rollout.losses else None for t in steps)
    return fed, wanted
