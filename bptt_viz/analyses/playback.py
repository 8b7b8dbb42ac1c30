"""The order of a backward pass over the arrows of a picture, by the time steps that it crosses."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

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
    leaving = _by_source(edges)
    order, times = _in_order(edges, leaving), _times(view, leaving)
    earliest = dict.fromkeys(order, 0)
    for node in order:
        for edge in leaving[node]:
            earliest[edge.target] = max(earliest[edge.target], earliest[node] + _crosses(edge, times))
    turn = _as_late_as_possible(order, leaving, times, earliest)
    sums = _sums(edges)
    moments = {edge.id: turn[_leader(edge, times, sums)] for edge in edges}
    told: list[set[int]] = [set() for _ in range(1 + max(moments.values(), default=-1))]
    for edge in edges:
        here = times[_leader(edge, times, sums)]
        told[moments[edge.id]].update(() if here is None else _behind(view, here))
    return Playback(tuple(tuple(sorted(each)) for each in told), moments)


def _behind(view: GraphView, t: int) -> Sequence[int]:
    """Return the time steps that are drawn as step t: those that are folded into it, or itself."""
    fold = next((node.fold for node in view.nodes if node.fold and node.fold.first == t), None)
    return range(fold.first, fold.last + 1) if fold else (t,)


def _times(view: GraphView, leaving: Arrows) -> dict[str, int | None]:
    """Return the time step of each node; a fold's is its first, a fork's that of its value."""
    found = {node.id: node.t for node in view.nodes}
    for fold in {node.fold for node in view.nodes if node.fold}:
        inside = range(fold.first, fold.last + 1)
        found |= {name: fold.first for name, t in found.items() if t is not None and t in inside}
    forks = {node.id for node in view.nodes if node.kind == "fork"}
    for name in forks:
        end = name
        while end in forks and leaving.get(end):
            end = leaving[end][0].target
        found[name] = found[end]
    return found


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


def _sums(edges: Sequence[GraphEdge]) -> set[str]:
    """Return the edges that carry a sum over all steps: of two between the same nodes the second."""
    seen: set[tuple[str, str]] = set()
    found = set()
    for edge in edges:
        if (edge.source, edge.target) in seen:
            found.add(edge.id)
        seen.add((edge.source, edge.target))
    return found


def _leader(edge: GraphEdge, times: Mapping[str, int | None], sums: Collection[str]) -> str:
    """Return the node whose turn an edge shares: its source, or its target if the source stands outside of time."""
    return edge.target if times[edge.source] is None or edge.id in sums else edge.source
