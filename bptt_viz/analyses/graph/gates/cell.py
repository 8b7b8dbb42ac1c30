"""One step of a layer at gate level: its parts, what flows over its wires, and where everything stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bptt_viz.analyses.graph.gates.contraction import INPUT, GateGraph, Part, Tie, entry, gate_graph, leaving
from bptt_viz.analyses.graph.gates.placement import place
from bptt_viz.analyses.graph.names import step_names
from bptt_viz.analyses.graph.time_grid import HIGH
from bptt_viz.analyses.graph.wiring.board import Block, Board, End, Net, Port, Side
from bptt_viz.analyses.graph.wiring.courses import Wired, wire
from bptt_viz.analyses.lowering import Operation, lower
from bptt_viz.cells import described
from bptt_viz.models import Rollout
from bptt_viz.results.lettering import text_size, width
from bptt_viz.tape import Node
from bptt_viz.topologies import Layer

WEIGHTS_HIGH = 20.0
GATE_HIGH = 26.0
_LAYER_WIDE = 44.0
_ROUND = 30.0
_STACK_HIGH = 20.0
_RAISED = 5.0
"""How far above a gate's middle wires meet its sides, so that those back meet it too."""
_BETWEEN = 14.0
"""Least room between two states."""
_NAME_HIGH = 15.0
"""Room above a gate for its name."""


@dataclass(frozen=True, slots=True)
class CellStep:
    """What one layer does in one step.

    Attributes:
        t: the step.
        run: the layer.
        nodes: what was recorded for it, in order.
        names: of values, by index.
        operations: in the order of computation, by index.
        graph: what is drawn.
    """

    t: int
    run: Layer
    nodes: Sequence[Node]
    names: Mapping[int, str]
    operations: Mapping[int, Operation]
    graph: GateGraph


def cell_step(rollout: Rollout, run: Layer, t: int, nodes: Sequence[Node]) -> CellStep:
    """Return what is drawn of one step of a layer.

    Args:
        rollout: the recorded model.
        run: the layer.
        t: the step.
        nodes: what was recorded at that step, in order.
    """
    own = [node for node in nodes if node.scope.layer == run.depth and node.scope.role != "input"]
    names = step_names(rollout, t, nodes)
    new = run.state(t)
    operations = lower(own, list(new.values()), names)
    ports = {node.index: entry(name) for name, node in run.carry(t).items()}
    ports |= {index: INPUT for index in operations if _is_input(rollout, run, t, operations[index].node)}
    roles = described(run.cell)
    peepholes = [node.index for name, node in run.used(t).items() if roles[name].role == "peephole"]
    graph = gate_graph(operations, ports, {name: node.index for name, node in new.items()}, peepholes)
    return CellStep(t, run, own, names, operations, graph)


def _is_input(rollout: Rollout, run: Layer, t: int, node: Node) -> bool:
    if run.depth == 0:
        return node.scope.role == "input"
    return any(node is below.state(t)[below.cell.states[0]] for below in rollout.at(t) if below.depth == run.depth - 1)


@dataclass(frozen=True, slots=True)
class Laid:
    """A cell laid out: what stands on its board, and where the wires run."""

    board: Board
    wired: Wired


def structure(step: CellStep) -> tuple[object, ...]:
    """Return what two steps must have in common to be laid out alike."""
    parts = tuple((part.id, part.kind, part.symbol, part.name) for part in step.graph.parts.values())
    ties = tuple((tie.source, tie.target, tie.way) for tie in step.graph.ties)
    return parts, ties


def lay_out(step: CellStep, aside: float) -> Laid:
    """Place a cell's parts and lead its wires, `aside` being the room for backward edges beside them."""
    graph = step.graph
    placed = place(graph, step.run.cell.states)
    blocks = {name: _block(graph.parts[name], *cell) for name, cell in placed.cells.items()}
    ports = {INPUT: Port("bottom", placed.entry)}
    for state, row in placed.lines.items():
        ports |= {entry(state): Port("left", row), leaving(state): Port("right", row)}
    board = Board(placed.columns, placed.rows, blocks, ports, HIGH + _BETWEEN)
    return Laid(board, wire(board, nets(graph), aside))


def _block(part: Part, column: int, row: int) -> Block:
    if part.kind == "layer":
        wide = max(
            _LAYER_WIDE, 2 * width(part.name, text_size("value")) + 14, width(part.symbol, text_size("gate")) + 8
        )
        if not part.symbol:
            return Block(column, row, wide, WEIGHTS_HIGH)
        room = _NAME_HIGH if part.name else 0.0
        return Block(column, row, wide, WEIGHTS_HIGH + GATE_HIGH, False, WEIGHTS_HIGH / 2 + _RAISED, room)
    if part.kind == "op":
        return Block(column, row, max(_ROUND, width(part.symbol, text_size("op")) + 10), _ROUND, is_round=True)
    if part.kind == "stack":
        return Block(column, row, width("stack", text_size("stack")) + 14, _STACK_HIGH, is_round=True)
    return Block(column, row, width(part.symbol, text_size("constant")) + 12, GATE_HIGH)


def onward(graph: GateGraph) -> dict[str, str]:
    """Return where a highway goes on from each place and part on it."""
    found: dict[str, str] = {}
    for state, way in graph.highways.items():
        places = [entry(state), *way, leaving(state)]
        found |= dict(pairwise(places))
    return found


def nets(graph: GateGraph) -> list[Net]:
    """Return one net for each value that is handed on, the highway's next place first."""
    ahead = onward(graph)
    found: dict[str, list[Tie]] = {}
    for tie in graph.ties:
        found.setdefault(tie.source, []).append(tie)
    made = []
    for source, ties in found.items():
        ties.sort(key=lambda tie: tie.target != ahead.get(tie.source))
        targets = tuple(End(tie.target, _entrances(graph, tie, ahead)) for tie in ties)
        made.append(Net(End(source, _exits(graph, source, ahead)), targets, source in ahead))
    return made


def _exits(graph: GateGraph, source: str, ahead: Mapping[str, str]) -> tuple[Side, ...]:
    part = graph.parts.get(source)
    if part is None:
        return ()
    if source in ahead:
        return ("right",)
    return ("right", "top", "bottom") if part.kind == "op" else ("top", "right")


def _entrances(graph: GateGraph, tie: Tie, ahead: Mapping[str, str]) -> tuple[Side, ...]:
    part = graph.parts.get(tie.target)
    if part is None:
        return ()
    if ahead.get(tie.source) == tie.target:
        return ("left",)
    if part.kind == "layer":
        return ("bottom",) if tie.way == "value" else ("left", "right")
    if part.kind == "stack":
        return ("left", "bottom")
    return ("bottom", "top") if tie.target in ahead else ("bottom", "left", "top")
