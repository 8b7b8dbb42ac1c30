"""Learning rates, penalties and targets among what backward takes; indices on a roundabout way; final states."""

from pathlib import Path

import pytest

from bptt_viz.targets.api import check_file
from bptt_viz.targets.recognise.file import recognise

SNIPPETS = Path(__file__).parents[1] / "snippets"
FILES = ("indices_rearranged.py", "cells_with_readout.py", "targets_of_readouts.py")
INDICES, CELLS, READOUTS = ((SNIPPETS / name).read_text() for name in FILES)

STEPPING = """
import numpy as np

class Stepping:
    def __init__(self, n_in, n_hidden):
        self.W, self.U = np.random.randn(n_hidden, n_in), np.random.randn(n_hidden, n_hidden)

    def forward(self, xs):
        self.xs, self.hs = xs, [np.zeros((self.U.shape[0], 1))]
        for x in xs:
            self.hs.append(np.tanh(self.W @ x.reshape(-1, 1) + self.U @ self.hs[-1]))
        return np.hstack(self.hs[1:]).T

    def backward(self, grad_out, learning_rate):
        dW, dU, dh = np.zeros_like(self.W), np.zeros_like(self.U), 0
        for t in reversed(range(len(self.xs))):
            dz = (grad_out[t].reshape(-1, 1) + dh) * (1 - self.hs[t + 1] ** 2)
            dW += dz @ self.xs[t].reshape(1, -1)
            dU += dz @ self.hs[t].T
            dh = self.U.T @ dz
        for grad in (dW, dU):
            np.clip(grad, -1, 1, out=grad)
        self.W -= learning_rate * dW
        self.U -= learning_rate * dU
"""

FINAL_STATE = """
import numpy as np

def loss_fun(inputs, hprev, model):
    h = np.tanh(hprev + inputs)
    loss = np.sum(h ** 2)
    model["dW"] = 2 * h
    hs = h[::-1]
    return loss, hs
"""


def outcomes(tmp_path, text):
    file = tmp_path / "code.py"
    file.write_text(text)
    return {each.target.rpartition("::")[2]: each for each in check_file(file)}


def wrong_in(found):
    return {made.name for case in found.cases for made in case.comparisons if not made.passed}


@pytest.mark.parametrize("text", [INDICES, CELLS, READOUTS])
def test_right_ones_pass(tmp_path, text):
    assert {each.outcome for each in outcomes(tmp_path, text).values()} == {"ok"}


MISTAKES = {
    INDICES: {
        "table": ("np.add.at(dW, words.flatten(), dout", "dW[words.flatten()] += (dout", {"W"}),
        "Last": ("self.dW += before.T @ dz", "self.dW += h.T @ dz", {"W"}),
        "scores_cross_entropy": ("grad[rows, labels] -= 1", "grad[rows, labels] += 1", {"scores"}),
        "loss_of": ("dE[:, i : i + 1] += dz", "dE[:, i : i + 1] = dz", {"E"}),
    },
    CELLS: {
        "GatedCell": ("dh_next * (h_prev - g)", "dh_next * (g - h_prev)", {"Wf", "bf", "h_prev"}),
        "Readout": ("np.vstack((self.hs[t], self.xs", "np.vstack((self.hs[t + 1], self.xs", {"cell.W"}),
        "Keeps": ("delta.sum(axis=1, keepdims=True)", "delta[:, :1]", {"b"}),
        "vector_step": ('(P["W"].T @ dz)[:H]', '(P["W"].T @ dz)[-H:]', {"h_prev"}),
        "chain_loss": ("kept[1] + dh", "kept[1]", {"W"}),
        "step": ('"dc": dz.sum(1', '"dc": dh_next.sum(1', {"params_c"}),
    },
    READOUTS: {
        "elman": ("np.outer(dz, before[t])", "np.outer(dz, H[t])", {"W"}),
        "scorer": ("dh = Wh.T @ dz", "dh = Wh.T @ dz + Wy.T @ dy", {"Wx", "Wh"}),
    },
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_are_found_and_named(tmp_path, text):
    planted = text
    for old, new, _ in MISTAKES[text].values():
        assert text.count(old) == 1
        planted = planted.replace(old, new)
    found = outcomes(tmp_path, planted)
    assert {name: each.outcome for name, each in found.items()} == dict.fromkeys(MISTAKES[text], "wrong")
    assert {name: wrong_in(each) for name, each in found.items()} == {
        k: wrong for k, (*_, wrong) in MISTAKES[text].items()
    }


def test_a_step_that_is_clipped_is_not_rounded_away_beside_the_weight(tmp_path):
    found = outcomes(tmp_path, STEPPING)["Stepping"]
    assert found.outcome == "clipped"
    assert found.bound == pytest.approx(1)


def test_beneath_a_clipped_step_only_what_is_wrong_is_called_so(tmp_path):
    found = outcomes(tmp_path, STEPPING.replace("dU += dz @ self.hs[t].T", "dU += dz @ self.hs[t + 1].T"))["Stepping"]
    assert found.outcome == "wrong"
    assert wrong_in(found) == {"U"}


def test_a_last_state_is_not_the_gradient_of_the_first(tmp_path):
    (found,) = outcomes(tmp_path, FINAL_STATE).values()
    assert found.outcome == "not-recognised"


def test_a_module_of_the_same_folder_may_be_meant_by_a_dot(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("code.py").write_text("from . import other\n" + CELLS)
    assert len(recognise("code.py").targets) == 6


@pytest.mark.parametrize("name", ["zero_grad", "init_gradients", "gradient_check", "clip_grads"])
def test_what_is_done_with_gradients_is_no_backward_pass(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("code.py").write_text(
        f"class A:\n    def __init__(self, x):\n        self.x = x\n    def {name}(self, x):\n        return x\n"
    )
    assert not recognise("code.py").targets
    assert not recognise("code.py").refusals
