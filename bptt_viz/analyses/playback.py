"""The order of a backward pass over the arrows of a picture, by the time steps that it crosses."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from bptt_viz.results.graph import GraphEdge, GraphView
from bptt_viz.results.playback import Playback

Arrows = Mapping[str, Sequence[GraphEdge]]


def playback(view: GraphView) -> Playback:
    """Return when each backward edge of a picture has its turn.

    A moment ends where the gradient passes to another time step. What needs not wait, such as the loss of an early
    step, waits all the same until the pass has come to its time step, as a loop over steps would have it.

    Args:
        view: a picture with backward edges, which form no circle.
    """
    edges = [edge for edge in view.edges if edge.kind == "gradient"]
    leaving, times = _by_source(edges), {node.id: node.t for node in view.nodes}
    order = _in_order(edges, leaving)
    earliest = dict.fromkeys(order, 0)
    for node in order:
        for edge in leaving[node]:
            earliest[edge.target] = max(earliest[edge.target], earliest[node] + _crosses(edge, times))
    turn = _as_late_as_possible(order, leaving, times, earliest)
    moments = _moments(edges, times, turn)
    told: list[set[int]] = [set() for _ in range(1 + max(moments.values(), default=-1))]
    for edge in edges:
        here = times[edge.source] if times[edge.source] is not None else times[edge.target]
        if here is not None:
            told[moments[edge.id]].add(here)
    return Playback(tuple(tuple(sorted(each)) for each in told), moments)


def _by_source(edges: Sequence[GraphEdge]) -> defaultdict[str, list[GraphEdge]]:
    found: defaultdict[str, list[GraphEdge]] = defaultdict(list)
    for edge in edges:
        found[edge.source].append(edge)
    return found


def _in_order(edges: Sequence[GraphEdge], leaving: Arrows) -> list[str]:
    """Return the nodes so that every edge leads to a later one (Kahn 1962)."""
    waiting = dict.fromkeys([name for edge in edges for name in (edge.source, edge.target)], 0)
    for edge in edges:
        waiting[edge.target] += 1
    order = [name for name, count in waiting.items() if count == 0]
    for name in order:
        for edge in leaving[name]:
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0:
                order.append(edge.target)
    return order


def _crosses(edge: GraphEdge, times: Mapping[str, int | None]) -> int:
    """Return 1 for an edge from one time step to another, else 0."""
    here, there = times[edge.source], times[edge.target]
    return int(here is not None and there is not None and here != there)


def _as_late_as_possible(
    order: Sequence[str], leaving: Arrows, times: Mapping[str, int | None], earliest: Mapping[str, int]
) -> dict[str, int]:
    """Return each node's moment: just in time for what follows on it, but for weights, which wait for all steps."""
    turn = dict(earliest)
    for name in reversed(order):
        following = [turn[e.target] - _crosses(e, times) for e in leaving[name] if times[e.target] is not None]
        if following:
            turn[name] = min(following)
    return turn


def _moments(edges: Sequence[GraphEdge], times: Mapping[str, int | None], turn: Mapping[str, int]) -> dict[str, int]:
    """Return each edge's moment: its source's, or its target's if the source stands outside of time.

    A second edge between the same nodes carries a sum over all steps, and comes when that is complete.
    """
    seen: set[tuple[str, str]] = set()
    moments = {}
    for edge in edges:
        pair = edge.source, edge.target
        late = times[edge.source] is None or pair in seen
        moments[edge.id] = turn[edge.target if late else edge.source]
        seen.add(pair)
    return moments
