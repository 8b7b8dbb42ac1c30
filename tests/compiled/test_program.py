"""A compiled pass computes what the tape computes, for whatever cell, depth, length and pattern."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz import Cell, ops
from bptt_viz.compiled import IrregularError, Program
from bptt_viz.compiled.families import Family
from bptt_viz.compiled.order import components, is_recurrent
from tests.compiled.programs import CELLS, agree, model, named, point, record


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("topology", ["one-to-one", "many-to-one", "many-to-many"])
def test_agrees_with_the_tape(name, topology):
    agree(model([CELLS[name](3, 5), CELLS[name](5, 5)], 4, topology))


@given(
    names=st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3),
    steps=st.integers(1, 6),
    size=st.integers(1, 4),
    sizes=st.tuples(st.integers(1, 4), st.integers(1, 5)),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=40, deadline=None)
def test_agrees_with_the_tape_at_any_size(names, steps, size, sizes, seed):
    D, H = sizes
    agree(model([CELLS[name](D if k == 0 else H, H) for k, name in enumerate(names)], steps), size, seed)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity"])
def test_any_activation(activation):
    agree(model([CELLS["rnn"](3, 4, activation=activation)], 4))


@dataclass(frozen=True)
class Odd(Cell):
    """Operations that no kernel knows, an unused gate, a value read twice, a constant, slices that overlap."""

    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_xh": (D, 2 * H), "W_hh": (H, 2 * H), "b_h": (2 * H,), "p": (H,)}

    def step(self, p, x, s):
        H = self.hidden_size
        raw = x @ p.W_xh + s.h @ p.W_hh + p.b_h
        first, second = raw[..., :H], raw[..., H - 1 : 2 * H - 1]
        scale = ops.exp(first * p.p - 1.0) / (2.0 + second**2)
        centred = scale - ops.mean(scale, axis=-1, keepdims=True)
        ops.sigmoid(raw)
        return {"h": 0.5 * (s.h - centred) + ops.softmax(first) * ops.log(1.5 + ops.tanh(second) ** 2)}


def test_operations_without_a_kernel_go_by_their_rules():
    agree(model([Odd(3, 4)], 5))
    agree(model([Odd(3, 4), CELLS["lstm"](4, 4)], 3))


@dataclass(frozen=True)
class Joined(Cell):
    """One product of the joined input and state, whose axes are counted from the front."""

    def parameters(self):
        return {"W": (self.input_size + self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        return {"h": ops.tanh(ops.concatenate([x, s.h], axis=1) @ p.W)}


def test_axes_counted_from_the_front_stay_within_a_step():
    agree(model([Joined(3, 4)], 4))


@dataclass(frozen=True)
class Restless(Cell):
    """A constant that is another one at each step, as a dropout mask is, and one that is the same."""

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size)}

    def step(self, p, x, s):
        t = x.scope.t
        mask = x.tape.constant(np.full((2, self.hidden_size), t + 0.5), "mask")
        tied = x.tape.constant(np.full((2, self.hidden_size), 0.7), "tied")
        return {"h": ops.tanh(x @ p.W_xh + s.h * tied) * mask}


def test_constants_of_the_steps_are_given_anew_like_inputs():
    """Other constants written into the program give what the tape gives with them."""
    shaped = model([Restless(3, 4)], 3)
    values, *given = point(shaped, 2, 0)
    _, recorded = record(shaped, values, *given)
    program = Program(recorded, values)
    own, same = program.constants["mask cell 0"], program.constants["tied cell 0"]
    assert own.shape == (3, 2, 4)
    assert same.shape == (2, 4)
    own *= 0.5
    same *= 2.0
    rollout, again = record(shaped, values, *given)
    for node in rollout.tape.nodes:
        if node.name in {"mask", "tied"}:
            node.value = node.value * (0.5 if node.name == "mask" else 2.0)
    moved = replayed(rollout.tape, {n: n.value for n in rollout.tape.nodes if n.name in {"mask", "tied"}}, again)
    program.run({"x": given[0], **named(given[2])}, given[1])
    np.testing.assert_allclose(program.losses, moved, rtol=1e-13)


def replayed(tape, values, recorded):
    """Evaluate the losses again with other constants."""
    from bptt_viz.checking.replay import replayed as again

    found = again(tape, values, list(recorded.losses.values()), lambda array: array)
    return [found[node] for node in recorded.losses.values()]


def compiled(shaped):
    values, *given = point(shaped, 2, 0)
    return Program(record(shaped, values, *given)[1], values)


def test_what_is_computed_outside_of_time_is_refused():
    with pytest.raises(IrregularError, match="outside of the time steps"):
        compiled(model([CELLS["rnn"](3, 4)], 3, "one-to-many"))


def test_a_stopped_gradient_is_refused():
    shaped = model([CELLS["rnn"](3, 4)], 3)
    values, *given = point(shaped, 2, 0)
    _, recorded = record(shaped, values, *given, cuts=(2,))
    with pytest.raises(IrregularError, match="stops the gradient"):
        Program(recorded, values)


def chain(*operands):
    family = Family(ops.arithmetic.ADD, 1, (1,), np.dtype(float), last=2)
    family.operands = operands
    return family


def test_components_come_after_what_they_read():
    from bptt_viz.compiled.families import Operand

    a = chain()
    b, c = chain(), chain()
    b.operands, c.operands = (Operand(a), Operand(c, 1)), (Operand(b),)
    d = chain(Operand(c))
    found = components([a, b, c, d])
    assert found == [[a], [b, c], [d]]
    assert [is_recurrent(component) for component in found] == [False, True, False]


def test_only_what_feeds_back_goes_step_by_step():
    """A step of a vanilla RNN is a product, a sum and a tanh forward, and as many calls back."""
    few, many = (len(compiled(model([CELLS["rnn"](3, 4)], T))._calls) for T in (10, 30))
    assert (many - few) / 20 == 3 + 3
