"""Whose fault a crash is: the code's, where it says itself what goes in or no shape would do; else a guess's."""

import pytest

from bptt_viz.targets.api import check_file

TOLD = '''
import numpy as np


def rnn_forward(x, h0, Wx, Wh):
    """
    - x: of shape (N, T, D)
    - h0: of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    """
    N, T, D = x.shape
    h = np.zeros(N, T, h0.shape[1])
    for t in range(T):
        h[:, t, :] = np.tanh(x[:, t, :] @ Wx + (h[:, t - 1, :] if t else h0) @ Wh)
    return h, (x, h0, h, Wx, Wh)


def rnn_backward(dh, cache):
    x, h0, h, Wx, Wh = cache
    dx = np.zeros_like(x)
    dWx, dWh, back = np.zeros_like(Wx), np.zeros_like(Wh), 0
    for t in reversed(range(x.shape[1])):
        dz = (dh[:, t, :] + back) * (1 - h[:, t, :] ** 2)
        dx[:, t, :] = dz @ Wx.T
        dWx += x[:, t, :].T @ dz
        dWh += (h[:, t - 1, :] if t else h0).T @ dz
        back = dz @ Wh.T
    return dx, back, dWx, dWh
'''
STATE = """
import numpy as np


def rnn_forward(x, state, Wx, Wh):
    cache = []
    for t in range(x.shape[0]):
        before, state = state, np.tanh(x[t][None] @ Wx + state @ Wh)
        cache.append((x[t][None], before, state))
        hs = state if t == 0 else np.append(hs, state, axis=0)
    return hs, (cache, Wx, Wh)


def rnn_backward(dhs, cache):
    steps, Wx, Wh = cache
    dx, dWx, dWh, back = [], 0, 0, 0
    for t in reversed(range(len(dhs))):
        x, before, state = steps[t]
        dz = (dhs[t][None] + back) * (1 - state**2)
        dx.insert(0, dz @ Wx.T)
        dWx, dWh, back = dWx + x.T @ dz, dWh + before.T @ dz, dz @ Wh.T
    return np.concatenate(dx), back, dWx, dWh
"""


def only(tmp_path, text):
    file = tmp_path / "code.py"
    file.write_text(text)
    (found,) = check_file(file)
    return found


def test_code_that_fails_at_the_shapes_it_asks_for_has_crashed(tmp_path):
    found = only(tmp_path, TOLD)
    assert found.outcome == "crashed"
    assert found.raised.line == 13


@pytest.mark.parametrize("spelt", ["np.tanhh(", "np.range("])
def test_what_a_module_lacks_no_shape_would_mend(tmp_path, spelt):
    found = only(tmp_path, STATE.replace("np.tanh(", spelt))
    assert found.outcome == "crashed"


def test_code_for_a_single_row_of_its_state_is_run_with_one(tmp_path):
    found = only(tmp_path, STATE)
    assert found.outcome == "ok"
    assert "runs only with" in " ".join(found.notes)


def test_a_mistake_in_it_is_found(tmp_path):
    found = only(tmp_path, STATE.replace("before.T @ dz", "state.T @ dz"))
    assert found.outcome == "wrong"
    assert "dWh" in found.diagnosis or "Wh" in found.diagnosis
