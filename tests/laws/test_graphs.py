"""The laws hold for whole tapes: random programs of operations on (2, 3) arrays, shared weights and all."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz import ops
from bptt_viz.tape import Node, Tape, backward, forward

from .laws import COMPLEX_STEP_RTOL, MODES_RTOL, H, decimals

SHAPES = {"x": (2, 3), "y": (2, 3), "W": (3, 3), "b": (3,), "s": ()}
MASK = np.array([[True, False, True], [False, True, True]])


def _mixed(a: Node) -> Node:
    i, f, g = ops.gates(a, i=ops.sigmoid, f=ops.sigmoid, g=ops.tanh)
    return ops.concatenate((g, i * f, f))


def _scored(a: Node, b: Node) -> Node:
    return ops.reshape(ops.softmax_cross_entropy(a, [0, 2]), (2, 1)) * ops.tanh(b)


# Each instruction keeps the shape (2, 3), is smooth, and lets values grow by a small factor only.
UNARY = {
    "square": lambda a: ops.sigmoid(a) ** 2,
    "exp": lambda a: ops.exp(-ops.sigmoid(a)),
    "gates": _mixed,
    "softmax": ops.softmax,
    "log_softmax": lambda a: ops.log_softmax(a) / 4,
    "reverse": lambda a: a[::-1, ::-1],
    "rows": lambda a: ops.embedding(a, [1, 1]),
    "round trip": lambda a: ops.transpose(ops.reshape(ops.transpose(a), (3, 2))),
    "repeat": lambda a: ops.broadcast(a[0], (2, 3)),
}
BINARY = {
    "add": lambda a, b: (a + b) / 2,
    "subtract": lambda a, b: 0.5 * (a - b),
    "multiply": lambda a, b: ops.tanh(a) * b,
    "divide": lambda a, b: a / (1.5 + ops.tanh(b)),
    "power": lambda a, b: (1.5 + ops.tanh(a)) ** ops.tanh(b),
    "roots": lambda a, b: ops.sqrt(1.5 + ops.tanh(a)) - ops.log(1.5 + ops.tanh(b)),
    "cross-entropy": _scored,
    "centre": lambda a, b: a - ops.mean(b, axis=-1, keepdims=True),
    "sum": lambda a, b: ops.sum(ops.stack((a, b, a)), axis=0) / 3,
    "where": lambda a, b: ops.where(MASK, a, b),
    "exchange": lambda a, b: ops.concatenate((a[:, 1:], b[:, :1])),
}
WITH_PARAMETERS = {
    "matmul": lambda a, p: a @ p["W"],
    "matmul by alias": lambda a, p: a @ ops.alias(p["W"]),
    "product shared over time": lambda a, p: ops.at_step(ops.stack((p["x"], a)), 1) @ ops.alias(p["W"]),
    "bias": lambda a, p: a + ops.alias(p["b"]),
    "scale": lambda a, p: p["s"] * a,
}
INSTRUCTIONS = sorted(UNARY | BINARY | WITH_PARAMETERS)
# Those that a cell is made of; where axes are counted from the front (embedding, reshape …) no further one may lead.
CELLS = ["add", "bias", "divide", "gates", "matmul", "matmul by alias", "multiply", "power", "scale", "subtract"]


def programs(names):
    """Lists of (instruction, two places among earlier results)."""
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=10)


def recorded(program, values):
    """Run a program: each instruction takes two earlier results, counted from the latest one."""
    tape = Tape()
    leaves = {name: tape.leaf(value, name) for name, value in values.items()}
    results = [leaves["x"], leaves["y"]]
    for name, i, j in program:
        a, b = results[-1 - i % len(results)], results[-1 - j % len(results)]
        results.append(_apply(name, a, b, leaves))
    return tape, leaves, results[-1]


def _apply(name, a, b, leaves):
    if name in UNARY:
        return UNARY[name](a)
    return BINARY[name](a, b) if name in BINARY else WITH_PARAMETERS[name](a, leaves)


def sample(seed=0):
    return {name: 0.5 * decimals(*shape, seed=seed + k) for k, (name, shape) in enumerate(SHAPES.items())}


def _agree(found, expected, rtol):
    scale = np.linalg.norm(np.ravel(found)) + np.linalg.norm(np.ravel(expected)) + 1e-2
    assert np.linalg.norm(np.ravel(found - expected)) <= rtol * scale


def test_every_instruction_keeps_the_shape():
    for name in INSTRUCTIONS:
        tape, _, node = recorded([(name, 0, 1)], sample())
        assert node.shape == (2, 3), name
        assert len(tape) > len(SHAPES)


@given(programs(INSTRUCTIONS))
def test_forward_mode_is_the_transpose_of_reverse_mode(program):
    tape, leaves, node = recorded(program, sample())
    u = sample(seed=10)
    tangent = forward(tape, {leaves[name]: u[name] for name in u})[node]
    v = decimals(*node.shape)
    cotangents = backward(tape, {node: v}, leaves.values())
    _agree(np.sum(v * tangent), sum(np.sum(cotangents[leaves[name]] * u[name]) for name in u), 10 * MODES_RTOL)


def _follows_the_complex_step(program):
    values, u = sample(), sample(seed=10)
    tape, leaves, node = recorded(program, values)
    stepped = recorded(program, {name: values[name] + 1j * H * u[name] for name in u})[2].value.imag / H
    _agree(forward(tape, {leaves[name]: u[name] for name in u})[node], stepped, COMPLEX_STEP_RTOL)
    cotangents = backward(tape, {node: np.eye(6).reshape(6, 2, 3)}, leaves.values())
    pulled = sum((cotangents[leaves[name]] * u[name]).reshape(6, -1).sum(axis=1) for name in u)
    _agree(pulled.reshape(2, 3), stepped, COMPLEX_STEP_RTOL)


@given(programs(INSTRUCTIONS))
def test_both_modes_follow_the_complex_step(program):
    _follows_the_complex_step(program)


@given(programs(INSTRUCTIONS))
def test_seeds_along_a_leading_axis_are_single_passes(program):
    tape, _, node = recorded(program, sample())
    v = decimals(2, *node.shape)
    together = backward(tape, {node: v})
    for k in range(2):
        alone = backward(tape, {node: v[k]})
        for each in tape.nodes:
            _agree(together[each][k], alone[each], 1e-13)


@given(programs(INSTRUCTIONS))
def test_a_second_pass_has_the_same_bits_and_a_scaled_one_scales_exactly(program):
    tape, leaves, node = recorded(program, sample())
    v = decimals(*node.shape)
    first, second, scaled = (backward(tape, {node: seed}, leaves.values()) for seed in (v, v, 1024.0 * v))
    for leaf in leaves.values():
        assert np.array_equal(first[leaf], second[leaf])
        assert np.array_equal(1024.0 * first[leaf], scaled[leaf])


@given(programs(CELLS))
def test_perturbed_weights_along_a_leading_axis_are_separate_recordings(program):
    values = sample()
    copies = [{**values, "W": values["W"] * (1 + k / 8)} for k in range(2)]
    together = recorded(program, {**values, "W": np.stack([copy["W"] for copy in copies])})[2].value
    for k, copy in enumerate(copies):
        alone = recorded(program, copy)[2].value
        np.testing.assert_allclose(np.broadcast_to(together, (2, 2, 3))[k], alone, rtol=1e-12, atol=1e-14)


@contextmanager
def _planted(primitive, mode, wrong):
    """Let a primitive have another rule for a while."""
    right = getattr(primitive, mode)
    object.__setattr__(primitive, mode, wrong)
    try:
        yield
    finally:
        object.__setattr__(primitive, mode, right)


def _grown(incoming):
    """Return a cotangent, or each of several tangents, one part in a thousand too large."""
    if isinstance(incoming, list):
        return [None if tangent is None else 1.001 * tangent for tangent in incoming]
    return 1.001 * incoming


@pytest.mark.parametrize("mode", ["vjp", "jvp"])
@pytest.mark.parametrize("name", ["add", "sigmoid_gate", "tanh", "matmul", "tanh_gate"])
def test_a_wrong_rule_deep_inside_a_program_is_caught(name, mode):
    primitive = ops.discover_primitives()[name]
    right = getattr(primitive, mode)
    program = [("multiply", 0, 1), ("matmul", 0, 0), ("bias", 0, 0), ("gates", 0, 0), ("add", 0, 1)]
    _follows_the_complex_step(program)
    with _planted(primitive, mode, lambda incoming, node: right(_grown(incoming), node)), pytest.raises(AssertionError):
        _follows_the_complex_step(program)
