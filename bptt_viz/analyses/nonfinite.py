"""Finds the first number in a rollout or a backward pass that is not finite, and the operation that made it."""

from collections.abc import Iterator
from dataclasses import replace
from math import isnan

import numpy as np

from bptt_viz.analyses.labels import label, operation
from bptt_viz.analyses.messages import messages
from bptt_viz.arrays import Array
from bptt_viz.cells import described
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.nonfinite import Operand, Place
from bptt_viz.tape import LEAF, Cotangents, Node, backward


def explain(prepared: Prepared) -> Place | None:
    """Run a model forward and back, and return the first place where a number is not finite.

    Args:
        prepared: the model with its data.
    """
    with np.errstate(all="ignore"):
        return _in_passes(prepared.run())


def _in_passes(rollout: Rollout) -> Place | None:
    return first_nonfinite(rollout, backward(rollout.tape, {rollout.loss: np.ones_like(rollout.loss.value)}))


def explained(rollout: Rollout) -> str:
    """Return what is not finite in a rollout, or in its backward pass, in one sentence; empty if all is finite."""
    with np.errstate(all="ignore"):
        place = _in_passes(rollout)
    return "" if place is None else place.sentence


def cause(prepared: Prepared) -> str:
    """Return what `explain` finds as a sentence to append to another; empty if all is finite."""
    place = explain(prepared)
    return "" if place is None else f" {place.sentence}"


def first_nonfinite(rollout: Rollout, cotangents: Cotangents) -> Place | None:
    """Return the first place in the order of computation, else the first met walking back from the loss.

    Args:
        rollout: the recorded values.
        cotangents: a backward pass that kept all of them.
    """
    # An alias has its parent's value, and T of them would have a large weight looked through T times.
    nodes = [node for node in rollout.tape.nodes if not node.primitive.transparent]
    for node in nodes:
        if not _finite(node.value):
            return _forward(rollout, node)
    for node in reversed(nodes):
        if node.active and cotangents.reached(node) and not _finite(cotangents[node]):
            return _backward(rollout, node, cotangents)
    return None


def _finite(array: Array) -> bool:
    return bool(np.isfinite(array).all())


def _forward(rollout: Rollout, node: Node) -> Place:
    place = _place(rollout, node, node.value)
    return replace(place, sentence=_said_forward(place, node, rollout.steps))


def _backward(rollout: Rollout, node: Node, cotangents: Cotangents) -> Place:
    # All later cotangents are finite, so it came about in one of the rules that lead here, or in adding them up.
    made = next(_makers(rollout, node, cotangents), None)
    found = _place(rollout, node, cotangents[node])
    found = replace(found, phase="backward", primitive="", operands=())
    if made is not None:
        found = replace(found, primitive=made.primitive.name, operands=_operands(made))
    return replace(found, sentence=_said_backward(found, made, rollout.steps))


def _makers(rollout: Rollout, node: Node, cotangents: Cotangents) -> Iterator[Node]:
    """Yield the users of a node whose rule sends it what is not finite."""
    for user in rollout.tape.nodes[node.index + 1 :]:
        places = [k for k, parent in enumerate(user.parents) if _behind(parent) is node]
        if places and not user.primitive.transparent:
            sent = messages(user, cotangents)
            if any(message is not None and not _finite(message) for message in (sent[k] for k in places)):
                yield user


def _behind(node: Node) -> Node:
    while node.primitive.transparent:
        (node,) = node.parents
    return node


def _place(rollout: Rollout, node: Node, array: Array) -> Place:
    t, layer, role = node.scope
    inside = role in {"cell", "state", "carry"} and layer < rollout.rows
    return Place(
        phase="forward",
        step=t,
        layer=layer if inside else None,
        role=role,
        name=label(node),
        primitive=node.primitive.name,
        gates=_gates(rollout, node, array),
        nan=int(np.isnan(array).sum()),
        infinite=int(np.isinf(array).sum()),
        entries=array.size,
        operands=_operands(node),
        sentence="",
    )


def _operands(node: Node) -> tuple[Operand, ...]:
    given = [parent for parent in node.parents if parent.name or parent.primitive is not LEAF]
    return tuple(Operand(label(parent), *_range(parent.value)) for parent in given)


def _range(value: Array) -> tuple[float, float]:
    return (float(value.min()), float(value.max())) if value.size and _finite(value) else (np.nan, np.nan)


def _gates(rollout: Rollout, node: Node, array: Array) -> tuple[str, ...]:
    """Return the gates to which the entries that are not finite belong."""
    for run in rollout.layers:
        for name, parameter in described(run.cell).items():
            if run.parameters[name] is node:
                return _blocks(parameter.gates, array)
    t, layer, role = node.scope
    if t is None or role != "cell" or layer >= rollout.rows:
        return ()
    cell = rollout.run_at(t, layer).cell
    if node.name in cell.gates:
        return (node.name,)
    packed = node.shape[-1:] == (len(cell.gates) * cell.hidden_size,)
    return _blocks(cell.gates, array) if packed else ()


def _blocks(gates: tuple[str, ...], array: Array) -> tuple[str, ...]:
    """Return the names of those of the last axis's equal blocks that are not finite."""
    if len(gates) < 2:
        return ()
    parts = np.split(array, len(gates), axis=-1)
    return tuple(gate for gate, part in zip(gates, parts, strict=True) if not _finite(part))


def _said_forward(place: Place, node: Node, steps: int) -> str:
    if node.primitive is LEAF:
        return f"{place.name} itself is not finite{_of(place)}: {_count(place)}."
    made = f"{place.name} = {operation(node)}" if node.name else operation(node)
    return (
        f"{_where(place, steps)}: {made} is the first value that is not finite, {_count(place)}{_of(place)}"
        f"{_ranges(place, 'while ')}."
    )


def _said_backward(place: Place, made: Node | None, steps: int) -> str:
    sound = f"All values are finite; walking back from the loss, the gradient of {place.name}{_of(place)}"
    at = f"{sound} at {_where(place, steps, 'step')} is the first that is not, {_count(place)}"
    if made is None:
        return f"{at}: what comes in is finite, but not its sum."
    return f"{at}: the backward rule of {operation(made)} made it{_ranges(place, 'where ')}."


def _where(place: Place, steps: int, step: str = "Step") -> str:
    """Return step and layer, such as `Step 3 of 10, layer 0`."""
    time = "before the first step" if place.step is None else f"step {place.step} of {steps}"
    layer = "" if place.layer is None else f", layer {place.layer}"
    return (time if step == "step" else time.capitalize()) + layer


def _count(place: Place) -> str:
    kinds = [f"{count:,} {name}" for count, name in ((place.nan, "NaN"), (place.infinite, "Inf")) if count]
    return f"{' and '.join(kinds)} of {place.entries:,} entries"


def _of(place: Place) -> str:
    if not place.gates:
        return ""
    return f" (gate{'s' * (len(place.gates) > 1)} {', '.join(place.gates)})"


def _ranges(place: Place, opening: str) -> str:
    known = [operand for operand in place.operands if not isnan(operand.low)]
    said = [f"{one.name} is {one.low:.3g}" + (f" to {one.high:.3g}" * (one.low != one.high)) for one in known]
    return f", {opening}{' and '.join(said)}" if said else ""
