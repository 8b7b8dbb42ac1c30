"""What the tape asks of an operation: its value, its two derivative rules and how these read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bptt_viz.arrays import Array

if TYPE_CHECKING:
    from bptt_viz.tape.node import Node
    from bptt_viz.tape.pending import Pending

Rule = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One operation that nodes are made of.

    Attributes:
        name: unique lower-case name, such as `tanh`.
        symbol: what a drawing writes into the node, such as `×`.
        value: parents' values (and attributes as keywords) → the node's value.
        vjp: (cotangent of the node, node) → one cotangent a parent, None where it is zero. The
            cotangent may carry further axes in front of the node's shape; so do the results then.
        jvp: (one tangent a parent, None where it is zero; node) → the node's tangent.
        rule: one template a parent for the cotangent it gets. `{g}` stands for the incoming
            cotangent, `{y}` for the node, `{a}`, `{b}` … for its parents. A last template that
            starts with `*` serves all further parents.
        nickname: what the rule does in one verb, such as `swaps`.
        transparent: the VJP hands its cotangent on unchanged, so a pending one need not be worked out.
    """

    name: str
    symbol: str
    value: Callable[..., Array]
    vjp: Callable[[Any, "Node"], "Sequence[Array | Pending | None]"]
    jvp: Callable[[Sequence[Array | None], "Node"], Array]
    rule: Rule
    nickname: str = ""
    transparent: bool = False


def _no_value(*_: Array) -> Array:
    raise TypeError("a leaf has no operation to evaluate")


def _no_parents(_: object, __: object) -> tuple[()]:
    return ()


def _no_tangent(_: Sequence[Array | None], node: "Node") -> Array:
    raise TypeError(f"leaf {node.name!r} has no parents to push a tangent from")


LEAF = Primitive("leaf", "", _no_value, _no_parents, _no_tangent, ())
"""Marks a node that was given rather than computed."""
