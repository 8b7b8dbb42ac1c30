"""Unrolling: a stack of cells applied step by step, with shared weights recorded once and used by alias."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from bptt_viz.cells import Cell, State
from bptt_viz.errors import UsageError
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.tape import NO_ATTRIBUTES, Node, Primitive, Scope, Tape


@dataclass(frozen=True, slots=True)
class Layer:
    """One cell's run through time.

    Attributes:
        cell: the cell.
        depth: its place in the stack, 0 next to the input.
        parameters: the shared weights, by name.
        aliases: by time step (index t − 1), each weight as that step used it; its cotangent is dW_t.
        states: by time (index t), the states; index 0 holds the initial ones.
        carries: by time step (index t − 1), the states as they enter step t; a carry's cotangent is what comes
            back through time to step t − 1.
    """

    cell: Cell
    depth: int
    parameters: Mapping[str, Node]
    aliases: list[dict[str, Node]]
    states: list[State]
    carries: list[State]


def layer(tape: Tape, cell: Cell, depth: int, parameters: Mapping[str, Node], start: State) -> Layer:
    """Return a layer that stands before its first step.

    Raises:
        UsageError: the initial states are not those of the cell.
    """
    if set(start) != set(cell.states):
        raise UsageError(f"initial states {sorted(start)} do not match the cell's {sorted(cell.states)}")
    return Layer(cell, depth, parameters, [], [start], [])


def advance(run: Layer, x: Node, t: int, cut: bool = False) -> Node:
    """Record step `t` of one layer and return the state that is read out.

    Args:
        run: the layer, which grows by one step.
        x: input (…, N, D).
        t: the time step, from 1.
        cut: stop the gradient at the border between t − 1 and t.

    Raises:
        UsageError: the cell's step returns other states than it declares.
    """
    tape, cell = x.tape, run.cell
    tape.scope = Scope(t, run.depth, "carry")
    carried = _alias_all(tape, run.states[-1], STOP if cut else ALIAS)
    tape.scope = Scope(t, run.depth, "parameter")
    used = _alias_all(tape, run.parameters, ALIAS)
    tape.scope = Scope(t, run.depth, "cell")
    states = cell.step(SimpleNamespace(**used), x, SimpleNamespace(**carried))
    if not isinstance(states, dict) or states.keys() != carried.keys():
        raise UsageError(f"{type(cell).__name__}.step must return a dict with the states {', '.join(cell.states)}")
    for name, node in states.items():
        if not node.name:
            node.name = name
    run.aliases.append(used)
    run.states.append(states)
    run.carries.append(carried)
    return states[cell.states[0]]


def _alias_all(tape: Tape, nodes: Mapping[str, Node], primitive: Primitive) -> dict[str, Node]:
    return {name: Node(tape, primitive, (node,), node.value, NO_ATTRIBUTES, name) for name, node in nodes.items()}


def unroll(layers: Sequence[Layer], inputs: Sequence[Node], cuts: Collection[int] = ()) -> list[Node]:
    """Record all time steps of a stack of layers, each fed by the one below, and return the top outputs.

    Args:
        layers: from bottom to top, each before its first step; they are filled.
        inputs: x_1 … x_T.
        cuts: the steps before which the gradient through time stops.
    """
    tops: list[Node] = []
    for t, x in enumerate(inputs, start=1):
        below = x
        for run in layers:
            below = advance(run, below, t, t in cuts)
        tops.append(below)
    inputs[0].tape.scope = Scope()
    return tops
