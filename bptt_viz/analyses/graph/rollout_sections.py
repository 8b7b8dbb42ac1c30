"""The time steps of a rollout as sections of its tape."""

from collections.abc import Iterator, Mapping, Sequence

from bptt_viz.analyses.graph.names import Clock, other_star, star, step_names
from bptt_viz.analyses.graph.section import End, Entry, Exit, Section, entry_name
from bptt_viz.models import Rollout
from bptt_viz.ops.flow import ALIAS, STOP
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
    using = [node for node in nodes if node.primitive not in {ALIAS, STOP}]
    given = dict.fromkeys(parent for node in using for parent in node.parents if _is_elsewhere(parent, t))
    kinds = {node.index: _KINDS[node.scope.role] for node in nodes if node.scope.role in _KINDS}
    return Section(
        t,
        nodes,
        step_names(rollout, t, [*given, *nodes], clock),
        kinds | dict.fromkeys((node.index for node in given), "state"),
        [rollout.outputs[t]] if t in rollout.outputs else [],
        [End(rollout.losses[t])] if t in rollout.losses else [],
        list(_exits(rollout, t, nodes, users)),
        list(_entries(rollout, clock, nodes)),
        {run.depth: run.cell.gates for run in rollout.at(t)},
        rollout.rows,
    )


def _is_elsewhere(node: Node, t: int) -> bool:
    """Tell whether a value was computed at another step than `t`."""
    return node.primitive is not LEAF and node.scope.t not in {None, t}


def _exits(rollout: Rollout, t: int, nodes: Sequence[Node], users: Users) -> Iterator[Exit]:
    """Yield the states, and what else other steps use."""
    followed: set[int] = set()
    for run in rollout.at(t):
        for name, node in run.state(t).items():
            carries = [user for user in users.get(node.index, ()) if _carries(rollout, user, run, name)]
            followed |= {user.index for user in carries}
            mark = star(rollout, run, name) if _passes(carries) else ""
            yield Exit(node, run.depth, f"{run.depth}-{name}", mark, tuple(carries), _onward(carries, t))
    losses = rollout.losses.get(t)
    for node in nodes:
        rest = [user for user in users.get(node.index, ()) if user.index not in followed]
        if rest and node is not losses:
            mark = other_star(rollout, node.scope.layer, _own_name(node)) if _passes(rest) else ""
            yield Exit(node, node.scope.layer, _other(node), mark, tuple(rest), _onward(rest, t))


def _carries(rollout: Rollout, user: Node, run: Layer, name: str) -> bool:
    """Tell whether a node brings a layer's state into its next step, or into the first one of a layer that goes on."""
    t = user.scope.t or 0
    return any(next_.depth == run.depth and next_.carry(t).get(name) is user for next_ in rollout.at(t))


def _passes(users: Sequence[Node]) -> bool:
    """Tell whether anything comes back from users."""
    return any(user.primitive is not STOP for user in users)


def _onward(users: Sequence[Node], t: int) -> bool:
    return any(user.scope.t == t + 1 for user in users)


def _own_name(node: Node) -> str:
    return node.name or node.primitive.name


def _other(node: Node) -> str:
    """Return under which name a value goes to steps that are not the next one of its layer."""
    return f"{node.scope.layer}-{_own_name(node)}-other"


def _entries(rollout: Rollout, clock: Clock, nodes: Sequence[Node]) -> Iterator[Entry]:
    """Yield where values of other steps come in; the initial states are given."""
    t = clock.t
    own = {node.index: (run, name) for run in rollout.at(t) for name, node in run.carry(t).items()}
    used: dict[Node, list[Node]] = {}
    for node in nodes:
        for origin in dict.fromkeys(parent for parent in node.parents if _is_elsewhere(parent, t)):
            if node.primitive in {ALIAS, STOP}:
                yield _entry(rollout, clock, node, origin, own.get(node.index), [node])
            else:
                used.setdefault(origin, []).append(node)
    for origin, using in used.items():
        yield _entry(rollout, clock, origin, origin, None, using)


def _entry(
    rollout: Rollout, clock: Clock, node: Node, origin: Node, own: tuple[Layer, str] | None, users: Sequence[Node]
) -> Entry:
    """Return where a value comes in: as the state `own` of a layer, or for other use."""
    s = origin.scope.t or 0
    if own:
        run, state = own
        mark, name = star(rollout, run, state), f"{run.depth}-{state}"
    else:
        mark, name = other_star(rollout, origin.scope.layer, _own_name(origin)), _other(origin)
    told = f"cut: 0 to step {clock.at(s)}" if node.primitive is STOP else f"{mark} of step {clock.at(s)}"
    return Entry(node, origin, entry_name(name, clock.t - s), told, tuple(users))
