"""Cells with a planted mistake in their gradient; the comparison that the laws make must see each one."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.cells.gru import GRU
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.peephole import PeepholeLSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.ops import gates, sigmoid, split, stop_gradient, tanh
from bptt_viz.ops.arithmetic import MULTIPLY
from bptt_viz.ops.elementwise import TANH
from bptt_viz.ops.flow import ALIAS
from bptt_viz.ops.recording import binary, unary

from .test_cells import analytic, differing, drawn, model_of, numeric


def planted(primitive, vjp):
    return replace(primitive, name=f"wrong {primitive.name}", vjp=vjp, transparent=False)


def _tanh_of_tanh(g, node):
    return (g * (1 - np.tanh(node.value) ** 2),)


def _keeps_one_factor(g, node):
    return g, g * node.parents[0].value


def _swaps_the_first_two_blocks(g, node):
    first, second, *rest = np.split(g, 4, axis=-1)
    return (np.concatenate([second, first, *rest], axis=-1),)


def _one_percent_more(g, node):
    return (1.01 * g,)


def _first_of_the_batch_only(g, node):
    return (g * (np.arange(g.shape[-2]) == 0)[:, None],)


tanh_twice = unary(planted(TANH, _tanh_of_tanh))
lossy_product = binary(planted(MULTIPLY, _keeps_one_factor))
swapped = unary(planted(ALIAS, _swaps_the_first_two_blocks))
strengthened = unary(planted(ALIAS, _one_percent_more))
first_only = unary(planted(ALIAS, _first_of_the_batch_only))


class DetachedCarry(VanillaRNN):
    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + stop_gradient(s.h) @ p.W_hh + p.b_h)}


class DetachedCell(LSTM):
    def step(self, p, x, s):
        s.c = stop_gradient(s.c)
        return super().step(p, x, s)


class GistLSTM(LSTM):
    """The widely copied `ddg = (1 − tanh(g)²) · dg`, with g a tanh already."""

    def step(self, p, x, s):
        i, f, o, g = split(x @ p.W_xh + s.h @ p.W_hh + p.b_h, "ifog")
        c = sigmoid(f) * s.c + sigmoid(i) * tanh_twice(g)
        return {"h": sigmoid(o) * tanh(c), "c": c}


class MissingForgetFactor(LSTM):
    def step(self, p, x, s):
        i, f, o, g = gates(x @ p.W_xh + s.h @ p.W_hh + p.b_h, i=sigmoid, f=sigmoid, o=sigmoid, g=tanh)
        c = lossy_product(s.c, f) + i * g
        return {"h": o * tanh(c), "c": c}


class SwappedGateGradients(LSTM):
    def step(self, p, x, s):
        raw = swapped(x @ p.W_xh + s.h @ p.W_hh + p.b_h)
        i, f, o, g = gates(raw, i=sigmoid, f=sigmoid, o=sigmoid, g=tanh)
        c = f * s.c + i * g
        return {"h": o * tanh(c), "c": c}


class DetachedReset(GRU):
    def step(self, p, x, s):
        p.b_hn = stop_gradient(p.b_hn)
        return super().step(p, x, s)


class OnePercentMore(GRU):
    def step(self, p, x, s):
        s.h = strengthened(s.h)
        return super().step(p, x, s)


class OneMemberOnly(VanillaRNN):
    def step(self, p, x, s):
        s.h = first_only(s.h)
        return super().step(p, x, s)


class ForgottenPeephole(PeepholeLSTM):
    def _peep(self, c, weight):
        return stop_gradient(c) * weight


WRONG = [
    DetachedCarry,
    DetachedCell,
    GistLSTM,
    MissingForgetFactor,
    SwappedGateGradients,
    DetachedReset,
    OnePercentMore,
    OneMemberOnly,
    ForgottenPeephole,
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_gradient_is_seen(wrong):
    model = model_of(wrong, {})
    point = drawn(model)
    assert differing(analytic(model, point), numeric(model, point))


@pytest.mark.parametrize("wrong", [DetachedCarry, DetachedCell, OnePercentMore])
def test_a_mistake_in_the_recurrence_does_not_show_in_one_step_from_held_states(wrong):
    """Why the laws run several steps: at T = 1 only the initial states' gradients are off."""
    model = model_of(wrong, {}, steps=1)
    point = drawn(model)
    assert all("/" in name for name in differing(analytic(model, point), numeric(model, point)))


def test_a_mistake_in_one_parameter_names_that_parameter_alone():
    model = model_of(DetachedReset, {})
    point = drawn(model)
    assert differing(analytic(model, point), numeric(model, point)) == ["b_hn"]


def test_the_right_cells_pass_the_same_comparison():
    for right in (VanillaRNN, LSTM, GRU, PeepholeLSTM):
        model = model_of(right, {})
        point = drawn(model)
        assert not differing(analytic(model, point), numeric(model, point))


def test_error_through_the_peepholes_is_a_part_of_the_gradient():
    """The two settings give the same losses and other gradients, each right for what it holds constant."""
    full, held = (model_of(PeepholeLSTM, {"error_through_peepholes": through}) for through in (True, False))
    point = drawn(full)
    assert full.run(*point).loss.value == held.run(*point).loss.value
    assert "W_hh" in differing(analytic(held, point), numeric(full, point), rtol=1e-3)
    assert "W_hh" in differing(analytic(full, point), numeric(held, point), rtol=1e-3)
