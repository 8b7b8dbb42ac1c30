"""Elementwise arithmetic with NumPy's broadcasting."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.ops.recording import binary, push, unary, unbroadcast
from bptt_viz.tape import Node, Pending, Primitive

Messages = Sequence[Array | Pending | None]
Tangent = Sequence[Array | None]
# Numbers of a type that widens no floating one.
_ONE, _MINUS = np.array(1, np.int8), np.array(-1, np.int8)


def _add_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    if a.value.shape == b.value.shape:
        return g, g
    return unbroadcast(g, node, a), unbroadcast(g, node, b)


def _add_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    return push(((dot[0], a, None), (dot[1], b, None)), node)


ADD = Primitive("add", "+", np.add, _add_vjp, _add_jvp, ("{g}", "{g}"), "distributes")
add = binary(ADD)


def _subtract_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    return unbroadcast(g, node, a) if a.active else None, unbroadcast(-g, node, b) if b.active else None


def _subtract_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    return push(((dot[0], a, None), (dot[1], b, _MINUS)), node)


SUBTRACT = Primitive("subtract", "−", np.subtract, _subtract_vjp, _subtract_jvp, ("{g}", "−{g}"), "distributes")
subtract = binary(SUBTRACT)


def _multiply_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    x, y = a.value, b.value
    if x.shape == y.shape and a.active and b.active:
        return g * y, g * x
    return unbroadcast(g * y, node, a) if a.active else None, unbroadcast(g * x, node, b) if b.active else None


def _multiply_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    return push(((dot[0], a, b.value), (dot[1], b, a.value)), node)


MULTIPLY = Primitive("multiply", "⊙", np.multiply, _multiply_vjp, _multiply_jvp, ("{g} ⊙ {b}", "{g} ⊙ {a}"), "swaps")
multiply = binary(MULTIPLY)


def _divide_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    over = g / b.value
    return (
        unbroadcast(over, node, a) if a.active else None,
        unbroadcast(-over * node.value, node, b) if b.active else None,
    )


def _divide_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    return push(((dot[0], a, np.reciprocal(b.value)), (dot[1], b, -node.value / b.value)), node)


DIVIDE = Primitive("divide", "÷", np.divide, _divide_vjp, _divide_jvp, ("{g} / {b}", "−{g} ⊙ {y} / {b}"), "scales")
divide = binary(DIVIDE)


def _base_slope(node: Node) -> Array:
    """Return ∂y/∂a of y = a^b; a constant power is flat, also at a = 0 where a^(0 − 1) is infinite."""
    a, b = node.parents[0].value, node.parents[1].value
    return b * a ** np.where(b == 0, _ONE, b - _ONE)


def _exponent_slope(node: Node) -> Array:
    """Return ∂y/∂b of y = a^b; 0 at a = 0, its limit for positive exponents."""
    a = node.parents[0].value
    return node.value * np.log(np.where(a == 0, _ONE, a))


def _power_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    return (
        unbroadcast(g * _base_slope(node), node, a) if a.active else None,
        unbroadcast(g * _exponent_slope(node), node, b) if b.active else None,
    )


def _power_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    slopes = None if dot[0] is None else _base_slope(node), None if dot[1] is None else _exponent_slope(node)
    return push(((dot[0], a, slopes[0]), (dot[1], b, slopes[1])), node)


POWER = Primitive(
    "power", "^", np.power, _power_vjp, _power_jvp, ("{g} ⊙ {b} {a}^({b} − 1)", "{g} ⊙ {y} ⊙ log {a}"), "scales"
)
power = binary(POWER)


def _negate_vjp(g: Array, node: Node) -> Messages:
    return (-g,)


def _negate_jvp(dot: Tangent, node: Node) -> Array:
    return push(((dot[0], node.parents[0], _MINUS),), node)


NEGATE = Primitive("negate", "−", np.negative, _negate_vjp, _negate_jvp, ("−{g}",), "flips")
negate = unary(NEGATE)
