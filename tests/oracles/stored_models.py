"""What PyTorch's whole models gave, stored beside this file, and the comparison of our own with it."""

from functools import cache
from pathlib import Path

import numpy as np

from bptt_viz.models import Request, discover_models, planned
from bptt_viz.tape import backward

from .recording import relative_error

HERE = Path(__file__).parent
# What PyTorch's layout calls our cells.
KINDS = {"rnn": "rnn_tanh", "lstm": "lstm", "gru": "gru"}
TOLERANCE = 1e-12


def cases(family):
    """Return the names of the cases that are stored of one family of models."""
    start = f"torch_{family}_"
    return sorted(path.stem.removeprefix(start) for path in HERE.glob(f"{start}*.npz"))


@cache
def stored(family, case):
    """Return a case's vectors by PyTorch's names; a gradient's begins with `grad_`."""
    with np.load(HERE / f"torch_{family}_{case}.npz") as file:
        return dict(file)


def model(name, sizes, settings, layers=1):
    """Return one of our models, of given sizes."""
    request = Request(cell=name, layers=layers, settings=settings)
    return planned(request, discover_models()[name]).model(sizes)


def gradient_errors(rollout, wanted, left_out=()):
    """Return the norm-relative error of every gradient by a parameter, an initial state or an input.

    Args:
        rollout: one of ours.
        wanted: what PyTorch says, for all of its leaves but those that are left out.
        left_out: leaves that PyTorch has no gradient for; ours must be zero.
    """
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    leaves = {**rollout.parameters, **rollout.starts, **rollout.given}
    for name in left_out:
        assert not np.any(cotangents[leaves.pop(name)]), f"{name} has no gradient there"
    assert leaves.keys() == wanted.keys()
    return {name: relative_error(cotangents[node], wanted[name]) for name, node in leaves.items()}


def joined(parts):
    """Return parameters, initial states and inputs as one mapping."""
    return {name: value for part in parts for name, value in part.items()}
