"""Gates of a packed pre-activation equal blocks cut out and activated one by one."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.ops import exp, gates, relu, sigmoid, split, tanh
from bptt_viz.tape import Tape, backward, forward

RAW = np.array([[0.5, -1.5, 2.0, -0.3, 0.8, 1.1, -0.7, 0.4], [-2.0, 0.1, 0.3, 1.7, -0.9, 0.6, 1.2, -0.2]])
LSTM = {"i": sigmoid, "f": sigmoid, "o": sigmoid, "g": tanh}
MIXED = {"a": relu, "b": tanh, "c": relu, "d": sigmoid}
plans = pytest.mark.parametrize("plan", [LSTM, MIXED, {"all": tanh}, {"r": sigmoid, "z": sigmoid}], ids=list)


def _apart(raw, plan):
    return tuple(activation(block) for activation, block in zip(plan.values(), split(raw, tuple(plan)), strict=True))


@plans
def test_gates_have_the_values_of_activated_blocks(plan):
    tape = Tape()
    raw = tape.leaf(RAW)
    for gate, alone in zip(gates(raw, **plan), _apart(raw, plan), strict=True):
        np.testing.assert_allclose(gate.value, alone.value, rtol=1e-15)


@plans
def test_gates_carry_their_names(plan):
    tape = Tape()
    assert [gate.name for gate in gates(tape.leaf(RAW), **plan)] == list(plan)


@plans
@pytest.mark.parametrize("lead", [(), (3,)], ids=str)
def test_gates_have_the_derivatives_of_activated_blocks(plan, lead):
    tape = Tape()
    raw = tape.leaf(RAW)
    u = np.arange(1.0, 17.0).reshape(2, 8) * np.ones((*lead, 1, 1))
    together, apart = gates(raw, **plan), _apart(raw, plan)
    tangents = forward(tape, {raw: u})
    for gate, alone in zip(together, apart, strict=True):
        v = np.ones(lead + gate.shape) + gate.value
        pulled = [backward(tape, {node: v})[raw] for node in (gate, alone)]
        np.testing.assert_allclose(*pulled, rtol=1e-15)
        np.testing.assert_allclose(tangents[gate], tangents[alone], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex128])
def test_gates_keep_the_type(dtype):
    tape = Tape()
    raw = tape.leaf(RAW.astype(dtype))
    gate, *_ = gates(raw, **LSTM)
    assert gate.value.dtype == dtype
    assert backward(tape, {gate: np.ones(gate.shape, dtype)})[raw].dtype == dtype


@pytest.mark.parametrize("raw", [RAW[:, :7], RAW[:, :2], np.array(1.0)], ids=["7", "2", "number"])
def test_blocks_that_do_not_come_out_even_are_refused(raw):
    tape = Tape()
    with pytest.raises(UsageError, match=r"gates: .* cannot be cut into 4 equal blocks"):
        gates(tape.leaf(raw), **LSTM)


def test_no_gates_are_refused():
    tape = Tape()
    with pytest.raises(UsageError, match=r"gates: .* cannot be cut into 0 equal blocks"):
        gates(tape.leaf(RAW))


def test_an_activation_that_gates_do_not_know_is_refused():
    tape = Tape()
    with pytest.raises(UsageError, match=r"gates: the activation of 'f' must be ops.sigmoid, ops.tanh or ops.relu"):
        gates(tape.leaf(RAW), i=sigmoid, f=exp)
