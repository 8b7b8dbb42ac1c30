"""Lends nodes their operators, so that cells read like equations while the tape knows no primitive."""

from typing import Any

from bptt_viz.ops.arithmetic import add, divide, multiply, negate, power, subtract
from bptt_viz.ops.matmul import matmul
from bptt_viz.ops.slicing import get
from bptt_viz.tape import Node


def _reflected(operation: Any) -> Any:
    def reflected(right: Node, left: Any) -> Node:
        node: Node = operation(left, right)
        return node

    return reflected


def install() -> None:
    """Give `Node` its operators; doing it again changes nothing."""
    for symbol, operation in (
        ("add", add),
        ("sub", subtract),
        ("mul", multiply),
        ("truediv", divide),
        ("matmul", matmul),
        ("pow", power),
    ):
        setattr(Node, f"__{symbol}__", operation)
        setattr(Node, f"__r{symbol}__", _reflected(operation))
    Node.__neg__ = negate  # type: ignore[method-assign]
    Node.__getitem__ = get  # type: ignore[method-assign]
