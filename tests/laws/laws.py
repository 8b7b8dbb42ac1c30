"""The laws of a primitive, each a function of (primitive, sample, source) that raises AssertionError.

`source` says what stands between a leaf and the operation, since the rules may defer work for some parents:
nothing (`leaf`), an alias as for a shared weight (`alias`), or a computed value (`computed`).
"""

from string import Formatter
from typing import Any, NamedTuple

import numpy as np

from bptt_viz.errors import UsageError
from bptt_viz.ops.flow import ALIAS
from bptt_viz.tape import Node, Primitive, Tape, backward, forward

from .samples import Sample

MODES_RTOL = 1e-12
COMPLEX_STEP_RTOL = 1e-11
H = 1e-20

COMPUTED = Primitive("computed", "·", np.copy, lambda g, _: (g,), lambda dot, _: dot[0], ("{g}",))
SOURCES = ("leaf", "alias", "computed")


class Record(NamedTuple):
    """One primitive on a tape, with the leaves that its derivatives are taken by."""

    tape: Tape
    leaves: list[Node]
    node: Node


def record(primitive: Primitive, sample: Sample, source: str = "leaf", operands: Any = None) -> Record:
    """Record the sample, or its operands replaced by others."""
    tape, leaves, parents = Tape(), [], []
    for place, value in enumerate(sample.operands if operands is None else operands):
        if place in sample.constants:
            parents.append(tape.constant(value))
            continue
        leaves.append(tape.leaf(value))
        between = {"leaf": None, "alias": ALIAS, "computed": COMPUTED}[source]
        parents.append(tape.record(between, (leaves[-1],), between.value(value)) if between else leaves[-1])
    value = primitive.value(*(parent.value for parent in parents), **sample.attributes)
    return Record(tape, leaves, tape.record(primitive, tuple(parents), value, sample.attributes))


def decimals(*shape: int, seed: int = 0) -> np.ndarray:
    """Short signed decimals, none of them 0: seeds whose products are easy to read."""
    rng = np.random.default_rng((seed, *shape))
    return np.round(rng.uniform(0.1, 1.0, shape) * rng.choice([-1.0, 1.0], shape), 1)


def close(found: np.ndarray, expected: np.ndarray, rtol: float, what: str) -> None:
    """Compare entry by entry, with a noise floor of `rtol` times the largest entry."""
    floor = rtol * np.max(np.abs(expected), initial=0.0)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=floor, err_msg=what)


def _differentiable(sample: Sample, operands: Any = None) -> list[int]:
    return [place for place in range(len(sample.operands)) if place not in sample.constants]


def jvp_is_the_transpose_of_vjp(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """⟨v, J u⟩ = ⟨Jᵀ v, u⟩, at real and at complex operands."""
    turned = [x + 0.125j * x for x in sample.operands]
    for operands in (sample.operands, turned):
        tape, leaves, node = record(primitive, sample, source, operands)
        v = decimals(*node.shape)
        u = {leaf: decimals(*leaf.shape, seed=1 + k) for k, leaf in enumerate(leaves)}
        pushed = v * forward(tape, u)[node]
        cotangents = backward(tape, {node: v}, leaves)
        pulled = [cotangents[leaf] * u[leaf] for leaf in leaves]
        scale = np.abs(pushed).sum() + sum(np.abs(part).sum() for part in pulled)
        gap = abs(pushed.sum() - sum(part.sum() for part in pulled))
        assert gap <= MODES_RTOL * scale, f"{primitive.name}: ⟨v, J u⟩ and ⟨Jᵀ v, u⟩ differ by {gap}"


def _complex_step_jacobian(primitive: Primitive, sample: Sample, place: int) -> np.ndarray:
    """Return ∂node/∂operand (node's shape, operand's shape), one complex step an entry; no rule is asked."""
    columns = []
    for entry in np.ndindex(sample.operands[place].shape):
        operands = [x.astype(complex) for x in sample.operands]
        operands[place][entry] += H * 1j
        columns.append(np.imag(record(primitive, sample, operands=operands).node.value) / H)
    shape = columns[0].shape + sample.operands[place].shape
    return np.stack(columns, axis=-1).reshape(shape)


def vjp_matches_complex_step(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """The Jacobian from unit cotangents, one an entry of the node, is that of the complex step."""
    tape, leaves, node = record(primitive, sample, source)
    size = node.value.size
    cotangents = backward(tape, {node: np.eye(size).reshape(size, *node.shape)}, leaves)
    for leaf, place in zip(leaves, _differentiable(sample), strict=True):
        found = cotangents[leaf].reshape(node.shape + leaf.shape)
        expected = _complex_step_jacobian(primitive, sample, place)
        close(found, expected, COMPLEX_STEP_RTOL, f"{primitive.name}: VJP for operand {place}")


def jvp_matches_complex_step(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """The Jacobian from unit tangents, one an entry of the operand, is that of the complex step."""
    tape, leaves, node = record(primitive, sample, source)
    for leaf, place in zip(leaves, _differentiable(sample), strict=True):
        size = leaf.value.size
        tangents = forward(tape, {leaf: np.eye(size).reshape(size, *leaf.shape)})
        found = np.moveaxis(tangents[node], 0, -1).reshape(node.shape + leaf.shape)
        expected = _complex_step_jacobian(primitive, sample, place)
        close(found, expected, COMPLEX_STEP_RTOL, f"{primitive.name}: JVP for operand {place}")


def vjp_is_homogeneous(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """A cotangent 2¹⁰ times as large gives results 2¹⁰ times as large, to the bit."""
    tape, leaves, node = record(primitive, sample, source)
    v = decimals(*node.shape)
    once, scaled = backward(tape, {node: v}, leaves), backward(tape, {node: 1024.0 * v}, leaves)
    for leaf in leaves:
        assert np.array_equal(1024.0 * once[leaf], scaled[leaf]), f"{primitive.name}: VJP is not linear"


def every_parent_gets_a_message(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """The VJP answers for each parent: a cotangent, or None where it is zero."""
    node = record(primitive, sample, source).node
    messages = primitive.vjp(decimals(*node.shape), node)
    assert len(messages) == len(node.parents), f"{primitive.name}: {len(messages)} messages"


def derivatives_have_the_shapes_of_values(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """A cotangent has its operand's shape, a tangent the node's, whatever was broadcast."""
    tape, leaves, node = record(primitive, sample, source)
    cotangents = backward(tape, {node: decimals(*node.shape)}, leaves)
    for leaf in leaves:
        assert cotangents[leaf].shape == leaf.shape, f"{primitive.name}: cotangent {cotangents[leaf].shape}"
        pushed = forward(tape, {leaf: decimals(*leaf.shape)})[node]
        assert pushed.shape == node.shape, f"{primitive.name}: tangent {pushed.shape}"


def cotangents_along_leading_axes_are_single_passes(
    primitive: Primitive, sample: Sample, source: str = "leaf", lead: tuple[int, ...] = (3,)
) -> None:
    """One backward pass with seeds (*lead, …) gives what one pass a seed gives."""
    tape, leaves, node = record(primitive, sample, source)
    v = decimals(*lead, *node.shape)
    together = backward(tape, {node: v}, leaves)
    for index in np.ndindex(*lead):
        alone = backward(tape, {node: v[index]}, leaves)
        for leaf in leaves:
            assert together[leaf].shape == lead + leaf.shape
            close(together[leaf][index], alone[leaf], 1e-14, f"{primitive.name}: seed {index}")


def tangents_along_leading_axes_are_single_passes(
    primitive: Primitive, sample: Sample, source: str = "leaf", lead: tuple[int, ...] = (3,)
) -> None:
    """One forward pass with tangents (*lead, …) gives what one pass a tangent gives."""
    tape, leaves, node = record(primitive, sample, source)
    u = {leaf: decimals(*lead, *leaf.shape, seed=k) for k, leaf in enumerate(leaves)}
    together = forward(tape, u)[node]
    assert together.shape == lead + node.shape
    for index in np.ndindex(*lead):
        alone = forward(tape, {leaf: seed[index] for leaf, seed in u.items()})[node]
        close(together[index], alone, 1e-14, f"{primitive.name}: tangent {index}")


def types_stay(primitive: Primitive, sample: Sample, source: str = "leaf", dtype: type = np.float64) -> None:
    """Value, cotangents and tangent are arrays of the operands' type."""
    tape, leaves, node = record(primitive, sample, source, [x.astype(dtype) for x in sample.operands])
    cotangents = backward(tape, {node: decimals(*node.shape).astype(dtype)}, leaves)
    pushed = forward(tape, {leaf: decimals(*leaf.shape).astype(dtype) for leaf in leaves})[node]
    for what in (node.value, pushed, *(cotangents[leaf] for leaf in leaves)):
        assert isinstance(what, np.ndarray), f"{primitive.name}: {type(what)} instead of an array"
        assert what.dtype == dtype, f"{primitive.name}: {what.dtype} instead of {np.dtype(dtype)}"


def passes_leave_no_trace(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """Neither pass changes a value or a seed, and both give the same bits again."""
    tape, leaves, node = record(primitive, sample, source)
    v, u = decimals(*node.shape), [decimals(*leaf.shape) for leaf in leaves]
    before = [array.copy() for array in (v, *u, *(each.value for each in tape.nodes))]
    passes = []
    for _ in range(2):
        cotangents = backward(tape, {node: v}, leaves)
        tangent = forward(tape, dict(zip(leaves, u, strict=True)))[node]
        passes.append([tangent.copy(), *(cotangents[leaf].copy() for leaf in leaves)])
    for left, right in zip(before, (v, *u, *(each.value for each in tape.nodes)), strict=True):
        assert np.array_equal(left, right), f"{primitive.name}: a pass changed a value or a seed"
    for left, right in zip(*passes, strict=True):
        assert np.array_equal(left, right), f"{primitive.name}: the second pass gave something else"


def _refusal(primitive: Primitive, sample: Sample, operands: list[np.ndarray]) -> str:
    try:
        record(primitive, sample, operands=operands)
    except UsageError as refusal:
        return str(refusal)
    return ""


def integers_are_refused(primitive: Primitive, sample: Sample) -> None:
    """An integer operand is an error that says so, never a conversion."""
    for place in range(len(sample.operands)):
        operands = list(sample.operands)
        operands[place] = np.ones(operands[place].shape, int)
        assert "integer" in _refusal(primitive, sample, operands), (
            f"{primitive.name}: integer operand {place} was taken"
        )


def rule_reads_for_every_parent(primitive: Primitive, sample: Sample) -> None:
    """One template a parent, or a last one with `*`; only {g}, {y} and the parents' letters stand in it."""
    rule, count = primitive.rule, len(sample.operands)
    assert not any(template.startswith("*") for template in rule[:-1])
    assert len(rule) == count or (rule[-1].startswith("*") and len(rule) <= count + 1)
    names = {"g": "ḡ", "y": "y"} | {letter: letter for letter in "abcdefgh"[: min(count, 6)]}
    for template in rule:
        fields = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        assert fields <= names.keys(), f"{primitive.name}: unknown placeholder in {template!r}"
        assert template.format(**names).strip("* ")


def _widenings(sample: Sample) -> list[tuple[int, ...]]:
    places = tuple(_differentiable(sample))
    if sample.widens == "none":
        return []
    alone = [(place,) for place in places] if sample.widens == "each" and len(places) > 1 else []
    return [*alone, places]


def _in_front(arrays: list[np.ndarray], ndim: int) -> np.ndarray:
    """Stack along a new first axis, filled up with axes of length 1 so that `ndim` axes stand behind it."""
    shape = arrays[0].shape
    return np.stack(arrays).reshape((len(arrays),) + (1,) * (ndim - len(shape)) + shape)


def a_leading_axis_of_values_is_separate_recordings(primitive: Primitive, sample: Sample, source: str = "leaf") -> None:
    """Operands with a leading axis of P perturbations give what P recordings give; other operands are shared."""
    for places in _widenings(sample):
        copies = [
            [x * (1 + p / 8) if place in places else x for place, x in enumerate(sample.operands)] for p in range(3)
        ]
        singles = [record(primitive, sample, source, copy) for copy in copies]
        broadcasts = sample.widens == "each" and len(sample.operands) > 1
        ndim = max(singles[0].node.value.ndim, *(x.ndim for x in sample.operands)) if broadcasts else 0
        operands = [
            _in_front([copy[place] for copy in copies], ndim) if place in places else x
            for place, x in enumerate(sample.operands)
        ]
        wide = record(primitive, sample, source, operands)
        _same_passes(wide, singles, primitive.name)


def _same_passes(wide: Record, singles: list[Record], name: str) -> None:
    """Compare values, cotangents and tangents of one wide recording with those of separate ones."""
    close(wide.node.value, np.stack([single.node.value for single in singles]), 1e-14, f"{name}: values")
    v = decimals(*wide.node.shape)
    u = [decimals(*leaf.shape, seed=k) for k, leaf in enumerate(wide.leaves)]
    cotangents = backward(wide.tape, {wide.node: v}, wide.leaves)
    tangents = forward(wide.tape, dict(zip(wide.leaves, u, strict=True)))[wide.node]
    apart = [backward(single.tape, {single.node: v[p]}, single.leaves) for p, single in enumerate(singles)]
    for k, leaf in enumerate(wide.leaves):
        each = np.stack([found[single.leaves[k]] for found, single in zip(apart, singles, strict=True)])
        shared = leaf.shape == singles[0].leaves[k].shape
        close(cotangents[leaf], each.sum(0) if shared else each.reshape(leaf.shape), 1e-13, f"{name}: VJP {k}")
    for p, single in enumerate(singles):
        shapes = [leaf.shape for leaf in single.leaves]
        own = [x if x.shape == shape else x[p].reshape(shape) for x, shape in zip(u, shapes, strict=True)]
        alone = forward(single.tape, dict(zip(single.leaves, own, strict=True)))[single.node]
        close(tangents[p], alone, 1e-13, f"{name}: JVP of perturbation {p}")
