"""The tape: an append-only list of nodes, in the order they were computed, hence in topological order."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import ref

from numpy.typing import ArrayLike

from bptt_viz.arrays import Array, inexact
from bptt_viz.errors import UsageError
from bptt_viz.tape.node import Node, Scope, record
from bptt_viz.tape.primitive import LEAF, Primitive

NO_ATTRIBUTES: dict[str, Any] = {}


class Tape:
    """Records operations as they are computed (define-by-run).

    Attributes:
        nodes: everything recorded so far; only ever appended to.
        scope: the scope that new nodes get.
        shared: values that several nodes are views of, each computed once, by any key.
        home: weak reference to the tape itself, which its nodes hold.
    """

    def __init__(self) -> None:
        self.home = ref(self)
        self.nodes: list[Node] = []
        self.scope = Scope()
        self.shared: dict[Any, Array] = {}

    def record(
        self,
        primitive: Primitive,
        parents: tuple[Node, ...],
        value: Array,
        attributes: dict[str, Any] = NO_ATTRIBUTES,
        name: str = "",
        active: bool = True,
    ) -> Node:
        """Append a computed value and return its node."""
        return record(self, primitive, parents, value, attributes, name, active)

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


def checked(tape: Tape, seeds: Seeds, what: str) -> tuple[dict[int, Array], tuple[int, ...]]:
    """Return the seeds by index of their node, and their common leading axes.

    Raises:
        UsageError: a node is on another tape, a shape does not end with the node's, or leading axes differ.
    """
    arrays: dict[int, Array] = {}
    lead: tuple[int, ...] | None = None
    called = f"a {what}"
    for node, seed in seeds.items():
        must_be_on(tape.home, node)
        array = inexact(seed, called)
        split = array.ndim - node.value.ndim
        if split < 0 or array.shape[split:] != node.shape:
            raise UsageError(
                f"{what} for {node!r} has shape {array.shape}; expected {node.shape}, with leading axes if any"
            )
        if lead is not None and array.shape[:split] != lead:
            raise UsageError(f"each {what} must have the same leading axes, got {lead} and {array.shape[:split]}")
        lead = array.shape[:split]
        arrays[node.index] = array
    return arrays, lead or ()


def must_be_on(home: "ref[Tape]", node: Node) -> None:
    """Refuse a node of another tape than `home`, where its index names some other node.

    Raises:
        UsageError: the node is on another tape.
    """
    if node.home is not home:
        raise UsageError(f"{node!r} is on another tape")
