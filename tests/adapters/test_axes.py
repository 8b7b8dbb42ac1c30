"""Time and batch are told by what an output depends on, whatever the order of the axes."""

import numpy as np
import pytest

from bptt_viz.adapters.axes import layout_by_dependence

T, N, D, H = 5, 3, 4, 6
RNG = np.random.default_rng(0)
W, U, V = RNG.standard_normal((D, H)), RNG.standard_normal((H, H)) / 3, RNG.standard_normal((H, D))
X, H0 = RNG.standard_normal((T, N, D)), np.zeros((N, H))


def rnn(x, h):
    states = []
    for x_t in x:
        h = np.tanh(x_t @ W + h @ U)
        states.append(h)
    return np.stack(states)


def swapped(x):
    return np.swapaxes(x, 0, 1)


def found(function, states=(), **values):
    return layout_by_dependence(lambda given: function(**given), values, states)


def test_time_first():
    layout = found(lambda x, h: {"y": rnn(x, h)}, x=X, h=H0)
    assert layout.time == {"x": 0, "y": 0}
    assert layout.rows == {"x": 1, "h": 0, "y": 1}


def test_batch_first():
    layout = found(lambda x: {"y": swapped(rnn(swapped(x), H0))}, x=swapped(X))
    assert (layout.time, layout.rows) == ({"x": 1, "y": 1}, {"x": 0, "y": 0})


def test_as_many_rows_as_steps():
    square = RNG.standard_normal((4, 4, D))
    layout = found(lambda x: {"y": rnn(x, np.zeros((4, H)))}, x=square)
    assert (layout.time, layout.rows) == ({"x": 0, "y": 0}, {"x": 1, "y": 1})


def test_both_directions():
    layout = found(lambda x: {"y": np.concatenate([rnn(x, H0), rnn(x[::-1], H0)[::-1]], axis=-1)}, x=X)
    assert (layout.time, layout.rows) == ({"x": 0, "y": 0}, {"x": 1, "y": 1})


def test_only_the_last_state_comes_out():
    layout = found(lambda x: {"y": rnn(swapped(x), H0)[-1]}, x=swapped(X))
    assert (layout.time, layout.rows) == ({"x": 1}, {"x": 0, "y": 0})


def test_tokens():
    tokens = RNG.integers(0, D, (N, T))
    layout = found(lambda x: {"y": rnn(np.eye(D)[x.T], H0) @ V}, x=tokens)
    assert (layout.time, layout.rows) == ({"x": 1, "y": 0}, {"x": 0, "y": 1})


def test_a_single_step_has_no_time():
    layout = found(lambda x, h: {"y": np.tanh(x @ W + h @ U)}, x=X[0], h=H0)
    assert (layout.time, layout.rows) == ({}, {"x": 0, "h": 0, "y": 0})


def test_a_function_of_each_step_alone_has_no_time():
    assert found(lambda x: {"y": np.tanh(x @ W)}, x=X).time == {}


def test_layers_are_not_taken_for_steps():
    def stacked(x, h):
        below = rnn(x, h[0])
        above = rnn(below @ V, h[1])
        return {"h_n": np.stack([below[-1], above[-1]])}

    states = np.zeros((2, N, H))
    assert found(stacked, states=("h",), x=X, h=states).time == {"x": 0}


def test_losses_of_each_step():
    layout = found(lambda x: {"losses": rnn(x, H0).sum(axis=(1, 2))}, x=X)
    assert layout.time == {"x": 0, "losses": 0}


def test_a_loss_alone_tells_nothing():
    layout = found(lambda x: {"loss": rnn(x, H0).sum()}, x=X)
    assert (layout.time, layout.rows) == ({}, {})


def test_an_input_that_may_not_be_changed_is_left_alone():
    def masked(x, lengths):
        if sorted(lengths, reverse=True) != list(lengths) or max(lengths) > T:
            raise ValueError("lengths must fall")
        return {"y": rnn(x, H0)}

    layout = found(masked, x=X, lengths=np.array([5, 4, 2]))
    assert layout.time == {"x": 0, "y": 0}


@pytest.mark.parametrize("axis", [0, 1])
def test_one_row_or_one_step_is_no_axis_to_tell_by(axis):
    x = X.take([0], axis)
    layout = found(lambda x: {"y": rnn(x, np.zeros((x.shape[1], H)))}, x=x)
    assert layout.time == ({} if axis == 0 else {"x": 0, "y": 0})
    assert layout.rows == ({"x": 1, "y": 1} if axis == 0 else {})
