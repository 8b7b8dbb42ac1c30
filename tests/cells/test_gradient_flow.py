"""What is known in closed form about gradients through time, seen on the cells themselves."""

import numpy as np
import pytest

from bptt_viz.arrays import norm
from bptt_viz.cells import described
from bptt_viz.cells.lstm import LSTM
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.initialisation import identity, orthogonal
from bptt_viz.tape import Tape, backward
from bptt_viz.topologies import layer, unroll

T, N, H = 12, 2, 4


def rolled(cell, start, steps=T, x=0.0, **given):
    """Return the tape and the run of a cell whose parameters are 0 but for those given, at a constant input."""
    tape = Tape()
    parameters = {
        name: tape.leaf(given.get(name, np.zeros(parameter.shape)), name) for name, parameter in described(cell).items()
    }
    run = layer(tape, cell, 0, parameters, {name: tape.leaf(value, name) for name, value in start.items()})
    unroll([run], [tape.constant(np.full((N, cell.input_size), x))] * steps)
    return tape, run


def carried(recorded, name, seed):
    """Return the cotangents of a state at all times, from a seed at its last value."""
    tape, run = recorded
    found = backward(tape, {run.states[-1][name]: seed})
    return [found[states[name]] for states in run.states]


def cotangent(seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (N, H))


def test_an_orthogonal_linear_recurrence_keeps_the_gradients_norm():
    W = orthogonal(np.random.default_rng(1), H, H, 1.0)
    recorded = rolled(VanillaRNN(1, H, "identity"), {"h": cotangent(2)}, W_hh=W)
    norms = [norm(g) for g in carried(recorded, "h", cotangent())]
    assert norms == pytest.approx([norms[-1]] * (T + 1), rel=1e-14)


@pytest.mark.parametrize("gain", [0.5, 1.1])
def test_a_scaled_orthogonal_recurrence_scales_it_by_its_gain_at_every_step(gain):
    W = orthogonal(np.random.default_rng(1), H, H, gain)
    recorded = rolled(VanillaRNN(1, H, "identity"), {"h": cotangent(2)}, W_hh=W)
    norms = np.array([norm(g) for g in carried(recorded, "h", cotangent())])
    np.testing.assert_allclose(norms[:-1] / norms[1:], gain, rtol=1e-13)


def test_a_relu_network_that_starts_at_the_identity_hands_gradients_on_unchanged():
    """The IRNN (Le, Jaitly & Hinton 2015): active units have the Jacobian I exactly."""
    W = identity(np.random.default_rng(1), H, H, 1.0)
    recorded = rolled(VanillaRNN(1, H, "relu"), {"h": np.full((N, H), 0.3)}, W_hh=W)
    assert all(np.array_equal(g, cotangent()) for g in carried(recorded, "h", cotangent()))


def test_a_silent_relu_unit_hands_nothing_on():
    recorded = rolled(VanillaRNN(1, H, "relu"), {"h": np.full((N, H), -0.3)}, W_hh=np.eye(H))
    *before, _ = carried(recorded, "h", cotangent())
    assert not np.any(before)


@pytest.mark.parametrize(("steps", "left"), [(10, 0.0436), (100, 2.48e-14)])
def test_a_forget_bias_of_one_lets_the_gradient_through_at_sigma_of_one(steps, left):
    """σ(1) = .731059 a step, along c alone."""
    bias = np.repeat([0.0, 1.0, 0.0, 0.0], H)
    recorded = rolled(LSTM(1, H), {"h": np.zeros((N, H)), "c": cotangent(2)}, steps, b_h=bias)
    first, *_, last = carried(recorded, "c", np.ones((N, H)))
    assert np.all(last == 1)
    np.testing.assert_allclose(first, 0.7310585786300049**steps, rtol=1e-13)
    np.testing.assert_allclose(first, left, rtol=2e-3)


def test_without_recurrent_weights_the_gradient_along_c_is_the_product_of_the_forget_gates():
    rng = np.random.default_rng(4)
    given = {"W_xh": rng.uniform(-1, 1, (1, 4 * H)), "b_h": rng.uniform(-1, 1, 4 * H)}
    recorded = rolled(LSTM(1, H), {"h": np.zeros((N, H)), "c": cotangent(2)}, x=0.7, **given)
    forgets = [node.value for node in recorded[0].nodes if node.name == "f"]
    assert len(forgets) == T
    np.testing.assert_allclose(
        carried(recorded, "c", cotangent())[0], cotangent() * np.prod(forgets, axis=0), rtol=1e-13
    )


def test_dc_gets_what_comes_through_time_and_the_lectures_term_of_dh():
    """dc_t += (1 − tanh²(c_t)) ⊙ o_t ⊙ dh_t."""
    rng = np.random.default_rng(4)
    cell = LSTM(1, H)
    given = {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in described(cell).items()}
    tape, run = rolled(cell, {"h": cotangent(1), "c": cotangent(2)}, x=0.7, **given)
    found = backward(tape, {states["h"]: cotangent(t) for t, states in enumerate(run.states)})
    outputs = [node.value for node in tape.nodes if node.name == "o"]
    for t in range(1, T):
        c = run.states[t]["c"]
        expected = found[run.carries[t]["c"]] + (1 - np.tanh(c.value) ** 2) * outputs[t - 1] * found[run.states[t]["h"]]
        np.testing.assert_allclose(found[c], expected, rtol=1e-13)
