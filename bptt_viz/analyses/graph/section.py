"""A part of a tape that is drawn as one panel, such as a time step, and what makes two of them look the same."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

from bptt_viz.analyses.lowering import scalar, start
from bptt_viz.ops.slicing import SLICE
from bptt_viz.tape import Node


@dataclass(frozen=True, slots=True)
class Exit:
    """A value that leaves a section.

    Attributes:
        node: which.
        layer: depth.
        name: by which the next section knows it.
        mark: how what comes back from there reads; empty if nothing does.
        users: the nodes outside that use it.
        onward: the next section takes it in.
    """

    node: Node
    layer: int
    name: str
    mark: str = ""
    users: tuple[Node, ...] = ()
    onward: bool = False

    def looks(self) -> Hashable:
        """Return what its drawing depends on beside the value."""
        return self.layer, self.name, self.mark, bool(self.users), self.onward


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that comes in from another section.

    Attributes:
        node: as which it is used here: the value itself, or a node of this section that brings it in.
        origin: the value itself.
        name: by which it is told from other values.
        mark: how what goes back reads.
        users: the nodes here that use the value.
    """

    node: Node
    origin: Node
    name: str
    mark: str
    users: tuple[Node, ...]


def entry_name(name: str, distance: int) -> str:
    """Return what an entry is called: what does not come from the section before must not be taken for what does."""
    return name if distance == 1 else f"{name} from {distance} before"


@dataclass(frozen=True, slots=True)
class End:
    """A value that gets a box of its own, because a backward pass begins there.

    Attributes:
        node: which.
        kind: of the box: `loss`, or `output` for an array.
        seed: how the gradient that it begins with reads.
    """

    node: Node
    kind: str = "loss"
    seed: str = "1"


@dataclass(frozen=True, slots=True)
class Section:
    """Some nodes of a tape, in order, to be drawn together.

    Attributes:
        t: time step; None outside time.
        nodes: in the order of recording.
        names: by index, what values are called.
        kinds: by index, as what a value that is given is drawn; `constant` if left out.
        results: further values that must be visible.
        ends: values at which a backward pass begins.
        exits: values that leave.
        entries: values that come in.
        gates: names of gates by layer.
        readout: the layer that is drawn upwards; −1 if none is.
        prefix: begins the ids; the time step if left out.
    """

    t: int | None
    nodes: Sequence[Node]
    names: Mapping[int, str]
    kinds: Mapping[int, str] = field(default_factory=dict)
    results: Sequence[Node] = ()
    ends: Sequence[End] = ()
    exits: Sequence[Exit] = ()
    entries: Sequence[Entry] = ()
    gates: Mapping[int, Sequence[str]] = field(default_factory=dict)
    readout: int = -1
    prefix: str = ""

    def places(self) -> dict[int, int]:
        """Return the place of each node by index: those of the section in order, then the others that they use."""
        return {node.index: place for place, node in enumerate(self.everything())}

    def everything(self) -> list[Node]:
        """Return the nodes of the section and the others that they use, in the order of their places."""
        given = {parent.index: parent for node in self.nodes for parent in node.parents}
        inside = {node.index for node in self.nodes}
        return [*self.nodes, *(node for index, node in given.items() if index not in inside)]

    def wanted(self) -> list[Node]:
        """Return the values that must be visible."""
        return [*(out.node for out in self.exits), *self.results, *(end.node for end in self.ends)]

    def outside(self) -> dict[int, list[str]]:
        """Return by index how what comes back to values from outside the section reads."""
        found: dict[int, list[str]] = {}
        for one in self.exits:
            if one.mark:
                found.setdefault(one.node.index, []).append(one.mark)
        for end in self.ends:
            found.setdefault(end.node.index, []).append(end.seed)
        return found

    def structure(self) -> Hashable:
        """Return what the shapes, wires and texts depend on; two sections with the same one look the same.

        Names should hold stand-ins for the time step.
        """
        places = self.places()
        inside = len(self.nodes)
        return (
            tuple(self._row(node, [places[parent.index] for parent in node.parents]) for node in self.nodes),
            tuple(self._row(node, []) for node in self.everything()[inside:]),
            tuple(places[node.index] for node in self.results),
            tuple((places[end.node.index], end.kind, end.seed) for end in self.ends),
            tuple((places[out.node.index], out.looks()) for out in self.exits),
            tuple((places[one.node.index], one.name, one.mark) for one in self.entries),
            self.readout,
        )

    def _row(self, node: Node, parents: list[int]) -> Hashable:
        number = scalar(node) if not parents else start(node.attributes["key"]) if node.primitive is SLICE else ""
        named = node.name, self.names.get(node.index), self.kinds.get(node.index)
        return node.primitive, named, node.scope.layer, node.active, node.value.shape, number, *parents
