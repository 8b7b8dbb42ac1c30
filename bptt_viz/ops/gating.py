"""Gates of a packed pre-activation: equal blocks of its last axis, each with its own activation."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.ops.elementwise import ACTIVATIONS, Activation
from bptt_viz.ops.slicing import blocks
from bptt_viz.tape import Node, Primitive


class Run(NamedTuple):
    """Neighbouring gates with the same activation, computed at once."""

    activation: Activation
    key: tuple[Any, slice]


def _gates_value(x: Array, runs: Sequence[Run], names: Sequence[str]) -> Array:
    out = np.empty_like(x)
    for activation, key in runs:
        activation.value(x[key], out[key])
    return out


def _slopes(node: Node) -> Array:
    x, y = node.parents[0].value, node.value
    slopes = np.empty_like(y)
    for activation, key in node.attributes["runs"]:
        activation.slope(x[key], y[key], slopes[key])
    return slopes


def _gates_vjp(g: Array, node: Node) -> Sequence[Array]:
    return (g * _slopes(node),)


def _gates_jvp(dot: Sequence[Array | None], node: Node) -> Array:
    assert dot[0] is not None, "forward mode pushes only where a tangent came in"
    return dot[0] * _slopes(node)


GATES = Primitive("gates", "gates", _gates_value, _gates_vjp, _gates_jvp, ("slope of each gate ⊙ {g}",), "scales")

_PLANS: dict[tuple[Any, ...], dict[str, Any]] = {}


def _plan(last: tuple[int, ...], activations: dict[str, Callable[..., Node]]) -> dict[str, Any]:
    """Return the attributes of the node for gates of these names and activations."""
    count = len(activations)
    if not last or not count or last[0] % count:
        size = f"a last axis of {last[0]}" if last else "a number"
        raise UsageError(f"gates: {size} cannot be cut into {count} equal blocks")
    unknown = [name for name, activation in activations.items() if activation not in ACTIVATIONS]
    if unknown:
        raise UsageError(f"gates: the activation of {unknown[0]!r} must be ops.sigmoid, ops.tanh or ops.relu")
    width = last[0] // count
    runs = []
    for activation, members in groupby(enumerate(activations.values()), key=lambda item: item[1]):
        places = [k for k, _ in members]
        key = (..., slice(places[0] * width, (places[-1] + 1) * width))
        runs.append(Run(ACTIVATIONS[activation], key))
    return {"runs": tuple(runs), "names": tuple(activations)}


def gates(packed: Node, **activations: Callable[..., Node]) -> tuple[Node, ...]:
    """Activate the blocks of a packed pre-activation and cut them apart: `i, f = gates(raw, i=sigmoid, f=sigmoid)`.

    Recorded as one node for all activations and one slice, of the given name, for each gate.

    Args:
        packed: pre-activations (…, N, k H) of k gates, in the order of the keywords.
        activations: each gate's activation, `sigmoid`, `tanh` or `relu`.

    Raises:
        UsageError: the last axis cannot be cut into k equal blocks, or an activation is none of the three.
    """
    value = packed.value
    last = value.shape[-1:]
    key = (last, *activations.items())
    attributes = _PLANS.get(key)
    if attributes is None:
        attributes = _PLANS[key] = _plan(last, activations)
    out = _gates_value(value, attributes["runs"], attributes["names"])
    activated = Node(packed.tape, GATES, (packed,), out, attributes)
    return blocks(activated, attributes["names"])
