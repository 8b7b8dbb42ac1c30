"""The time steps of a rollout as sections of its tape."""

from collections.abc import Sequence

from bptt_viz.analyses.graph.names import Clock, came_back, layer_mark, step_names
from bptt_viz.analyses.graph.section import Entry, Exit, Section
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import Node

_KINDS = {"carry": "state", "parameter": "weights", "input": "input"}


def rollout_sections(rollout: Rollout, shown: range) -> list[Section]:
    """Return the steps in `shown`, which lie between 1 and T; their texts hold stand-ins for the time."""
    recorded: dict[int, list[Node]] = {t: [] for t in shown}
    for node in rollout.tape.nodes:
        if node.scope.t in recorded:
            recorded[node.scope.t].append(node)
    return [_section(rollout, t, recorded[t]) for t in shown]


def _section(rollout: Rollout, t: int, nodes: Sequence[Node]) -> Section:
    clock = Clock.standing_in(t)
    return Section(
        t,
        nodes,
        step_names(rollout, t, nodes, clock),
        {node.index: _KINDS[node.scope.role] for node in nodes if node.scope.role in _KINDS},
        [rollout.outputs[t]] if t in rollout.outputs else [],
        [rollout.losses[t]] if t in rollout.losses else [],
        _exits(rollout, t),
        _entries(rollout, t, clock),
        {run.depth: run.cell.gates for run in rollout.layers},
        len(rollout.layers),
    )


def _exits(rollout: Rollout, t: int) -> list[Exit]:
    found = []
    for run in rollout.layers:
        for name, node in run.states[t].items():
            carry = run.carries[t][name] if t < rollout.steps else None
            passed = carry is not None and carry.parents and carry.primitive is not STOP
            mark = came_back(rollout, name) + layer_mark(rollout, run.depth) if passed else ""
            found.append(Exit(node, run.depth, name, mark, (carry,) if carry is not None and carry.parents else ()))
    return found


def _entries(rollout: Rollout, t: int, clock: Clock) -> list[Entry]:
    """Return where the states come in; the initial ones are given."""
    found = []
    for run in rollout.layers if t > 1 else ():
        for name, node in run.carries[t - 1].items():
            mark = came_back(rollout, name) + layer_mark(rollout, run.depth)
            found.append(Entry(node, run.depth, name, f"{mark} of step {clock.before}"))
    return found
