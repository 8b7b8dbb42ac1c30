"""Functions of one array, entry by entry. Each derivative is written with the value `y` where that is cheaper."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.ops.recording import push, unary
from bptt_viz.tape import Node, Primitive

Slope = Callable[..., Array]


def _constants(**values: float) -> dict[str, Array]:
    """Return a number as an array of each type: a ufunc takes it at half the cost of a Python number."""
    return {kind: np.asarray(value, kind) for kind, value in values.items()}


_ONE = _constants(e=1.0, d=1.0, D=1.0, f=1.0, F=1.0, g=1.0, G=1.0)
_ZERO = _constants(**dict.fromkeys(_ONE, 0.0))


def _elementwise(name: str, symbol: str, value: Callable[..., Array], slope: Slope, rule: str) -> Primitive:
    """Make the primitive of y = value(x) from its slope(x, y); both rules multiply by it."""

    def vjp(g: Array, node: Node) -> Sequence[Array]:
        return (g * slope(node.parents[0].value, node.value),)

    def jvp(dot: Sequence[Array | None], node: Node) -> Array:
        (x,) = node.parents
        return push(((dot[0], x, slope(x.value, node.value)),), node)

    return Primitive(name, symbol, value, vjp, jvp, (rule,), "scales")


def _exp_slope(x: Array, y: Array) -> Array:
    return y


EXP = _elementwise("exp", "exp", np.exp, _exp_slope, "{y} ⊙ {g}")
exp = unary(EXP)


def _log_slope(x: Array, y: Array) -> Array:
    return np.reciprocal(x)


LOG = _elementwise("log", "log", np.log, _log_slope, "{g} / {a}")
log = unary(LOG)


def _sqrt_slope(x: Array, y: Array) -> Array:
    return np.reciprocal(y + y)


SQRT = _elementwise("sqrt", "√", np.sqrt, _sqrt_slope, "{g} / (2 {y})")
sqrt = unary(SQRT)


def _tanh_slope(x: Array | None, y: Array) -> Array:
    return _ONE[y.dtype.char] - y * y


TANH = _elementwise("tanh", "tanh", np.tanh, _tanh_slope, "(1 − {y}²) ⊙ {g}")
tanh = unary(TANH)

# exp(709) is the largest power that float64 holds, exp(88) that of float32, exp(11) that of float16.
_LARGEST_EXPONENT = {kind: np.asarray(np.floor(np.log(np.finfo(kind).max)), kind) for kind in _ONE}


def _sigmoid_value(x: Array, out: Array | None = None) -> Array:
    """σ(x) = exp(x) / (1 + exp(x)), with the exponent held below overflow, where σ is 1 to rounding anyway."""
    kind = x.dtype.char
    e = np.minimum(x, _LARGEST_EXPONENT[kind], out=out if x.ndim else np.empty_like(x))
    e = np.exp(e, out=e)
    return np.divide(e, e + _ONE[kind], out=e)


def _sigmoid_slope(x: Array | None, y: Array) -> Array:
    slope = _ONE[y.dtype.char] - y
    slope *= y
    return slope


SIGMOID = _elementwise("sigmoid", "σ", _sigmoid_value, _sigmoid_slope, "(1 − {y}) ⊙ {y} ⊙ {g}")
sigmoid = unary(SIGMOID)


def _relu_value(x: Array, out: Array | None = None) -> Array:
    return np.maximum(x, _ZERO[x.dtype.char], out=out)


def _relu_slope(x: Array | None, y: Array) -> Array:
    # The slope at 0 is taken as 0, as in the lecture and in PyTorch. The real part decides for complex values.
    return np.multiply(y.real > 0, _ONE[y.dtype.char])


RELU = _elementwise("relu", "ReLU", _relu_value, _relu_slope, "1[{a} > 0] ⊙ {g}")
relu = unary(RELU)


def _absolute_value(x: Array) -> Array:
    return np.maximum(x, -x)  # np.abs would drop what a complex number carries


def _absolute_slope(x: Array, y: Array) -> Array:
    # 0 at 0, as in PyTorch.
    return np.sign(x.real)


ABSOLUTE = _elementwise("absolute", "|·|", _absolute_value, _absolute_slope, "sign({a}) ⊙ {g}")
absolute = unary(ABSOLUTE)


def identity(x: Node, name: str = "") -> Node:
    """Return `x` itself, so that a cell may have no activation; nothing is recorded."""
    return x


class Activation(NamedTuple):
    """What a gate needs of its activation: the primitive, value(x, out) and slope(None, y)."""

    primitive: Primitive
    value: Callable[..., Array]
    slope: Slope


ACTIVATIONS = {
    sigmoid: Activation(SIGMOID, _sigmoid_value, _sigmoid_slope),
    tanh: Activation(TANH, np.tanh, _tanh_slope),
    relu: Activation(RELU, _relu_value, _relu_slope),
}
"""What gates may be activated with, by recording function."""
