"""The time steps of a rollout as sections of its tape."""

from collections.abc import Iterator, Mapping, Sequence

from bptt_viz.analyses.graph.names import Clock, other_star, star, step_names
from bptt_viz.analyses.graph.section import End, Entry, Exit, Section, entry_name
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import STOP
from bptt_viz.tape import LEAF, Node
from bptt_viz.topologies import Layer
from bptt_viz.topologies.borders import CARRY

_KINDS = {CARRY: "state", "parameter": "weights", "input": "input"}

Users = Mapping[int, Sequence[Node]]


def rollout_sections(rollout: Rollout, shown: range, stands_in: bool = True) -> list[Section]:
    """Return some steps.

    Args:
        rollout: a recorded model.
        shown: the steps, between 1 and T.
        stands_in: texts hold stand-ins for the time, so that steps which do the same read the same.
    """
    recorded: dict[int, list[Node]] = {t: [] for t in shown}
    users: dict[int, list[Node]] = {}
    for node in rollout.tape.nodes:
        t = node.scope.t
        if t in recorded:
            recorded[t].append(node)
        for parent in node.parents:
            if parent.scope.t != t and parent.scope.t in recorded:
                users.setdefault(parent.index, []).append(node)
    return [_section(rollout, Clock(t, stands_in), recorded[t], users) for t in shown]


def _section(rollout: Rollout, clock: Clock, nodes: Sequence[Node], users: Users) -> Section:
    t = clock.t
    return Section(
        t,
        nodes,
        step_names(rollout, t, nodes, clock),
        {node.index: _KINDS[node.scope.role] for node in nodes if node.scope.role in _KINDS},
        [rollout.outputs[t]] if t in rollout.outputs else [],
        [End(rollout.losses[t])] if t in rollout.losses else [],
        list(_exits(rollout, t, nodes, users)),
        list(_entries(rollout, clock, nodes)),
        {run.depth: run.cell.gates for run in rollout.at(t)},
        rollout.rows,
    )


def _exits(rollout: Rollout, t: int, nodes: Sequence[Node], users: Users) -> Iterator[Exit]:
    """Yield the states, and what else other steps use."""
    followed: set[int] = set()
    for run in rollout.at(t):
        for name, node in run.state(t).items():
            carries = [user for user in users.get(node.index, ()) if _carries(user, run, name)]
            followed |= {user.index for user in carries}
            mark = star(rollout, run, name) if _passes(carries) else ""
            yield Exit(node, run.depth, name, mark, tuple(carries), _onward(carries, t))
    losses = rollout.losses.get(t)
    for node in nodes:
        rest = [user for user in users.get(node.index, ()) if user.index not in followed]
        if rest and node is not losses:
            layer, name = next(((user.scope.layer, user.name) for user in rest if user.scope.t == t + 1), _own(node))
            mark = other_star(rollout, layer, name) if _passes(rest) else ""
            yield Exit(node, layer, name, mark, tuple(rest), _onward(rest, t))


def _carries(user: Node, run: Layer, name: str) -> bool:
    """Tell whether a node brings a layer's state into its next step."""
    return user.scope.role == CARRY and user.scope.layer == run.depth and user.name == name


def _passes(users: Sequence[Node]) -> bool:
    """Tell whether anything comes back from users."""
    return any(user.primitive is not STOP for user in users)


def _onward(users: Sequence[Node], t: int) -> bool:
    return any(user.scope.t == t + 1 for user in users)


def _own(node: Node) -> tuple[int, str]:
    return node.scope.layer, node.name or node.primitive.name


def _entries(rollout: Rollout, clock: Clock, nodes: Sequence[Node]) -> Iterator[Entry]:
    """Yield where values of other steps come in; the initial states are given."""
    own = {
        node.index: star(rollout, run, name) for run in rollout.at(clock.t) for name, node in run.carry(clock.t).items()
    }
    for node in nodes:
        origin = node.parents[0] if node.scope.role == CARRY and node.parents else None
        if origin is None or origin.primitive is LEAF or origin.scope.t is None:
            continue
        layer, name = _own(node)
        mark = own.get(node.index) or other_star(rollout, layer, name)
        before = clock.at(origin.scope.t)
        text = f"cut: 0 to step {before}" if node.primitive is STOP else f"{mark} of step {before}"
        yield Entry(node, origin, layer, entry_name(name, clock.t - origin.scope.t), text, (node,))
