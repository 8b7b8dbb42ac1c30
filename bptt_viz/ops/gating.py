"""Gates of a packed pre-activation: equal blocks of its last axis, each with its own activation."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

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
    """How gates of certain activations are cut out of a last axis of a certain size.

    Attributes:
        apart: what the last axis is cut into, (k, H).
        runs: neighbouring gates with the same activation, which are computed at once.
        gates: primitive and attributes of each gate's node.
    """

    apart: tuple[int, int]
    runs: list[tuple[Callable[..., Array], slice]]
    gates: list[tuple[Primitive, dict[str, Any]]]


_PLANS: dict[tuple[Any, ...], _Plan] = {}


def _plan(last: tuple[int, ...], activations: dict[str, Operation]) -> _Plan:
    unknown = [name for name, activation in activations.items() if activation not in ACTIVATIONS]
    if unknown:
        raise UsageError(f"gates: the activation of {unknown[0]!r} must be ops.sigmoid, ops.tanh or ops.relu")
    count, kinds = len(activations), list(activations.values())
    places = block_places(last, count, "gates")
    runs = []
    for activation, members in groupby(range(count), kinds.__getitem__):
        run = list(members)
        runs.append((ACTIVATIONS[activation].value, slice(run[0], run[-1] + 1)))
    gates = [(_GATES[activation], place) for activation, place in zip(kinds, places, strict=True)]
    return _Plan((count, last[0] // count), runs, gates)


def _activated(x: Array, plan: _Plan) -> Array:
    """Return the gates' values along a new first axis, so that each one's entries lie together in memory."""
    blocks = x.reshape(x.shape[:-1] + plan.apart)
    blocks = blocks.swapaxes(0, 1) if x.ndim == 2 else np.moveaxis(blocks, -2, 0)
    out = np.empty(blocks.shape, x.dtype)
    for activate, run in plan.runs:
        activate(blocks[run], out=out[run])
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
    value = packed.value
    last = value.shape[-1:]
    key = (last, *activations.values())
    plan = _PLANS.get(key)
    if plan is None:
        plan = _PLANS[key] = _plan(last, activations)
    tape, parents = packed.home(), (packed,)
    # Not strict: all three have one entry a gate, and the check costs as much as a node.
    each = zip(activations, plan.gates, _activated(value, plan))  # noqa: B905
    return tuple([record(tape, primitive, parents, out, place, name) for name, (primitive, place), out in each])
