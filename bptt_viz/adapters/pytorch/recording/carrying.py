"""What a model does to a cell's states between two of its calls, such as dropout or a mask, as an operation of ours."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from bptt_viz.adapters.pytorch.calling import array
from bptt_viz.adapters.pytorch.recording.visits import Visit, is_layer
from bptt_viz.arrays import Array
from bptt_viz.cells import State
from bptt_viz.tape import Node, Primitive
from bptt_viz.topologies import Layer

Through = Callable[[Layer, State], State]


def carried(before: Visit, visit: Visit, lowest: int) -> Through | None:
    """Return what becomes of the states between two calls; None if they come as they went.

    Args:
        before: the call before.
        visit: the call.
        lowest: the row of the module's lowest layer.
    """
    if all(source is before.returned[state] for state, source in visit.sources.items()):
        return None

    def through(run: Layer, states: State) -> State:
        row = run.depth - lowest
        return {state: _opaque(before, visit, state, row, states) for state in states}

    return through


def _opaque(before: Visit, visit: Visit, state: str, row: int, states: State) -> Node:
    """Record a state as it enters, computed from those of the call before by the model's own code."""
    source = visit.sources[state]

    def vjp(g: Array, _: Node) -> Sequence[Array | None]:
        upstream = torch.zeros_like(source)
        part_of(upstream, visit.module, row).copy_(torch.from_numpy(np.ascontiguousarray(g)).reshape(-1, g.shape[-1]))
        found = torch.autograd.grad(source, [before.returned[s] for s in states], upstream, True, allow_unused=True)
        return [None if each is None else array(part_of(each, visit.module, row)) for each in found]

    primitive = Primitive("model", "·", _not_again, vjp, _not_again, ("model's own",))
    value = array(part_of(source.detach(), visit.module, row))
    tape = next(iter(states.values())).tape
    return tape.record(primitive, tuple(states.values()), value, name=state)


def part_of(tensor: torch.Tensor, module: Any, row: int) -> torch.Tensor:
    """Return one layer's rows (N, H) of states, which a batch may be missing from."""
    part = tensor[row] if is_layer(module) else tensor
    return part.unsqueeze(0) if part.ndim == 1 else part


def _not_again(*_: Any, **__: Any) -> Array:
    raise TypeError("a model's own code is not run again")
