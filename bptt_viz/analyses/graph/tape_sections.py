"""Any recorded computation as sections: its time steps if it has some, else all of it in one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bptt_viz.analyses.graph.names import Clock
from bptt_viz.analyses.graph.section import End, Entry, Exit, Section, entry_name
from bptt_viz.ops.flow import ALIAS, STOP
from bptt_viz.results.lettering import clean
from bptt_viz.tape import LEAF, Node

_ROLES = {"parameter": "weights", "input": "input", "state": "state"}


def tape_sections(results: Sequence[Node]) -> list[Section]:
    """Return all that some results depend on, in sections by the time under which it was recorded.

    What was recorded outside time has a section before the first step and one behind the last. Texts hold stand-ins for
    the time.

    Args:
        results: values of one tape at which a backward pass begins; numbers with the gradient 1, arrays with a seed.
    """
    return list(_Cutting(results).sections())


@dataclass
class _Group:
    """The nodes of one section."""

    t: int | None
    prefix: str
    nodes: list[Node] = field(default_factory=list)


class _Cutting:
    def __init__(self, results: Sequence[Node]) -> None:
        self._results = results
        self._needed = _needed(results)
        self._groups = _grouped(self._needed)
        self._home = {node.index: k for k, group in enumerate(self._groups) for node in group.nodes}
        self._users: dict[int, list[Node]] = {}
        for node in self._needed:
            for parent in dict.fromkeys(node.parents):
                if self._home.get(parent.index) != self._home.get(node.index):
                    self._users.setdefault(parent.index, []).append(node)
        self._recurring = _recurring(self._needed)
        self._crossing = self._crossing_names()
        self._leaving = Counter(self._home[index] for index in self._crossing)

    def sections(self) -> Iterator[Section]:
        for number, group in enumerate(self._groups):
            given = [parent for node in group.nodes for parent in node.parents]
            everything = list(dict.fromkeys([*given, *group.nodes]))
            yield Section(
                group.t,
                group.nodes,
                self._names(group, everything),
                {node.index: self._kind(node, number) for node in everything},
                ends=[self._end(node) for node in self._results if self._home[node.index] == number],
                exits=list(self._exits(number)),
                entries=list(self._entries(number)),
                prefix=group.prefix,
            )

    def _end(self, node: Node) -> End:
        return End(node) if node.value.ndim == 0 else End(node, "output", "seed")

    def _names(self, group: _Group, nodes: Sequence[Node]) -> dict[int, str]:
        """Return the names of nodes by index, no two alike; names that recur at other times carry the time."""
        clock = None if group.t is None else Clock(group.t, stands_in=True)
        names: dict[int, str] = {}
        taken: set[str] = set()
        for node in nodes:
            name = clean(node.name)
            if name in self._recurring and node.scope.t is not None:
                name = f"{name}_{clock.at(node.scope.t) if clock else node.scope.t}"
            while name in taken:
                name += "′"
            if name:
                names[node.index] = name
                taken.add(name)
        return names

    def _kind(self, node: Node, number: int) -> str:
        """Return as what a node is drawn if it is given here."""
        origin = _origin(node)
        if self._home.get(origin.index, number) != number:
            return "state"
        if not origin.active:
            return _ROLES.get(origin.scope.role, "constant" if not origin.name else "input")
        return _ROLES.get(origin.scope.role, "weights")

    def _crossing_names(self) -> dict[int, str]:
        """Return by index what values that cross from section to section are called there, no two of one alike."""
        found: dict[int, str] = {}
        taken: set[tuple[int, str]] = set()
        for node in self._needed:
            if node.index in self._users and node.index in self._home:
                wished = clean(node.name) or node.primitive.name
                tried = (wished, *(f"{wished}-{k}" for k in range(2, len(self._needed) + 2)))
                name = next(one for one in tried if (self._home[node.index], one) not in taken)
                taken.add((self._home[node.index], name))
                found[node.index] = name
        return found

    def _mark(self, node: Node) -> str:
        """Return ★, with the value's name where its section hands several on."""
        if self._leaving[self._home[node.index]] == 1:
            return "★"
        return f"★_{self._crossing[node.index].replace('-', '_')}"

    def _exits(self, number: int) -> Iterator[Exit]:
        for node in self._groups[number].nodes:
            users = self._users.get(node.index, [])
            if users:
                passes = node.active and any(user.primitive is not STOP for user in users)
                onward = any(self._home[user.index] == number + 1 for user in users)
                mark = self._mark(node) if passes else ""
                yield Exit(node, node.scope.layer, self._crossing[node.index], mark, tuple(users), onward)

    def _entries(self, number: int) -> Iterator[Entry]:
        users: dict[Node, list[Node]] = {}
        for node in self._groups[number].nodes:
            for parent in dict.fromkeys(node.parents):
                if parent.index in self._crossing and self._home[parent.index] != number:
                    users.setdefault(parent, []).append(node)
        for origin, using in users.items():
            mark = f"{self._mark(origin)} of {self._place(origin, number)}" if origin.active else ""
            name = entry_name(self._crossing[origin.index], number - self._home[origin.index])
            # An alias or a stop brings its own name; what is used without one is given under the origin's.
            passing = [user for user in using if user.primitive in {ALIAS, STOP}]
            direct = tuple(user for user in using if user.primitive not in {ALIAS, STOP})
            yield from (Entry(node, origin, name, mark, (node,)) for node in passing)
            if direct:
                yield Entry(origin, origin, name, mark, direct)

    def _place(self, origin: Node, number: int) -> str:
        """Return where a value comes from, in words."""
        t = origin.scope.t
        here = self._groups[number].t
        if t is None:
            return "what comes before"
        return f"step {Clock(here, stands_in=True).at(t) if here is not None else t}"


def _needed(results: Sequence[Node]) -> list[Node]:
    """Return what results depend on, in the order of recording."""
    found: dict[int, Node] = {}
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node.index not in found:
            found[node.index] = node
            waiting += node.parents
    return [found[index] for index in sorted(found)]


def _grouped(nodes: Sequence[Node]) -> list[_Group]:
    """Put nodes together by time; leaves outside time belong to no section."""
    times = sorted({node.scope.t for node in nodes if node.scope.t is not None})
    if not times:
        return [_Group(None, "", list(nodes))]
    steps = {t: _Group(t, "") for t in times}
    before, behind = _Group(None, "before-"), _Group(None, "behind-")
    timed: set[int] = set()
    for node in nodes:
        if node.scope.t is not None or any(parent.index in timed for parent in node.parents):
            timed.add(node.index)
        if node.scope.t is not None:
            steps[node.scope.t].nodes.append(node)
        elif node.primitive is not LEAF:
            (behind if node.index in timed else before).nodes.append(node)
    groups = (before, *steps.values(), behind)
    return [group for group in groups if any(node.primitive is not LEAF for node in group.nodes)]


def _recurring(nodes: Sequence[Node]) -> set[str]:
    """Return the names that occur at several times."""
    times: Mapping[str, set[int]] = {clean(node.name): set() for node in nodes}
    for node in nodes:
        if node.scope.t is not None and node.primitive not in {ALIAS, STOP}:
            times[clean(node.name)].add(node.scope.t)
    return {name for name, found in times.items() if name and len(found) > 1}


def _origin(node: Node) -> Node:
    """Return what a node is another name of."""
    while node.primitive in {ALIAS, STOP}:
        (node,) = node.parents
    return node
