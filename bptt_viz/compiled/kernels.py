"""How a primitive's value and its messages are computed into given memory, for one step or for all steps at once.

A primitive that is named here is computed by NumPy calls that allocate nothing; any other by its own rules, step by
step unless its rules are known to take a further leading axis.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.ops.arithmetic import ADD, DIVIDE, MULTIPLY, NEGATE, SUBTRACT
from bptt_viz.ops.elementwise import EXP, LOG, RELU, SIGMOID, SQRT, TANH
from bptt_viz.ops.gating import RELU_GATE, SIGMOID_GATE, TANH_GATE
from bptt_viz.ops.matmul import MATMUL
from bptt_viz.ops.recording import sum_to
from bptt_viz.ops.reductions import MAX, MEAN, SUM
from bptt_viz.ops.slicing import AT_STEP, SLICE
from bptt_viz.ops.softmax import CROSS_ENTROPY, LOG_SOFTMAX, SOFTMAX
from bptt_viz.tape import LEAF, Pending, Primitive
from bptt_viz.tape.pending import dense

Call = tuple[Callable[..., Any], tuple[Any, ...]]
Scratch = Callable[[tuple[int, ...], Any], Array]
"""Shape, type → memory that nobody holds beyond the next call for the same."""

_UFUNCS: dict[Primitive, np.ufunc] = {
    SUBTRACT: np.subtract,
    MULTIPLY: np.multiply,
    DIVIDE: np.divide,
    NEGATE: np.negative,
    EXP: np.exp,
    LOG: np.log,
    SQRT: np.sqrt,
    TANH: np.tanh,
    TANH_GATE: np.tanh,
}
VIEWS = frozenset({SLICE, AT_STEP})
"""What copies nothing: the value is a part of its parent's."""

GATES = frozenset({SIGMOID_GATE, TANH_GATE, RELU_GATE})
_SIGMOIDS, _RELUS, _TANHS = {SIGMOID, SIGMOID_GATE}, {RELU, RELU_GATE}, {TANH, TANH_GATE}

SLOPED = frozenset(_SIGMOIDS | _RELUS | _TANHS)
"""What has a slope that all steps' values give at once."""

_REDUCTIONS = frozenset({SUM, MEAN, MAX, SOFTMAX, LOG_SOFTMAX, CROSS_ENTROPY})
_ANY_LEADING_AXES = frozenset({LEAF, *_UFUNCS, *SLOPED, *VIEWS, *_REDUCTIONS, ADD})


def takes_all_steps(primitive: Primitive, operands: Sequence[Array]) -> bool:
    """Tell whether one computation may serve all steps, which stand along a further leading axis."""
    if primitive is MATMUL:
        return operands[1].ndim == 2
    return primitive in _ANY_LEADING_AXES


def value_calls(
    primitive: Primitive, operands: Sequence[Array], attributes: Mapping[str, Any], out: Array, side: Array | None
) -> list[Call]:
    """Return the calls that compute a primitive's value.

    Args:
        primitive: the operation.
        operands: what it reads; a gate its block alone.
        attributes: its constants.
        out: where the value goes.
        side: where what its message needs too is left, for an operation that has such.
    """
    if primitive is ADD:
        first, second, *others = operands
        return [(np.add, (first, second, out)), *((np.add, (out, other, out)) for other in others)]
    if primitive is MATMUL and operands[1].ndim == 2:
        return [(np.dot, (_rows(operands[0]), operands[1], _rows(out)))]
    if primitive is CROSS_ENTROPY and side is not None:
        return [(_cross_entropy, (operands[0], attributes["targets"], attributes["mask"], side, out))]
    if _is_mean_of_rows(primitive, attributes):
        return [(np.add.reduce, (operands[0], -1, None, out)), (np.multiply, (out, 1.0 / operands[0].shape[-1], out))]
    if primitive in _UFUNCS:
        return [(_UFUNCS[primitive], (*operands, out))]
    if primitive in _SIGMOIDS:
        return _sigmoid_calls(operands[0], out)
    if primitive in _RELUS:
        return [(partial(np.maximum, out=out), (operands[0], np.zeros((), out.dtype)))]

    def evaluate() -> None:
        np.copyto(out, primitive.value(*operands, **attributes))

    return [(evaluate, ())]


def _is_mean_of_rows(primitive: Primitive, attributes: Mapping[str, Any]) -> bool:
    return primitive is MEAN and attributes["axis"] == (-1,) and not attributes["keepdims"]


def _rows(array: Array) -> Array:
    """Return a view with all axes but the last as one."""
    rows = array.reshape(-1, array.shape[-1])
    assert np.may_share_memory(rows, array), "a copy would take no results"  # NumPy before 2.1 has no `copy=False`
    return rows


def _sigmoid_calls(x: Array, out: Array) -> list[Call]:
    """σ(x) = 1 / (1 + exp(−x)); where the exponential overflows to infinity σ is 0 to rounding."""
    one = np.ones((), out.dtype)
    return [
        (np.negative, (x, out)),
        (np.exp, (out, out)),
        (np.add, (out, one, out)),
        (np.divide, (one, out, out)),
    ]


def slope_calls(primitive: Primitive, y: Array, out: Array) -> list[Call]:
    """Return the calls that compute the slope of an activation from its value."""
    one = np.ones((), y.dtype)
    if primitive in _RELUS:
        return [(np.greater, (y, np.zeros((), y.dtype), out))]
    if primitive in _TANHS:
        return [(np.multiply, (y, y, out)), (np.subtract, (one, out, out))]
    return [(np.subtract, (one, y, out)), (np.multiply, (out, y, out))]


@dataclass(frozen=True, slots=True)
class Local:
    """One operation with its arrays, for one step or for all.

    Attributes:
        primitive: the operation.
        y: its value.
        g: its cotangent.
        operands: what it reads.
        attributes: its constants.
        active: which operands get a message.
        slope: of an activation.
    """

    primitive: Primitive
    y: Array
    g: Array
    operands: Sequence[Array]
    attributes: Mapping[str, Any]
    active: Sequence[bool]
    slope: Array | None

    def handed_on(self, place: int) -> bool:
        """Tell whether an operand's message is the cotangent itself."""
        return (self.primitive is ADD or self.primitive in VIEWS) and self.operands[place].shape == self.g.shape

    def message_calls(self, place: int, out: Array, scratch: Scratch) -> list[Call]:
        """Return the calls that compute the message to an operand into `out`, which has the operand's shape."""
        known = self._known(place, out)
        if known is not None:
            return known
        factors = self._factors(place)
        if factors is None:
            return [(self._by_rule, (place, out))]
        if len(factors) == 1:
            return [(_summed_into, (self.g, out))]
        whole = scratch(self.g.shape, self.g.dtype)
        return [(np.multiply, (*factors, whole)), (_summed_into, (whole, out))]

    def _known(self, place: int, out: Array) -> list[Call] | None:
        """Return the calls where the message is had without summing anything away."""
        g, operand = self.g, self.operands[place]
        if self.primitive is MATMUL and self.operands[1].ndim == 2:
            a, b = self.operands
            return [(np.dot, (_rows(g), b.T, _rows(out)) if place == 0 else (_rows(a).T, _rows(g), out))]
        if self.primitive is CROSS_ENTROPY and self.slope is not None:
            return [(_surplus, (g, self.slope, self.attributes["targets"], self.attributes["mask"], out))]
        if self.slope is not None:
            return [(np.multiply, (g, self.slope, out))]
        if _is_mean_of_rows(self.primitive, self.attributes):
            return [(np.multiply, (g[..., None], 1.0 / operand.shape[-1], out))]
        if operand.shape != g.shape:
            return None
        if self.handed_on(place):
            return [(np.copyto, (out, g))]
        if self.primitive is NEGATE or (self.primitive is SUBTRACT and place == 1):
            return [(np.negative, (g, out))]
        if self.primitive is SUBTRACT:
            return [(np.copyto, (out, g))]
        return [(np.multiply, (g, self.operands[1 - place], out))] if self.primitive is MULTIPLY else None

    def _factors(self, place: int) -> tuple[Array, ...] | None:
        """Return what is multiplied and then summed over the axes along which the operand was repeated."""
        if self.primitive is ADD:
            return (self.g,)
        return (self.g, self.operands[1 - place]) if self.primitive is MULTIPLY else None

    def _by_rule(self, place: int, out: Array) -> None:
        parents = tuple(
            SimpleNamespace(value=value, primitive=LEAF, active=active)
            for value, active in zip(self.operands, self.active, strict=True)
        )
        node: Any = SimpleNamespace(value=self.y, parents=parents, attributes=self.attributes, primitive=self.primitive)
        message = self.primitive.vjp(self.g, node)[place]
        if message is None:
            out.fill(0)
        else:
            np.copyto(out, dense(message) if isinstance(message, Pending) else message)


def _cross_entropy(scores: Array, targets: Array, mask: Array, probabilities: Array, out: Array) -> None:
    """−log softmax(scores)[target], and softmax(scores) beside it."""
    np.subtract(scores, np.maximum.reduce(scores, -1, keepdims=True), probabilities)
    rows = probabilities.reshape(-1, scores.shape[-1])
    picked = rows[np.arange(len(rows)), targets.ravel()]
    np.exp(probabilities, probabilities)
    total = np.add.reduce(probabilities, -1)
    np.divide(probabilities, total[..., None], probabilities)
    np.multiply(np.log(total) - picked.reshape(total.shape), mask, out)


def _surplus(g: Array, probabilities: Array, targets: Array, mask: Array, out: Array) -> None:
    """(softmax(scores) − one-hot target) times what comes back and the mask."""
    weight = g * mask
    np.multiply(probabilities, weight[..., None], out)
    rows = out.reshape(-1, out.shape[-1])
    rows[np.arange(len(rows)), targets.ravel()] -= weight.ravel()


def _summed_into(whole: Array, out: Array) -> None:
    if out.ndim == 1 and whole.flags.c_contiguous:
        np.add.reduce(whole.reshape(-1, len(out)), 0, out=out)
    else:
        np.copyto(out, sum_to(whole, 0, out.shape))
