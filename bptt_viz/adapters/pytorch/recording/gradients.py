"""The gradient that a model's real loss sends to each call of a recurrent layer, without the way back through it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from bptt_viz.adapters.pytorch.calling import array
from bptt_viz.adapters.pytorch.recording.visits import Chain, Visit, directions, is_layer, time_axis
from bptt_viz.arrays import Array


class Returned(NamedTuple):
    """One thing that one call returned.

    Attributes:
        chain: the number of its chain.
        visit: the number of the call within.
        name: `output`, or a state.
    """

    chain: int
    visit: int
    name: str


Local = dict[Returned, Array]
"""∂L by what each call returned, but for what comes back from later calls of the same chain."""


@dataclass(frozen=True)
class Gradients:
    """The gradients of three losses.

    Attributes:
        whole: of L.
        last: of the last loss L_T.
        first: of the first loss L_1, at which layers that run backward end.
        losses: L_t; None at steps without one, and everywhere if the loss does not come apart.
        value: L.
    """

    whole: Local
    last: Local
    first: Local
    losses: tuple[float | None, ...]
    value: float


def gradients(chains: Sequence[Chain], loss: Tensor, steps: int) -> Gradients:
    """Return the gradients of a loss.

    Args:
        chains: the calls.
        loss: a scalar; or one loss for each of the last steps, whose sum is L. Of a scalar, L_T is what goes through
            the last output of the topmost layer: what a sum over time steps has as its last term.
        steps: T.
    """
    by_step = loss.ndim == 1
    total = loss.sum()
    whole = _local(chains, total)
    last = loss[-1] if by_step else _through_end(chains, whole, backward=False)
    first = loss[0] if by_step and len(loss) == steps else _through_end(chains, whole, backward=True)
    both_ways = any(directions(chain.module) == 2 for chain in chains)
    return Gradients(
        whole,
        _local(chains, last),
        _local(chains, first) if both_ways else {},
        (None,) * (steps - len(loss)) + tuple(loss.tolist()) if by_step else (None,) * steps,
        float(total.detach()),
    )


def _local(chains: Sequence[Chain], objective: Tensor) -> Local:
    found: Local = {}
    for k, chain in enumerate(chains):
        places = [Returned(k, v, name) for v, visit in enumerate(chain.visits) for name in visit.returned]
        tensors = {place: chain.visits[place.visit].returned[place.name] for place in places}
        chain.cut = True
        try:
            found |= _of(objective, {place: tensor for place, tensor in tensors.items() if tensor.requires_grad})
        finally:
            chain.cut = False
    return found


def _of(objective: Tensor, tensors: dict[Returned, Tensor]) -> Local:
    if not objective.requires_grad or not tensors:
        return {}
    made = torch.autograd.grad(objective, list(tensors.values()), retain_graph=True, allow_unused=True)
    return {place: array(gradient) for place, gradient in zip(tensors, made, strict=True) if gradient is not None}


def _through_end(chains: Sequence[Chain], whole: Local, backward: bool) -> Tensor:
    """Return the linear part of L in what the topmost chain returns at its end: at T, or where it runs back, at 1."""
    top = len(chains) - 1
    visit_number = 0 if backward else len(chains[top].visits) - 1
    visit = chains[top].visits[visit_number]
    total = torch.zeros((), dtype=torch.float64)
    for name, tensor in visit.returned.items():
        gradient = whole.get(Returned(top, visit_number, name))
        if gradient is not None:
            total = total + (tensor * torch.from_numpy(gradient) * _at_end(visit, name, backward)(tensor)).sum()
    return total


def _at_end(visit: Visit, name: str, backward: bool) -> Callable[[Tensor], Tensor]:
    """Return what makes a mask of what stands at the end of a run."""

    def mask(tensor: Tensor) -> Tensor:
        if not is_layer(visit.module):
            return torch.ones_like(tensor)
        kept = torch.zeros_like(tensor)
        if name == "output":
            kept.select(time_axis(visit.module) if tensor.ndim == 3 else 0, 0 if backward else -1).fill_(1)
        else:
            ways = directions(visit.module)
            kept[1::2] = float(backward)
            kept[::ways] = float(not backward)
        return kept

    return mask
