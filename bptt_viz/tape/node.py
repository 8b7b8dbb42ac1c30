"""One recorded value and where it stands in the unrolled network."""

from typing import TYPE_CHECKING, Any, NamedTuple, final
from weakref import ref

import numpy as np
from numpy import ndarray

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.tape.primitive import Primitive

if TYPE_CHECKING:
    from bptt_viz.tape.tape import Tape


class Scope(NamedTuple):
    """Where in the network something was recorded.

    Attributes:
        t: time step, counted from 1; 0 for initial states; None outside time (shared parameters).
        layer: depth, counted from 0 at the input.
        role: what the part is: parameter, input, state, cell, readout or loss.
    """

    t: int | None = None
    layer: int = 0
    role: str = ""


_GONE = "the node's tape no longer exists; keep a reference to the Tape while you use its nodes"


@final
class Node:
    """A value on a tape, with the primitive and the parents that made it.

    Arithmetic on nodes records new nodes; `bptt_viz.ops` lends the operators.

    Attributes:
        home: weak reference to its tape. A tape owns its nodes; were the nodes to own their tape too, large
            arrays would wait for the garbage collector instead of being freed with the tape.
        index: its place on that tape; parents always have smaller ones.
        primitive: the operation that made it (`LEAF` if it was given).
        parents: the nodes it was computed from.
        value: the array.
        attributes: the operation's constants (axis, key, targets …), by keyword.
        scope: time step, layer and role it was recorded under.
        name: its name in the cell's equations (`f`, `c`, `h` …), empty if it has none.
        active: False for constants, which get no cotangent.
    """

    __slots__ = ("active", "attributes", "home", "index", "name", "parents", "primitive", "scope", "value")

    home: "ref[Tape]"
    index: int
    primitive: Primitive
    parents: "tuple[Node, ...]"
    value: Array
    attributes: dict[str, Any]
    scope: Scope
    name: str
    active: bool

    # NumPy must hand `array + node` to the node's own operator instead of looping over it.
    __array_ufunc__ = None

    @property
    def tape(self) -> "Tape":
        """The tape that the node is recorded on.

        Raises:
            UsageError: the tape has been let go; hold on to it for as long as its nodes are used.
        """
        tape = self.home()
        if tape is None:
            raise UsageError(_GONE)
        return tape

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        return self.value.shape

    def __repr__(self) -> str:
        place = "" if self.scope.t is None else f" t={self.scope.t}"
        return f"<{self.name or self.primitive.name} #{self.index}{place} {self.value.dtype}{list(self.shape)}>"

    if TYPE_CHECKING:  # lent by bptt_viz.ops.operators

        def __add__(self, other: Any) -> "Node": ...
        def __radd__(self, other: Any) -> "Node": ...
        def __sub__(self, other: Any) -> "Node": ...
        def __rsub__(self, other: Any) -> "Node": ...
        def __mul__(self, other: Any) -> "Node": ...
        def __rmul__(self, other: Any) -> "Node": ...
        def __truediv__(self, other: Any) -> "Node": ...
        def __rtruediv__(self, other: Any) -> "Node": ...
        def __matmul__(self, other: Any) -> "Node": ...
        def __rmatmul__(self, other: Any) -> "Node": ...
        def __pow__(self, other: Any) -> "Node": ...
        def __neg__(self) -> "Node": ...
        def __getitem__(self, key: Any) -> "Node": ...


_new = object.__new__


def record(
    tape: "Tape | None",
    primitive: Primitive,
    parents: tuple[Node, ...],
    value: Array,
    attributes: dict[str, Any],
    name: str = "",
    active: bool = True,
) -> Node:
    """Append a computed value to a tape and return its node; see `Node` for the arguments.

    A function, for calling a class costs a third more and a step of a cell records twenty nodes.

    Raises:
        UsageError: the tape, as a node's `home()` returned it, no longer exists.
    """
    if tape is None:
        raise UsageError(_GONE)
    nodes = tape.nodes
    node = _new(Node)
    node.home = tape.home
    node.index = len(nodes)
    node.primitive = primitive
    node.parents = parents
    # NumPy makes a scalar of any result without axes.
    node.value = value if type(value) is ndarray else np.asarray(value)
    node.attributes = attributes
    node.scope = tape.scope
    node.name = name
    node.active = active
    nodes.append(node)
    return node
