"""The tape: an append-only list of nodes, in the order they were computed, hence in topological order."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from numpy.typing import ArrayLike

from bptt_viz.arrays import Array, inexact
from bptt_viz.tape.node import Node, Scope
from bptt_viz.tape.primitive import LEAF, Primitive

_NONE: dict[str, Any] = {}


class Tape:
    """Records operations as they are computed (define-by-run).

    Attributes:
        nodes: everything recorded so far; only ever appended to.
        scope: the scope that new nodes get.
        shared: values that several nodes are views of, each computed once, by any key.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.scope = Scope()
        self.shared: dict[Any, Array] = {}

    def record(
        self,
        primitive: Primitive,
        parents: tuple[Node, ...],
        value: Array,
        attributes: dict[str, Any] = _NONE,
        name: str = "",
        active: bool = True,
    ) -> Node:
        """Append a computed value and return its node."""
        nodes = self.nodes
        node = Node(self, len(nodes), primitive, parents, value, attributes, self.scope, name, active)
        nodes.append(node)
        return node

    def leaf(self, value: ArrayLike, name: str = "") -> Node:
        """Append a given value with respect to which gradients can be taken.

        Raises:
            UsageError: the elements are not floating or complex numbers.
        """
        return self.record(LEAF, (), inexact(value, name or "a leaf"), name=name)

    def constant(self, value: ArrayLike, name: str = "") -> Node:
        """Append a given value that never gets a cotangent; errors as for `leaf`."""
        return self.record(LEAF, (), inexact(value, name or "a constant"), name=name, active=False)

    @contextmanager
    def at(self, t: int | None = None, layer: int = 0, role: str = "") -> Iterator[None]:
        """Record everything in the block under this scope."""
        before = self.scope
        self.scope = Scope(t, layer, role)
        try:
            yield
        finally:
            self.scope = before

    def __len__(self) -> int:
        return len(self.nodes)


Seeds = Mapping[Node, ArrayLike]
"""Cotangents (or tangents) to start a pass with, by node; each has the node's shape behind common leading axes."""
