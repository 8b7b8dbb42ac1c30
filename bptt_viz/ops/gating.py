"""Gates of a packed pre-activation: equal blocks of its last axis, each with its own activation."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.elementwise import ACTIVATIONS, Activation, relu, sigmoid, tanh
from bptt_viz.ops.slicing import Piece, block_places
from bptt_viz.tape import Node, Primitive, record

Operation = Callable[..., Node]


def _gate(activation: Activation) -> Primitive:
    """Make the primitive of one gate, y = activation(x[key])."""
    whole, value_of, slope_of = activation

    def value(x: Array, *, key: Any, block: tuple[int, int]) -> Array:
        return value_of(x[key])

    def vjp(g: Array, node: Node) -> Sequence[Piece]:
        return (Piece(g * slope_of(None, node.value), node.attributes["key"], node),)

    def jvp(dot: Sequence[Array | None], node: Node) -> Array:
        assert dot[0] is not None, "forward mode pushes only where a tangent came in"
        return dot[0][node.attributes["key"]] * slope_of(None, node.value)

    return Primitive(f"{whole.name}_gate", whole.symbol, value, vjp, jvp, whole.rule, whole.nickname)


SIGMOID_GATE = _gate(ACTIVATIONS[sigmoid])
TANH_GATE = _gate(ACTIVATIONS[tanh])
RELU_GATE = _gate(ACTIVATIONS[relu])
_GATES = {sigmoid: SIGMOID_GATE, tanh: TANH_GATE, relu: RELU_GATE}

GATES = frozenset(_GATES.values())
"""The primitives whose value is an activated block of their parent's."""


class _Plan(NamedTuple):
    """How gates of certain activations are cut out of arrays of a certain shape.

    Attributes:
        apart: the shape with the blocks on an axis of their own, (…, N, k, H).
        order: the axes with that of the blocks in front.
        runs: neighbouring gates with the same activation, which are computed at once.
        gates: each gate's place among the blocks, its primitive and the attributes of its node.
    """

    apart: tuple[int, ...]
    order: tuple[int, ...]
    runs: list[tuple[Callable[..., Array], slice]]
    gates: list[tuple[int, Primitive, dict[str, Any]]]


_PLANS: dict[tuple[Any, ...], _Plan] = {}


def _plan(shape: tuple[int, ...], activations: dict[str, Operation]) -> _Plan:
    unknown = [name for name, activation in activations.items() if activation not in ACTIVATIONS]
    if unknown:
        raise UsageError(f"gates: the activation of {unknown[0]!r} must be ops.sigmoid, ops.tanh or ops.relu")
    kinds = list(activations.values())
    count, rows = len(kinds), len(shape) - 1
    places = block_places(shape[-1:], count, "gates")
    runs = []
    for activation, members in groupby(range(count), kinds.__getitem__):
        run = list(members)
        runs.append((ACTIVATIONS[activation].value, slice(run[0], run[-1] + 1)))
    gates = [(k, _GATES[activation], place) for k, (activation, place) in enumerate(zip(kinds, places, strict=True))]
    return _Plan((*shape[:-1], count, shape[-1] // count), (rows, *range(rows), rows + 1), runs, gates)


def _activated(x: Array, plan: _Plan) -> Array:
    """Return the gates' values along a new first axis, so that each one's entries lie together in memory."""
    out = x.reshape(plan.apart).transpose(plan.order).copy()
    for activate, run in plan.runs:
        block = out[run]
        activate(block, out=block)
    return out


def gates(packed: Node, **activations: Operation) -> tuple[Node, ...]:
    """Activate the blocks of a packed pre-activation: `i, f = gates(raw, i=sigmoid, f=sigmoid)`.

    Recorded as one node a gate, of the given name.

    Args:
        packed: pre-activations (…, N, k H) of k gates, in the order of the keywords.
        activations: each gate's activation, `sigmoid`, `tanh` or `relu`.

    Raises:
        UsageError: the last axis cannot be cut into k equal blocks, or an activation is none of the three.
    """
    x = packed.value
    key = (x.shape, *activations.values())
    plan = _PLANS.get(key)
    if plan is None:
        plan = _PLANS[key] = _plan(x.shape, activations)
    tape, parents, out = packed.home(), (packed,), _activated(x, plan)
    # Not strict: both have one entry a gate, and the check costs as much as a node.
    each = zip(activations, plan.gates)  # noqa: B905
    return tuple([record(tape, primitive, parents, out[k], place, name) for name, (k, primitive, place) in each])
