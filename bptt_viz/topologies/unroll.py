"""Unrolling: a stack of cells applied step by step, with shared weights recorded once and used by alias."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Protocol

from bptt_viz.cells import Cell, State
from bptt_viz.errors import BpttVizError, UsageError
from bptt_viz.ops import add
from bptt_viz.tape import Node, Scope, Tape
from bptt_viz.tape.collector import paused_collector
from bptt_viz.topologies.borders import CARRY, Borders, alias_all


@dataclass(frozen=True, slots=True)
class Layer:
    """One cell's run through steps of the clock, in its own direction.

    Attributes:
        cell: the cell.
        depth: its row, 0 next to the input; the `layer` of its nodes' scopes. Layers of one row share no step.
        parameters: the weights, by their name in the cell.
        aliases: in the order of the run, each weight as that step used it; its cotangent is dW_t.
        states: in the order of the run, the states; the first ones are the initial states.
        carries: in the order of the run, the states as they enter a step; a carry's cotangent is what comes back
            through time to the step before.
        first: the time of its first step.
        backward: it runs from later times to earlier ones.
        name: what tells it from other kinds of layers, such as `encoder`; empty if there is one kind.
    """

    cell: Cell
    depth: int
    parameters: Mapping[str, Node]
    aliases: list[State]
    states: list[State]
    carries: list[State]
    first: int = 1
    backward: bool = False
    name: str = ""

    @property
    def steps(self) -> range:
        """The times of its steps, in the order of the run."""
        way = -1 if self.backward else 1
        return range(self.first, self.first + way * len(self.aliases), way)

    @property
    def next(self) -> int:
        """The time of the step that it takes next."""
        return self.first + (-len(self.aliases) if self.backward else len(self.aliases))

    def _place(self, t: int) -> int:
        """Return the place of step `t` in the order of the run.

        Raises:
            KeyError: the layer has no such step.
        """
        place = self.first - t if self.backward else t - self.first
        if not 0 <= place < len(self.aliases):
            raise KeyError(f"step {t} is none of the layer's, {self.steps}")
        return place

    def state(self, t: int) -> State:
        """Return the states that step `t` makes."""
        return self.states[self._place(t) + 1]

    def before(self, t: int) -> State:
        """Return the states that step `t` starts from."""
        return self.states[self._place(t)]

    def carry(self, t: int) -> State:
        """Return these states as they enter step `t`."""
        return self.carries[self._place(t)]

    def used(self, t: int) -> State:
        """Return the weights as step `t` used them."""
        return self.aliases[self._place(t)]


def layer(
    tape: Tape,
    cell: Cell,
    depth: int,
    parameters: Mapping[str, Node],
    start: State,
    first: int = 1,
    backward: bool = False,
    name: str = "",
) -> Layer:
    """Return a layer that stands before its first step; the arguments are as in `Layer`.

    Args:
        tape: where it will be recorded.
        cell: the cell.
        depth: its row.
        parameters: its weights.
        start: the initial states: leaves, another layer's last states, or what a module made.
        first: time of its first step.
        backward: it runs towards earlier times.
        name: its kind.

    Raises:
        UsageError: the initial states are not those of the cell.
    """
    if set(start) != set(cell.states):
        raise UsageError(f"initial states {sorted(start)} do not match the cell's {sorted(cell.states)}")
    return Layer(cell, depth, parameters, [], [start], [], first, backward, name)


def advance(
    run: Layer,
    x: Node,
    borders: Borders,
    through: Callable[[Layer, State], State] | None = None,
    onto: State | None = None,
) -> Node:
    """Record the next step of one layer and return the state that is read out.

    Args:
        run: the layer, which grows by one step.
        x: input (…, N, D).
        borders: where the gradient through time stops.
        through: what becomes of the carried states before the cell sees them; nothing if left out.
        onto: what is added to the cell's parameters at this step, row by row, by their name in the cell: a bias with
            something added to it is how a further input gets into a pre-activation.

    Raises:
        UsageError: the cell's step fails, or returns other states than it declares.
    """
    tape, cell = x.tape, run.cell
    t = run.next
    tape.scope = Scope(t, run.depth, CARRY)
    cut = borders.between(t, t + 1 if run.backward else t - 1)
    carried = borders.cross(tape, run.states[-1], bool(cut))
    tape.scope = Scope(t, run.depth, "parameter")
    used = alias_all(tape, run.parameters)
    entering = through(run, carried) if through else carried
    tape.scope = Scope(t, run.depth, "cell")
    changed = {name: add(used[name], node) for name, node in (onto or {}).items()}
    states = _stepped(cell, used | changed, x, entering)
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


class Between(Protocol):
    """What happens to a value on its way up from one layer to the next, and on its way through time."""

    def up(self, run: Layer, below: Node) -> Node:
        """Return what a layer reads at its next step of what comes from below."""

    def through(self, run: Layer, carried: State) -> State:
        """Return what a layer's cell sees of the states that come through time."""

    def out(self, run: Layer, state: Node, below: Node) -> Node:
        """Return what a layer hands up after a step.

        Args:
            run: the layer.
            state: its new state.
            below: what came from below, before `up`.
        """


def unroll(
    layers: Sequence[Layer], inputs: Sequence[Node], borders: Borders | None = None, between: Between | None = None
) -> list[Node]:
    """Record all time steps of a stack of layers, each fed by the one below, and return what the top one hands up.

    Args:
        layers: from bottom to top, each before its next step; they are filled.
        inputs: x_1 … x_T, in the order in which the layers run.
        borders: where the gradient through time stops; nowhere if left out.
        between: what happens between layers; nothing if left out.
    """
    tops: list[Node] = []
    borders = borders or Borders()
    through = between.through if between else None
    with paused_collector():
        for x in inputs:
            below = x
            for run in layers:
                state = advance(run, between.up(run, below) if between else below, borders, through)
                below = between.out(run, state, below) if between else state
            tops.append(below)
    inputs[0].tape.scope = Scope()
    return tops
