"""In what order families are computed: together what feeds back on itself, everything else at once."""

from collections.abc import Mapping, Sequence

from bptt_viz.compiled.families import Family


def components(families: Sequence[Family]) -> list[list[Family]]:
    """Return the strongly connected components of families, each after all that it reads (Kosaraju's algorithm).

    Within a component families stand in the order in which a step records them.
    """
    readers: dict[Family, list[Family]] = {family: [] for family in families}
    for family in families:
        for source, _ in family.operands:
            if isinstance(source, Family):
                readers[source].append(family)
    read = {family: [s for s, _ in family.operands if isinstance(s, Family)] for family in families}
    finished = _postorder(list(reversed(families)), readers)
    found: list[list[Family]] = []
    left = set(families)
    place = {family: k for k, family in enumerate(families)}
    for family in reversed(finished):
        if family in left:
            members = _postorder([family], read, left)
            found.append(sorted(members, key=place.__getitem__))
    return found


def _postorder(
    roots: Sequence[Family], edges: Mapping[Family, Sequence[Family]], left: set[Family] | None = None
) -> list[Family]:
    """Return what can be reached, each after all that it leads to; what is visited is taken out of `left`."""
    left = set(edges) if left is None else left
    found: list[Family] = []
    for root in roots:
        path = [(root, iter(edges[root]))] if root in left else []
        left.discard(root)
        while path:
            ahead = path[-1][1]
            following = next((other for other in ahead if other in left), None)
            if following is None:
                found.append(path.pop()[0])
            else:
                left.discard(following)
                path.append((following, iter(edges[following])))
    return found


def is_recurrent(component: Sequence[Family]) -> bool:
    """Tell whether a component feeds back on itself through time."""
    return len(component) > 1 or any(source is component[0] for source, _ in component[0].operands)
