"""What an image gives a recurrent network before its first step: all initial states, by one layer with a tanh."""

from collections.abc import Mapping

from bptt_viz.cells import Parameter, State
from bptt_viz.ops import add, mean, tanh
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Module, Stack, alias_all


def start_parameters(stack: Stack, features: int) -> dict[str, Parameter]:
    """Return W_0 (F, S) and b_0 (S,), S the length of all states of all cells together.

    Args:
        stack: the cells.
        features: F.
    """
    gates = tuple(stack.qualified(name, depth) for depth, cell in enumerate(stack.cells) for name in cell.states)
    width = stack.cells[0].hidden_size * len(gates)
    return {"W_0": Parameter((features, width), "input", gates), "b_0": Parameter((width,), "bias", gates)}


def started(tape: Tape, shared: Mapping[str, Node], stack: Stack, v: Node, places: bool) -> tuple[Module, list[State]]:
    """Record the initial states, [h_0 ; c_0 ; …] = tanh(v W_0 + b_0), with the mean over places for v of a grid.

    So do Xu et al. 2015 (arXiv:1502.03044, section 3.1.2), with a layer of this kind for each state.

    Args:
        tape: where.
        shared: the model's parameters.
        stack: the cells.
        v: features (…, N, F), or (…, N, L, F) of L places.
        places: whether it has places.

    Returns:
        The module and the states, one mapping a cell.
    """
    own = {name: shared[name] for name in ("W_0", "b_0")}
    seen = "mean of v" if places else "v"
    module = Module(
        "start", "init", stack.row(0), own, about=f"all initial states side by side: tanh({seen} W_0 + b_0)"
    )
    with tape.at(0, module.depth, "parameter"):
        used = module.aliases[0] = alias_all(tape, own)
    with tape.at(0, module.depth, module.name):
        read = mean(v, axis=-2, name="v̄") if places else v
        packed = module.outcomes[0] = tanh(add(read @ used["W_0"], used["b_0"], "s_raw"), "s")
    return module, _cut(tape, stack, packed)


def _cut(tape: Tape, stack: Stack, packed: Node) -> list[State]:
    """Cut the states apart."""
    found: list[State] = []
    place = 0
    for depth, cell in enumerate(stack.cells):
        H = cell.hidden_size
        with tape.at(0, stack.row(depth), "state"):
            states = {}
            for name in cell.states:
                states[name] = packed[..., place : place + H]
                states[name].name = name
                place += H
        found.append(states)
    return found
