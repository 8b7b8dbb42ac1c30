"""Elementwise arithmetic with NumPy's broadcasting."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.ops.recording import binary, push, unary, unbroadcast
from bptt_viz.tape import Node, Pending, Primitive

Messages = Sequence[Array | Pending | None]
Tangent = Sequence[Array | None]
_MINUS = np.array(-1, np.int8)  # a factor that widens no floating type


def _add_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
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


MULTIPLY = Primitive("multiply", "×", np.multiply, _multiply_vjp, _multiply_jvp, ("{g} ⊙ {b}", "{g} ⊙ {a}"), "swaps")
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
    return push(((dot[0], a, 1 / b.value), (dot[1], b, -node.value / b.value)), node)


DIVIDE = Primitive("divide", "÷", np.divide, _divide_vjp, _divide_jvp, ("{g} / {b}", "−{g} ⊙ {y} / {b}"), "scales")
divide = binary(DIVIDE)


def _power_factors(node: Node) -> tuple[Array, Array | None]:
    """Return ∂y/∂a and ∂y/∂b of y = a^b; the logarithm only where the exponent is not a constant."""
    a, b = node.parents[0].value, node.parents[1]
    slope = b.value * a ** (b.value - 1)
    return slope, node.value * np.log(a) if b.active else None


def _power_vjp(g: Array, node: Node) -> Messages:
    a, b = node.parents
    slope, log_term = _power_factors(node)
    return (
        unbroadcast(g * slope, node, a) if a.active else None,
        None if log_term is None else unbroadcast(g * log_term, node, b),
    )


def _power_jvp(dot: Tangent, node: Node) -> Array:
    a, b = node.parents
    slope, log_term = _power_factors(node)
    return push(((dot[0], a, slope), (dot[1], b, log_term)), node)


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
