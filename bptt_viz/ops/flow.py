"""Operations that leave a value as it is and say where its gradient goes."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.ops.recording import unary
from bptt_viz.tape import Node, Pending, Primitive


def _same_value(x: Array) -> Array:
    return x


def _alias_vjp(g: Array | Pending, node: Node) -> Sequence[Array | Pending]:
    return (g,)


def _alias_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0]


ALIAS = Primitive("alias", "=", _same_value, _alias_vjp, _alias_jvp, ("{g}",), "passes on", transparent=True)
alias = unary(ALIAS)
"""Record one use of a shared value: its cotangent is that use's share, such as `dW_t` of a weight."""


def _stop_vjp(g: Array, node: Node) -> Sequence[None]:
    return (None,)


def _stop_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return np.zeros_like(dot[0])


STOP = Primitive("stop_gradient", "∦", _same_value, _stop_vjp, _stop_jvp, ("0",), "cuts")
stop_gradient = unary(STOP)
"""Pass the value on and cut the gradient, as at the borders of truncated BPTT."""
