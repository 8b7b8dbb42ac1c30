"""Unrolling: a stack of cells applied step by step, with shared weights recorded once and used by alias."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, State
from bptt_viz.errors import BpttVizError, UsageError
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.tape import NO_ATTRIBUTES, Node, Primitive, Scope, Tape, record
from bptt_viz.tape.collector import paused_collector

Held = Mapping[int, Sequence[Mapping[str, Array]]]
"""By time step, one mapping a layer: states by name."""


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


def advance(run: Layer, x: Node, t: int, cut: bool = False, held: Mapping[str, Array] | None = None) -> Node:
    """Record step `t` of one layer and return the state that is read out.

    Args:
        run: the layer, which grows by one step.
        x: input (…, N, D).
        t: the time step, from 1.
        cut: stop the gradient at the border between t − 1 and t.
        held: values that enter the step as constants in place of the states at t − 1.

    Raises:
        UsageError: the cell's step fails, or returns other states than it declares.
    """
    tape, cell = x.tape, run.cell
    tape.scope = Scope(t, run.depth, "carry")
    if held is None:
        carried = _alias_all(tape, run.states[-1], STOP if cut else ALIAS)
    else:
        carried = {name: tape.constant(held[name], name) for name in cell.states}
    tape.scope = Scope(t, run.depth, "parameter")
    used = _alias_all(tape, run.parameters, ALIAS)
    tape.scope = Scope(t, run.depth, "cell")
    states = _stepped(cell, used, x, carried)
    run.aliases.append(used)
    run.states.append(states)
    run.carries.append(carried)
    return states[cell.states[0]]


def _stepped(cell: Cell, used: State, x: Node, carried: State) -> State:
    """Call the cell's step; it may be a user's, so whatever goes wrong there is named after it."""
    try:
        states = cell.step(SimpleNamespace(**used), x, SimpleNamespace(**carried))
    except BpttVizError:
        raise
    except Exception as error:
        raise UsageError(f"{_step_of(cell)}: {type(error).__name__}: {error}") from error
    if not isinstance(states, dict) or states.keys() != carried.keys():
        raise UsageError(f"{_step_of(cell)} must return a dict with the states {', '.join(cell.states)}")
    for name, node in states.items():
        if not isinstance(node, Node):
            made = type(node).__name__
            raise UsageError(f"{_step_of(cell)}: state {name!r} is a {made}; compute it with bptt_viz.ops")
        node.name = node.name or name
    return states


def _step_of(cell: Cell) -> str:
    return f"{type(cell).__name__}.step"


def _alias_all(tape: Tape, nodes: Mapping[str, Node], primitive: Primitive) -> dict[str, Node]:
    used = {}
    for name in nodes:
        node = nodes[name]
        used[name] = record(tape, primitive, (node,), node.value, NO_ATTRIBUTES, name)
    return used


def unroll(
    layers: Sequence[Layer], inputs: Sequence[Node], cuts: Collection[int] = (), held: Held | None = None
) -> list[Node]:
    """Record all time steps of a stack of layers, each fed by the one below, and return the top outputs.

    Args:
        layers: from bottom to top, each before its first step; they are filled.
        inputs: x_1 … x_T.
        cuts: the steps before which the gradient through time stops.
        held: by cut, one mapping a layer: constants that enter that step in place of the states before it. They
            make the function whose gradient truncated backpropagation returns.
    """
    tops: list[Node] = []
    cuts = frozenset(cuts)
    with paused_collector():
        for t, x in enumerate(inputs, start=1):
            below = x
            kept = held[t] if held is not None and t in cuts else None
            for depth, run in enumerate(layers):
                below = advance(run, below, t, t in cuts, None if kept is None else kept[depth])
            tops.append(below)
    inputs[0].tape.scope = Scope()
    return tops
