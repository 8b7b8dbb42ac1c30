"""Unrolling: what is recorded where, and what a cell's step may not do."""

from types import SimpleNamespace

import numpy as np
import pytest

from bptt_viz.cells import Cell, described
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.errors import UsageError
from bptt_viz.tape import Scope, Tape, backward
from bptt_viz.topologies import Borders, layer, unroll

T, N, D, H = 5, 2, 3, 4


def stacked(*cells, tape, start=None):
    """Return the cells as layers of random parameters before their first step."""
    rng = np.random.default_rng(2)
    layers = []
    for depth, cell in enumerate(cells):
        shapes = {name: parameter.shape for name, parameter in described(cell).items()}
        parameters = {name: tape.leaf(rng.uniform(-1, 1, shape), name) for name, shape in shapes.items()}
        states = {name: tape.leaf(rng.uniform(-1, 1, (N, H)), name) for name in cell.states}
        layers.append(layer(tape, cell, depth, parameters, start or states))
    return layers


def inputs(tape, steps=T):
    rng = np.random.default_rng(3)
    return [tape.leaf(rng.uniform(-1, 1, (N, D)), "x") for _ in range(steps)]


def test_a_layer_keeps_its_states_from_the_start_and_its_aliases_and_carries_by_step():
    tape = Tape()
    (run,) = stacked(LSTM(D, H), tape=tape)
    tops = unroll([run], inputs(tape))
    assert (len(run.states), len(run.carries), len(run.aliases)) == (T + 1, T, T)
    assert [states["h"] for states in run.states[1:]] == tops
    for before, carried in zip(run.states, run.carries, strict=False):
        assert all(carried[name].parents == (before[name],) for name in ("h", "c"))
    assert all(used[name].parents == (run.parameters[name],) for used in run.aliases for name in run.parameters)


def test_each_layer_reads_the_one_below_at_the_same_step():
    tape = Tape()
    lower, upper = stacked(VanillaRNN(D, H), VanillaRNN(H, H), tape=tape)
    unroll([lower, upper], inputs(tape))
    cotangents = backward(tape, {upper.states[2]["h"]: np.ones((N, H))})
    assert [cotangents.reached(states["h"]) for states in lower.states] == [True, True, True, False, False, False]


def test_everything_knows_its_step_layer_and_role():
    tape = Tape()
    layers = stacked(LSTM(D, H), LSTM(H, H), tape=tape)
    unroll(layers, inputs(tape))
    for run in layers:
        for t in range(1, T + 1):
            assert {node.scope for node in run.aliases[t - 1].values()} == {Scope(t, run.depth, "parameter")}
            assert {node.scope for node in run.carries[t - 1].values()} == {Scope(t, run.depth, "carry")}
            assert {node.scope for node in run.states[t].values()} == {Scope(t, run.depth, "cell")}
    assert tape.scope == Scope()


def test_states_that_the_step_left_unnamed_get_their_names():
    tape = Tape()
    (run,) = stacked(LSTM(D, H), tape=tape)
    unroll([run], inputs(tape))
    assert all(states[name].name == name for states in run.states for name in ("h", "c"))


@pytest.mark.parametrize("cut", range(1, T + 1))
def test_a_cut_keeps_values_and_stops_the_gradient_there_alone(cut):
    whole, parted = Tape(), Tape()
    (full,), (run,) = stacked(LSTM(D, H), tape=whole), stacked(LSTM(D, H), tape=parted)
    tops = unroll([full], inputs(whole))
    found = unroll([run], inputs(parted), Borders([cut]))
    assert all(np.array_equal(a.value, b.value) for a, b in zip(tops, found, strict=True))
    cotangents = backward(parted, {found[-1]: np.ones((N, H))})
    assert [cotangents.reached(states["h"]) for states in run.states] == [t >= cut for t in range(T + 1)]


def test_values_held_at_a_cut_enter_in_place_of_the_states_before_it():
    tape = Tape()
    (run,) = stacked(VanillaRNN(D, H), tape=tape)
    held = np.full((N, H), 0.25)
    unroll([run], inputs(tape), Borders([3], {(3, 0, "h"): held}))
    assert np.array_equal(run.carries[2]["h"].value, held)
    assert not run.carries[2]["h"].active


def test_ten_thousand_steps_run():
    tape = Tape()
    (run,) = stacked(VanillaRNN(D, H), tape=tape)
    tops = unroll([run], inputs(tape, 1) * 10_000)
    cotangents = backward(tape, {tops[-1]: np.ones((N, H))}, list(run.parameters.values()))
    assert np.all(np.isfinite(cotangents[run.parameters["W_hh"]]))


def test_initial_states_must_be_those_of_the_cell():
    tape = Tape()
    with pytest.raises(UsageError, match=r"initial states \['h'\] do not match the cell's \['c', 'h'\]"):
        stacked(LSTM(D, H), tape=tape, start={"h": tape.leaf(np.zeros((N, H)))})


class Faulty(Cell):
    """A user's cell; `result` is what is wrong with its step."""

    result = None

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size)}

    def step(self, p, x, s):
        return type(self).result(SimpleNamespace(p=p, x=x, s=s))


RETURNS = "Faulty.step must return a dict with the states h"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda at: at.s.h, RETURNS),
        (lambda at: {"h": at.s.h, "c": at.s.h}, RETURNS),
        (lambda _: {}, RETURNS),
        (lambda _: None, RETURNS),
        (lambda at: {"h": np.tanh(at.s.h.value)}, "Faulty.step: state 'h' is a ndarray; compute it with bptt_viz.ops"),
        (lambda at: {"h": at.x @ at.p.W_hh}, r"Faulty.step: AttributeError: .*W_hh"),
        (lambda at: {"h": at.s.h + 1 / 0}, "Faulty.step: ZeroDivisionError"),
        (lambda at: {"h": at.s.h @ at.p.W_xh}, r"matmul: shapes \(2, 4\) and \(3, 4\) do not fit"),
    ],
)
def test_what_goes_wrong_in_a_step_is_said_in_one_line(monkeypatch, result, message):
    monkeypatch.setattr(Faulty, "result", staticmethod(result))
    tape = Tape()
    layers = stacked(Faulty(D, H), tape=tape)
    with pytest.raises(UsageError, match=message):
        unroll(layers, inputs(tape))


def test_a_layer_that_does_not_fit_the_one_below_is_refused():
    tape = Tape()
    layers = stacked(VanillaRNN(D, H), VanillaRNN(H + 1, H), tape=tape)
    with pytest.raises(UsageError, match=r"matmul: shapes \(2, 4\) and \(5, 4\)"):
        unroll(layers, inputs(tape))
